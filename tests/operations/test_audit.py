"""The audit log: who did what to what, from where, and never a secret."""

import ipaddress
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from flexiapi.accounts.models import Account, EmailChangeCode, PhoneChangeCode, RecoveryCode
from flexiapi.auth.events import CredentialRefused, credential_refused
from flexiapi.config import instance
from flexiapi.config.logging import setup
from flexiapi.operations import audit_reading
from flexiapi.operations.audit import Entry, record
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.spaces.services.creation import differences
from tests import factories
from tests.api import Api
from tests.identity import a_provider
from tests.operations.conftest import Console
from tests.portal.visitor import Visitor
from tests.spaces.test_logo import a_picture
from tests.spaces.test_logo import send as send_logo

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None) -> Space:
    """A Space."""
    return factories.a_space()


@pytest.fixture
def root(space: Space) -> Account:
    """Its administrator."""
    return factories.an_account(space, "root", admin=True)


@pytest.fixture
def told(django_capture_on_commit_callbacks: Any) -> Any:
    """A block whose events have arrived when it is left."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def records(client: Api, query: str = "") -> list[dict[str, Any]]:
    """What an administrator reads."""
    answer = client.get(f"/api/audit{query}")
    assert answer.status == 200, answer.text
    return list(answer.json["data"])


class TestRecords:
    def test_a_change_tells_who_where_what(self, api: Api, space: Space, root: Account, told: Any) -> None:
        alice = factories.an_account(space, "alice", display_name="Al")
        client = api.as_account(root).at("192.0.2.7").using(User_Agent="console of root")

        with told():
            sent = {"username": "alice", "display_name": "Alice", "password": "very s3cret"}
            assert client.put(f"/api/accounts/{alice.pk}", sent).status == 200

        changed, password = records(client)
        assert (changed["action"], password["action"]) == ("account.changed", "password.changed")
        assert changed["space"] == space.domain
        assert (changed["actor"], changed["actor_id"]) == (f"root@{space.domain}", root.pk)
        assert changed["method"] == "key"
        assert (changed["object"], changed["object_id"]) == (f"alice@{space.domain}", alice.pk)
        assert (changed["before"], changed["after"]) == ({"display_name": "Al"}, {"display_name": "Alice"})
        assert (changed["ip"], changed["user_agent"]) == ("192.0.2.7", "console of root")
        assert "s3cret" not in json.dumps([changed, password])

    def test_the_life_of_an_account(self, api: Api, space: Space, root: Account, told: Any) -> None:
        client = api.as_account(root)

        with told():
            made = client.post("/api/accounts", {"username": "bob", "password": "s3cret"}).json["id"]
        for path in ("block", "unblock", "deactivate", "activate", "provision"):
            with told():
                client.post(f"/api/accounts/{made}/{path}")
        with told():
            client.delete(f"/api/accounts/{made}")

        assert [record["action"].removeprefix("account.") for record in reversed(records(client))] == [
            *("created", "blocked", "unblocked", "deactivated", "activated", "provisioned", "deleted")
        ]

    def test_logins_and_what_was_no_login(self, api: Api, space: Space, root: Account, told: Any) -> None:
        alice = factories.an_account(space, "alice", password="right s3cret")
        visitor = Visitor(space)

        with told():
            visitor.log_in(alice, "wr0ng s3cret")
            visitor.log_in(alice, "right s3cret")
            visitor.open("/logout")
            api.on(space).with_key("n0 key").get("/api/accounts/me")

        refused_key, logout, login, refused = records(api.as_account(root))
        assert (refused["action"], refused["object"]) == ("credential.refused", f"alice@{space.domain}")
        assert (refused["after"], refused["actor"]) == ({"kind": "password"}, None)
        assert (login["action"], login["object_id"], login["after"]) == (
            "login.succeeded",
            alice.pk,
            {"how": "password"},
        )
        assert (logout["action"], logout["object_id"]) == ("logout", alice.pk)
        assert (refused_key["action"], refused_key["after"]) == ("credential.refused", {"kind": "API key"})
        assert "s3cret" not in json.dumps(records(api.as_account(root)))

    def test_a_session_that_its_owner_ends(self, api: Api, space: Space, root: Account, told: Any) -> None:
        alice = factories.an_account(space, "alice", password="right s3cret")
        elsewhere, here = Visitor(space), Visitor(space)
        elsewhere.log_in(alice, "right s3cret")
        here.log_in(alice, "right s3cret")
        here.open("/sessions")

        with told():
            assert here.submit(action="/sessions").toasts == ["The session was ended."]

        (record,) = records(api.as_account(root), "?action=sessions.ended")
        assert (record["actor"], record["object_id"]) == (f"alice@{space.domain}", alice.pk)
        assert (record["method"], record["after"]) == ("session", {"how": "portal, one"})

    def test_wrong_recovery_codes(self, api: Api, space: Space, root: Account, told: Any) -> None:
        factories.an_account(space, "alice", email="alice@example.org")
        visitor = Visitor(space)
        visitor.open("/recovery/email")
        visitor.submit({"email": "alice@example.org"})
        code = RecoveryCode.objects.get().code or ""

        with told():
            visitor.submit({"code": "1000" if code != "1000" else "1001"})

        (record,) = records(api.as_account(root), "?action=credential.refused")
        assert (record["object"], record["after"]) == (f"alice@{space.domain}", {"kind": "recovery code"})
        assert code not in json.dumps(record)

    def test_tokens_and_certificates_that_are_none(self, api: Api, told: Any) -> None:
        space = factories.a_space(client_certificate_authentication=True)
        root = factories.an_account(space, "root", admin=True)
        factories.an_oidc_configuration(space, public_key="none")
        here = api.on(space).at("10.0.0.1")
        certificate = {"X_SSL_Client_Verify": "SUCCESS", "X_SSL_Client_S_DN": f"CN=sip:eve@{space.domain}"}

        with told(), instance.override(trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),)):
            assert here.get("/api/accounts/me", Authorization="Bearer forged-t0ken").status == 401
            assert here.get("/provisioning/me", X_Linphone_Provisioning="1", **certificate).status == 403

        wrong_certificate, wrong_token = records(api.as_account(root), "?action=credential.refused")
        assert wrong_certificate["after"] == {"kind": "client certificate"}
        assert wrong_token["after"] == {"kind": "bearer token"}
        assert "t0ken" not in json.dumps(wrong_token)

    def test_logins_at_a_provider(self, api: Api, space: Space, root: Account, told: Any) -> None:
        with a_provider() as provider:
            provider.configure(space, client_id="portal", client_secret="hush")
            visitor = Visitor(space)
            there = str(visitor.open("/login/oidc", follow=False).answer.header("Location"))
            with told():
                visitor.open(provider.log_in(there))

        (record,) = records(api.as_account(root), "?action=credential.refused")
        assert (record["object"], record["ip"]) == (None, "127.0.0.1")
        assert record["after"] == {"kind": "OpenID Connect"}

    @pytest.mark.django_db(transaction=True)
    def test_new_keys_and_ended_sessions(self, api: Api, space: Space, root: Account) -> None:
        alice = factories.an_account(space, "alice")

        key = api.as_account(alice).get("/api/accounts/me/api_key").text
        api.as_account(root).delete(f"/api/accounts/{alice.pk}/sessions")

        ended, replaced = records(api.as_account(root))[:2]
        assert (replaced["action"], replaced["actor"]) == ("key.replaced", f"alice@{space.domain}")
        assert (ended["action"], ended["actor"]) == ("sessions.ended", f"root@{space.domain}")
        assert key not in json.dumps([replaced, ended])

    @pytest.mark.django_db(transaction=True)
    def test_spaces(self, api: Api) -> None:
        client = api.as_super_admin()
        new = {"name": "New", "domain": "new.example.org", "host": "new.example.org"}

        assert client.post("/api/spaces", new).status == 201
        server = {"host": "mail.example.org", "port": 25, "password": "very s3cret"}
        assert client.post("/api/spaces/new.example.org/email", server).status in (200, 201)
        assert client.delete("/api/spaces/new.example.org").status == 200

        found = AuditRecord.objects.filter(space="new.example.org").order_by("id")
        assert [row.action for row in found] == ["space.created", "space.changed", "space.deleted"]
        assert all(str(row.actor).endswith("@super.example.org") for row in found)
        assert "s3cret" not in str([row.after for row in found])

    @pytest.mark.django_db(transaction=True)
    def test_directories_and_logos_of_spaces(self, api: Api, space: Space) -> None:
        client = api.as_super_admin()
        path = f"/api/spaces/{space.domain}"
        uri = {"uri": "https://user:s3cret@dav.example.org"}

        assert client.post(f"{path}/carddavs", uri).text == "1"
        server = CardDavServer.objects.get().pk
        assert client.put(f"{path}/carddavs/{server}", {**uri, "delay": 700}).text == "1"
        assert client.delete(f"{path}/carddavs/{server}").text == "1"
        logo = send_logo(client, space, a_picture()).json["logo"]
        assert [client.delete(f"{path}/logo").text for _ in range(2)] == ["1", "0"]

        found = records(api.as_admin(space), "?action=space.changed")
        assert [(row["before"], row["after"]) for row in found[::-1]] == [
            ({"carddav_server": None}, {"carddav_server": server}),
            ({"carddav_server": server}, {"carddav_server": server}),
            ({"carddav_server": server}, {"carddav_server": None}),
            ({"logo": None}, {"logo": logo}),
            ({"logo": logo}, {"logo": None}),
        ]

    def test_provisioning_entries_are_not_quoted(self, space: Space) -> None:
        before = {"custom_provisioning_entries": None, "name": "Old"}
        space.custom_provisioning_entries = "[auth_info_0]\npasswd=s3cret"

        assert differences(before, space) == {
            "custom_provisioning_entries": (False, True),
            "name": ("Old", space.name),
        }


class TestReading:
    def test_filters(self, api: Api, space: Space, root: Account, told: Any) -> None:
        client = api.as_account(root)
        with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False), told():
            a_record(space, "account.created", "alice")
        with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False), told():
            a_record(space, "account.deleted", "alice")
            a_record(space, "account.deleted", "bob")

        assert len(records(client, "?action=account.deleted")) == 2
        assert len(records(client, f"?account=alice@{space.domain}")) == 2
        assert len(records(client, "?from=2026-03-02")) == 2
        assert len(records(client, "?to=2026-03-02")) == 1
        assert len(records(client, "?from=2026-03-01&to=2026-03-03")) == 3

    @pytest.mark.parametrize("query", ["?action=anything", "?from=yesterday", "?to=%00", "?limit=0", "?after=x"])
    def test_bad_filters(self, api: Api, root: Account, query: str) -> None:
        assert api.as_account(root).get(f"/api/audit{query}").status == 422

    def test_pages_by_key(self, api: Api, space: Space, root: Account) -> None:
        for n in range(5):
            a_record(space, "account.created", f"user{n}")
        client = api.as_account(root)

        seen, after = [], ""
        while True:
            page = client.get(f"/api/audit?limit=2{after}").json
            seen += [record["object"].partition("@")[0] for record in page["data"]]
            if page["next_cursor"] is None:
                break
            after = f"&after={page['next_cursor']}"

        assert seen == [f"user{n}" for n in reversed(range(5))]

    def test_other_spaces_see_nothing_of_it(self, api: Api, space: Space) -> None:
        a_record(space, "account.created", "alice")

        assert records(api.as_admin(factories.a_space())) == []
        assert len(records(api.as_admin(space))) == 1

    def test_users_may_not(self, api: Api, space: Space) -> None:
        assert api.as_account(factories.an_account(space)).get("/api/audit").status == 403

    def test_export(self, console: Console, space: Space) -> None:
        with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
            a_record(space, "account.created", "early")
        with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False):
            a_record(space, "account.created", "late")

        said = console("audit:export", "--since", "2026-03-02")

        (line,) = said.out.splitlines()
        assert (said.code, json.loads(line)["object"]) == (0, f"late@{space.domain}")
        assert console("audit:export", "--since", "yesterday").code == 2

    def test_a_year_is_kept(self, space: Space) -> None:
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        with time_machine.travel(moment, tick=False):
            a_record(space, "account.created", "old")
        with time_machine.travel(moment + timedelta(days=1), tick=False):
            a_record(space, "account.created", "young")

        with time_machine.travel(moment + timedelta(days=365, hours=1), tick=False):
            assert audit_reading.forget_old() == 1

        assert AuditRecord.objects.get().object == f"young@{space.domain}"


class TestOwnAddresses:
    @pytest.mark.parametrize(
        ("kind", "model", "value"),
        [("email", EmailChangeCode, "new@example.org"), ("phone", PhoneChangeCode, "+33612345678")],
    )
    def test_a_confirmed_one_is_told(
        self, api: Api, space: Space, told: Any, kind: str, model: Any, value: str
    ) -> None:
        alice = factories.an_account(space, "alice", activated=False)
        model.objects.create(account=alice, code="9071", ip="192.0.2.1", **{kind: value})

        with told():
            answer = api.as_account(alice).at("192.0.2.7").post(f"/api/accounts/me/{kind}", {"code": "9071"})

        assert answer.status == 200
        (found,) = records(api.as_admin(space), "?action=account.changed")
        assert (found["actor"], found["object"], found["ip"]) == (alice.identifier, alice.identifier, "192.0.2.7")
        assert found["before"] == {kind: None, "activated": False}
        assert found["after"] == {kind: value, "activated": True}
        assert "9071" not in json.dumps([found["before"], found["after"], found["user_agent"]])


class TestRequestIds:
    def test_each_request_has_one(self, api: Api, space: Space) -> None:
        ids = {api.on(space).get("/api/ping").header("X-Request-Id") for _ in range(3)}

        assert len(ids) == 3
        assert None not in ids

    def test_strangers_do_not_choose_it(self, api: Api, space: Space) -> None:
        assert api.on(space).get("/api/ping", X_Request_Id="mine").header("X-Request-Id") != "mine"

    def test_trusted_proxies_do(self, api: Api, space: Space, told: Any) -> None:
        client = api.on(space).with_key("n0 key").at("10.0.0.1")
        with instance.override(trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),)), told():
            assert client.get("/api/accounts/me", X_Request_Id="proxy-1").header("X-Request-Id") == "proxy-1"
            assert client.get("/api/accounts/me", X_Request_Id="bad id!").header("X-Request-Id") != "bad id!"

        assert AuditRecord.objects.filter(action="credential.refused").count() == 2

    @pytest.mark.django_db(transaction=True)
    def test_it_is_in_the_records(self, api: Api, space: Space) -> None:
        answer = api.on(space).with_key("n0 key").get("/api/accounts/me")

        assert AuditRecord.objects.get(action="credential.refused").request_id == answer.header("X-Request-Id")

    @pytest.mark.django_db(transaction=True)
    def test_it_is_in_log_lines(self, api: Api, space: Space, tmp_path: Path) -> None:
        settings = instance.current()
        with instance.override(app_env="production", log_channel="single", flexiapi_data_dir=tmp_path) as changed:
            setup(changed)
            try:
                credential_refused.connect(warn)
                answer = api.on(space).with_key("n0 key").get("/api/accounts/me")
            finally:
                credential_refused._receivers.remove(warn)
                setup(settings)

        assert str(answer.header("X-Request-Id")) in (tmp_path / "logs" / "flexiapi.log").read_text()


def a_record(space: Space, action: str, username: str) -> AuditRecord:
    """A record as the product writes it."""
    record(Entry(action, space.domain, 1, f"{username}@{space.domain}"))  # type: ignore[arg-type]
    return AuditRecord.objects.latest("id")


def warn(event: CredentialRefused) -> None:
    """Some line of the log, written while a request is answered."""
    logging.getLogger("flexiapi").warning("refused")
