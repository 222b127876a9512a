"""The Linphone SDK's conversations over HTTP/1.1, with a real server."""

from collections.abc import Iterator

import pytest
from lxml import etree

from flexiapi.accounts.models import Account, ProvisioningToken
from flexiapi.spaces.models import Space
from tests import factories
from tests.live.phone import Phone
from tests.live.server import Server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

NAMESPACE = {"x": "http://www.linphone.org/xsds/lpconfig.xsd"}


@pytest.fixture
def space() -> Space:
    return factories.a_space()


@pytest.fixture
def phone(plain_server: Server, space: Space) -> Iterator[Phone]:
    with Phone(plain_server.port, f"{space.host}:{plain_server.port}") as client:
        yield client


def value_of(document: bytes, section: str, entry: str) -> str | None:
    found = etree.fromstring(document).xpath(
        f"//x:section[@name='{section}']/x:entry[@name='{entry}']/text()", namespaces=NAMESPACE
    )
    return str(found[0]) if found else None


def test_ping(phone: Phone) -> None:
    reply = phone.get("/api/ping")

    assert (reply.status, reply.body) == (200, b"pong")


def test_each_challenge_is_a_line_and_the_first_can_be_answered(phone: Phone, space: Space) -> None:
    alice = factories.an_account(space, "alice")
    for algorithm in ("MD5", "SHA-256"):
        factories.a_password(alice, "s3cret", algorithm)

    refused = phone.get("/api/accounts/me", From=f"sip:alice@{space.domain}")
    assert refused.status == 401
    assert [",algorithm=MD5," in line for line in refused.lines("WWW-Authenticate")] == [True, False]
    assert all(line.startswith("Digest ") for line in refused.lines("WWW-Authenticate"))

    reply = phone.digest("GET", "/api/accounts/me", alice, "s3cret")

    assert reply.status == 200
    assert reply.json["phone"] is None


@pytest.mark.parametrize("address", ["alice@{}", "alice%40{}", "ali%63e@{}"])
def test_the_signed_path_is_the_one_that_was_sent(phone: Phone, space: Space, address: str) -> None:
    alice = factories.an_account(space, "alice", password="s3cret", activated=False)

    reply = phone.digest("GET", f"//api/accounts/me?x={address.format(space.domain)}", alice, "s3cret")

    assert reply.status == 200, reply.body


def test_paths_are_decoded_once(phone: Phone, space: Space) -> None:
    phone_number = factories.an_account(space, "+33612345678")
    key = factories.a_key(factories.an_account(space, admin=True))

    for path, status in {
        f"/api/accounts/+33612345678@{space.domain}/search": 200,
        f"/api/accounts/%2B33612345678%40{space.domain}/search": 200,
        f"/api/accounts/%252B33612345678@{space.domain}/search": 404,
        f"/api/accounts/ 33612345678@{space.domain}/search".replace(" ", "%20"): 404,
    }.items():
        reply = phone.get(path, x_api_key=key)
        assert reply.status == status, path
        if status == 200:
            assert reply.json["id"] == phone_number.pk


def test_an_account_made_by_push_activates_itself(phone: Phone, space: Space) -> None:
    alice = factories.an_account(space, "alice", password="s3cret", activated=False)

    provisioned = phone.digest("GET", "/api/accounts/me/provision", alice, "s3cret")
    token = provisioned.json["provisioning_token"]
    headers = {"Accept": "application/xml", "Content_Type": "application/xml", "X_Linphone_Provisioning": "1"}
    document = phone.get(f"/provisioning/{token}", **headers)
    again = phone.get(f"/provisioning/{token}", **headers)

    assert (document.status, again.status) == (200, 404)
    assert document.lines("Content-Type") == ["application/xml"]
    assert value_of(document.body, "proxy_0", "reg_identity") == f"<sip:alice@{space.domain}>"
    assert Account.objects.get(pk=alice.pk).activated
    assert ProvisioningToken.objects.get(token=token).used


def test_own_document_needs_digest_and_header(phone: Phone, space: Space) -> None:
    alice = factories.an_account(space, "alice", password="s3cret")

    assert phone.get("/provisioning/me", From=f"sip:alice@{space.domain}").status == 401
    assert phone.digest("GET", "/provisioning/me", alice, "s3cret").status == 400
    reply = phone.digest("GET", "/provisioning/me", alice, "s3cret", X_Linphone_Provisioning="1")

    assert reply.status == 200
    assert value_of(reply.body, "auth_info_0", "username") == "alice"


def test_refusals_and_their_tokens_are_not_logged(plain_server: Server, phone: Phone, space: Space) -> None:
    token = factories.a_token(factories.an_account(space)).token

    assert phone.get(f"/provisioning/{token}").status == 400

    assert token not in plain_server.program.output
