"""Flexisip's conversations over HTTP/2, with the server itself and through nginx."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from flexiapi.spaces.models import Space
from flexiapi.statistics.models import CallDevice, ConferenceEvent, MessageDevice
from flexiapi.telephony.models import AccountFile, CallForwarding
from tests import factories
from tests.live.flexisip import Flexisip
from tests.live.server import Server
from tests.telephony import recordings

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

CALL = "ab" * 32
RECORDING = recordings.WAV + bytes(1_500_000)
DEVICE = '"<urn:uuid:5c2a97f6-7a5d-00c2-8c6b-3f1d5c2a97f6>"'


@pytest.fixture(params=["direct", "nginx"])
def port(request: pytest.FixtureRequest) -> int:
    """The port of the server, then that of nginx before another one."""
    if request.param == "nginx":
        return int(request.getfixturevalue("proxied_port"))
    server: Server = request.getfixturevalue("secure_server")
    return server.port


@pytest.fixture
def home() -> Space:
    """The super Space, whose administrator's key Flexisip was given."""
    return factories.a_super_space()


@pytest.fixture
def flexisip(port: int, home: Space) -> Iterator[Flexisip]:
    """Flexisip with a super administrator's key."""
    key = factories.a_key(factories.an_account(home, admin=True))
    with Flexisip(port, authority=f"{home.host}:{port}", key=key) as client:
        yield client


def test_http2_is_selected(flexisip: Flexisip) -> None:
    assert flexisip.alpn == "h2"


@pytest.mark.parametrize("path", ["/api/resolve/{}@{}", "//api/resolve/{}@{}", "/api/resolve/{}%40{}"])
def test_an_account_is_resolved(flexisip: Flexisip, home: Space, path: str) -> None:
    bob = factories.an_account(home, "+33612345678")
    CallForwarding.objects.create(account=bob, type="busy", forward_to="sip_uri", sip_uri="sip:x@d.org", enabled=True)

    reply = flexisip.get(path.format(bob.username, home.domain))

    assert reply.status == 200
    assert reply.json["type"] == "account"
    payload = reply.json["payload"]
    assert payload["id"] == bob.pk
    assert payload["sip_uri"] == f"sip:{bob.username}@{home.domain}"
    (forwarding,) = payload["call_forwardings"]
    assert forwarding["enabled"] is True
    assert (forwarding["type"], forwarding["forward_to"], forwarding["sip_uri"]) == ("busy", "sip_uri", "sip:x@d.org")


def test_accounts_of_other_domains_are_resolved_for_super_administrators_only(flexisip: Flexisip, port: int) -> None:
    foreign, own = factories.a_space(), factories.a_space()
    factories.an_account(foreign, "bob")
    key = factories.a_key(factories.an_account(own, admin=True))

    assert flexisip.get(f"/api/resolve/bob@{foreign.domain}").status == 200
    assert flexisip.get(f"/api/accounts/bob@{foreign.domain}/search").json["sip_uri"] == f"sip:bob@{foreign.domain}"
    with Flexisip(port, authority=f"{own.host}:{port}", key=key) as plain:
        assert plain.get(f"/api/resolve/bob@{foreign.domain}").status == 404


def test_domains_are_listed_for_super_administrators_only(flexisip: Flexisip, port: int, home: Space) -> None:
    other = factories.a_space()
    key = factories.a_key(factories.an_account(other, admin=True))

    listed = flexisip.get("/api/spaces")

    assert listed.status == 200
    assert {space["domain"] for space in listed.json} == {home.domain, other.domain}
    with Flexisip(port, authority=f"{other.host}:{port}", key=key) as plain:
        assert plain.get("/api/spaces").status == 403


def test_device_ids_keep_their_bytes(flexisip: Flexisip, home: Space) -> None:
    call = {
        "id": CALL,
        "sip_call_id": "x@192.0.2.1",
        "from": f"alice@{home.domain}",
        "to": f"bob@{home.domain}",
        "devices": {DEVICE: None},
        "initiated_at": "2026-07-21T17:32:28Z",
        "ended_at": None,
        "conference_id": None,
    }
    assert flexisip.post("//api////stats//calls", call).status == 200
    path = f"/api/stats/calls/{CALL}/devices/{DEVICE}"

    rang = flexisip.patch(path, {"rang_at": "2026-07-21T17:32:29Z"})
    ended = flexisip.patch(path, {"invite_terminated": {"at": "2026-07-21T17:32:30Z", "state": "accepted"}})

    assert (rang.status, ended.status) == (201, 200)
    device = CallDevice.objects.get(call_id=CALL)
    assert device.device_id == DEVICE
    assert device.rang_at is not None


def test_a_voicemail_is_left(flexisip: Flexisip, home: Space) -> None:
    bob = factories.an_account(home, "bob", email="bob@example.net")
    silent = factories.an_account(home, "silent")
    asked = {"content_type": "audio/wav", "sip_from": f"sip:alice@{home.domain};transport=tls"}

    found = flexisip.get(f"/api/accounts/bob@{home.domain}/search")
    place = flexisip.post(f"/api/accounts/{found.json['id']}/voicemails", asked)
    left = flexisip.upload(
        recordings.path_of(place.json["upload_url"]), recordings.body(RECORDING), recordings.FLEXISIP
    )
    refused = flexisip.post(f"/api/accounts/{silent.pk}/voicemails", asked)

    assert (found.status, found.json["id"], place.status, left.status) == (200, bob.pk, 201, 200)
    needed = {"id": str, "sip_from": str, "upload_url": str, "max_upload_size": int, "content_type": str}
    assert {name: type(place.json[name]) for name in needed} == needed
    assert 12_582_840 <= place.json["max_upload_size"] < 2**31
    stored = AccountFile.objects.get()
    assert stored.size == len(RECORDING) + 2
    assert stored.name is not None
    assert stored.name.endswith(f"_{'0a' * 32}.wav")
    assert (refused.status, bool(refused.json["message"])) == (422, True)


def test_a_message_is_reported(flexisip: Flexisip, home: Space) -> None:
    message = {
        "id": "cd" * 32,
        "from": f"alice@{home.domain}",
        "to": {f"mike@{home.domain}": {DEVICE: None}},
        "sent_at": "2026-07-21T17:32:28Z",
        "encrypted": False,
        "conference_id": None,
    }
    device = f"/api/stats/messages/{message['id']}/to/mike@{home.domain}/devices/{DEVICE}"
    answered = {"last_status": 200, "received_at": "2026-07-21T17:32:29Z"}

    statuses = [
        flexisip.post("/api/stats/messages", message).status,
        flexisip.patch(device, answered).status,
        flexisip.patch(device, answered).status,
        flexisip.post("/api/stats/messages", message).status,
    ]

    assert statuses == [200, 201, 200, 200]
    row = MessageDevice.objects.get()
    assert (row.to_username, row.to_domain, row.device_id, row.last_status) == ("mike", home.domain, DEVICE, 200)


def test_a_conference_is_reported(flexisip: Flexisip, home: Space) -> None:
    at = "2026-07-21T17:32:28Z"
    conference = {"id": "iHVDMq6MxSKp60bT", "created_at": at, "ended_at": None, "schedule": None}
    participant = f"/api/stats/conferences/{conference['id']}/participants/mike@{home.domain}"

    statuses = [
        flexisip.post("/api/stats/conferences", conference).status,
        flexisip.post(f"{participant}/events", {"type": "added", "at": at}).status,
        flexisip.post(f"{participant}/devices/{DEVICE}/events", {"type": "joined", "at": at}).status,
        flexisip.patch(f"/api/stats/conferences/{conference['id']}", {"ended_at": at}).status,
    ]

    assert statuses == [200, 201, 201, 200]
    assert list(ConferenceEvent.objects.order_by("id").values_list("device_id", flat=True)) == [None, DEVICE]


def test_pushes_need_a_pusher(flexisip: Flexisip) -> None:
    push = {
        "pn_provider": "apns",
        "pn_param": "TEAM.org.app-x.voip",
        "pn_prid": "00fc",
        "type": "call",
        "call_id": None,
    }

    assert flexisip.post("/api/push_notification", push).status == 503
    assert flexisip.post("/api/push_notification", {**push, "pn_param": "@wrong"}).status == 422


def test_every_challenge_is_a_line(port: int, home: Space) -> None:
    alice = factories.an_account(home, "alice")
    for algorithm in ("MD5", "SHA-256"):
        factories.a_password(alice, "s3cret", algorithm)

    with Flexisip(port, authority=home.host) as client:
        reply = client.send("GET", "/api/accounts/me", more=[("from", f"sip:alice@{home.domain}")])

    assert reply.status == 401
    first, second = reply.lines("www-authenticate")
    assert ",algorithm=MD5," in first
    assert ",algorithm=SHA-256," in second


def test_streams_are_served_together(flexisip: Flexisip, home: Space) -> None:
    for number in range(30):
        factories.an_account(home, f"user-{number}")

    replies = flexisip.together([("GET", f"/api/resolve/user-{number}@{home.domain}", None) for number in range(30)])

    assert [reply.json["payload"]["sip_uri"] for reply in replies] == [
        f"sip:user-{number}@{home.domain}" for number in range(30)
    ]
    assert not flexisip.going_away


def test_idle_connections_take_nobodys_place(flexisip: Flexisip, port: int, home: Space) -> None:
    factories.an_account(home, "bob")
    with ExitStack() as stack:
        idle = [stack.enter_context(Flexisip(port, authority=home.host)) for _ in range(20)]
        assert all(connection.get("/api/ping").body == b"pong" for connection in idle)

        assert flexisip.get(f"/api/resolve/bob@{home.domain}").status == 200


def test_http1_is_spoken_on_the_same_port(port: int, home: Space) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with context.wrap_socket(plain, server_hostname=home.host) as connection:
        assert connection.selected_alpn_protocol() is None
        connection.sendall(f"GET /api/ping HTTP/1.1\r\nHost: {home.host}\r\nConnection: close\r\n\r\n".encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\npong")
