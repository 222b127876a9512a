"""External accounts: rules, secrets, and the notices to Flexisip's B2BUA."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests import factories
from tests.api import Api

from flexiapi.accounts.models import Account
from flexiapi.telephony.models import ExternalAccount
from flexiapi.telephony.registrar import MemoryRegistrar

pytestmark = pytest.mark.django_db

BODY = {"username": "trunk", "domain": "sip.example.com", "protocol": "TLS", "password": "s3cret"}


def md5(text: str) -> str:
    """Lower-case hex."""
    return hashlib.md5(text.encode()).hexdigest()


@pytest.fixture
def account() -> Account:
    """An account without external account."""
    return factories.an_account(factories.a_space())


@pytest.fixture
def path(account: Account) -> str:
    """Its resource."""
    return f"/api/accounts/{account.pk}/external"


class TestLife:
    def test_created_changed_and_removed(self, api: Api, account: Account, path: str) -> None:
        admin = api.as_admin(account.space)
        assert admin.get(path).status == 404

        created = admin.post(f"{path}/", {**BODY, "registrar": "reg.example.com"})
        assert created.status == 201
        assert created.json == admin.get(path).json
        assert {
            "account_id": account.pk,
            "username": "trunk",
            "domain": "sip.example.com",
            "algorithm": "MD5",
            "realm": None,
            "registrar": "reg.example.com",
            "outbound_proxy": None,
            "protocol": "TLS",
        }.items() <= created.json.items()

        without = {**BODY, "username": "other"}
        del without["password"]
        changed = admin.post(path, without)
        assert (changed.status, changed.json["username"], changed.json["registrar"]) == (200, "other", None)

        assert admin.post(path, {**without, "realm": "new"}).errors == {"password": ["The password field is required."]}
        assert (admin.delete(path).status, admin.get(path).status) == (200, 404)
        again = admin.delete(path)
        assert (again.status, again.text) == (200, "")

    def test_removal_answers_one(self, api: Api, account: Account, path: str) -> None:
        admin = api.as_admin(account.space)
        admin.post(path, BODY)

        assert admin.delete(path).text == "1"

    def test_the_same_again_is_an_update(self, api: Api, account: Account, path: str) -> None:
        admin = api.as_admin(account.space)

        assert [admin.post(path, BODY).status for _ in range(2)] == [201, 200]

    @pytest.mark.parametrize("realm", [None, "their realm"])
    def test_the_hash_is_stored_and_never_shown(self, api: Api, account: Account, path: str, realm: str | None) -> None:
        admin = api.as_admin(account.space)

        answer = admin.post(path, {**BODY, "realm": realm})

        stored = ExternalAccount.objects.get().password
        assert stored == md5(f"trunk:{realm or 'sip.example.com'}:s3cret")
        assert "password" not in answer.json
        assert stored not in answer.text + admin.get(path).text

    def test_no_password_keeps_the_hash(self, api: Api, account: Account, path: str) -> None:
        admin = api.as_admin(account.space)
        admin.post(path, BODY)

        assert admin.post(path, {**BODY, "password": "", "protocol": "UDP"}).status == 200
        assert ExternalAccount.objects.get().password == md5("trunk:sip.example.com:s3cret")

    @pytest.mark.parametrize("domain", ["192.0.2.1", "2001:db8::1"])
    def test_addresses_are_domains_too(self, api: Api, account: Account, path: str, domain: str) -> None:
        assert api.as_admin(account.space).post(path, {**BODY, "domain": domain}).status == 201


class TestPassword:
    @pytest.mark.parametrize(
        ("before", "after", "needed"),
        [
            ({}, {"username": "new"}, False),
            ({}, {"protocol": "UDP"}, False),
            ({}, {"domain": "new.example.com"}, True),
            ({}, {"realm": "new"}, True),
            ({"realm": "old"}, {"realm": "new"}, True),
            ({"realm": "old"}, {"realm": None}, True),
            ({"realm": "old"}, {"realm": "old"}, False),
            ({"realm": "old"}, {"realm": "old", "domain": "new.example.com"}, True),
        ],
    )
    def test_is_needed_when_the_hash_cannot_stay(
        self, api: Api, account: Account, path: str, before: dict[str, Any], after: dict[str, Any], needed: bool
    ) -> None:
        admin = api.as_admin(account.space)
        admin.post(path, {**BODY, **before})
        body = {**BODY, **before, **after}
        del body["password"]

        answer = admin.post(path, body)

        assert answer.status == (422 if needed else 200)
        if needed:
            assert list(answer.errors) == ["password"]


class TestRules:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", None),
            ("username", "Not A Name"),
            ("username", "a" * 65),
            ("domain", "nodot"),
            ("domain", "UPPER.example.com"),
            ("domain", "[2001:db8::1]"),
            ("domain", "a" * 60 + ".example.com"),
            ("realm", "sip.example.com"),
            ("registrar", "sip.example.com"),
            ("outbound_proxy", "sip.example.com"),
            ("realm", "a" * 65),
            ("registrar", "a" * 65),
            ("outbound_proxy", "a" * 65),
            ("protocol", "SCTP"),
            ("protocol", None),
            ("password", "a" * 256),
            ("password", ["a"]),
            ("domain", {"a": 1}),
        ],
    )
    def test_bad_values_write_nothing(
        self, api: Api, account: Account, path: str, registrar: MemoryRegistrar, field: str, value: object
    ) -> None:
        answer = api.as_admin(account.space).post(path, {**BODY, field: value})

        assert (answer.status, list(answer.errors)) == (422, [field])
        assert not ExternalAccount.objects.exists()

    def test_another_account_has_the_address(self, api: Api, account: Account, path: str) -> None:
        other = factories.an_account(factories.a_space())
        api.as_admin(other.space).post(f"/api/accounts/{other.pk}/external", BODY)

        assert api.as_admin(account.space).post(path, BODY).errors == {
            "username": ["The username has already been taken."]
        }

    def test_all_messages_at_once(self, api: Api, account: Account, path: str) -> None:
        answer = api.as_admin(account.space).post(path, {"username": "A", "registrar": "x", "domain": "x"})

        assert list(answer.errors) == ["username", "domain", "registrar", "protocol"]


class TestAccess:
    def test_only_administrators_within_reach(self, api: Api, account: Account, path: str) -> None:
        for method, body in (("GET", None), ("POST", BODY), ("DELETE", None)):
            assert api.on(account.space).send(method, path, body).status == 401
            assert api.as_account(account).send(method, path, body).status == 403
            assert api.as_admin(factories.a_space()).send(method, path, body).status == 404
        assert not ExternalAccount.objects.exists()
        assert api.as_super_admin().post(path, BODY).status == 201
        assert api.as_super_admin().get(path).status == 200
        assert api.as_super_admin().delete(path).text == "1"

    def test_unknown_account(self, api: Api, account: Account) -> None:
        admin = api.as_admin(account.space)

        assert admin.post("/api/accounts/999999/external", BODY).status == 404
        assert admin.get("/api/accounts/x/external").status == 404


class TestNotices:
    @pytest.fixture
    def notices(
        self, registrar: MemoryRegistrar, django_capture_on_commit_callbacks: Callable
    ) -> Callable[[Callable[[], Any]], list[dict[str, str]]]:
        """The notices of what happens inside a commit."""

        def during(action: Callable[[], Any]) -> list[dict[str, str]]:
            registrar.published.clear()
            with django_capture_on_commit_callbacks(execute=True):
                action()
                assert registrar.published == []
            told = [message for channel, message in registrar.published if channel == "flexisip/B2BUA/account"]
            return [json.loads(message) for message in told]

        return during

    def test_creation_change_rename_and_removal(
        self, api: Api, account: Account, path: str, notices: Callable[..., Any]
    ) -> None:
        admin = api.as_admin(account.space)

        told = notices(lambda: admin.post(path, BODY))
        identifier = str(ExternalAccount.objects.get().pk)
        new = {"username": "trunk", "domain": "sip.example.com", "identifier": identifier}
        assert told == [new]

        assert notices(lambda: admin.post(path, {**BODY, "protocol": "UDP"})) == [new]

        renamed = {**new, "username": "other"}
        assert notices(lambda: admin.post(path, {**BODY, "username": "other"})) == [{**new, "identifier": "0"}, renamed]

        assert notices(lambda: admin.delete(path)) == [renamed]
        assert notices(lambda: admin.delete(path)) == []

    def test_refusals_are_not_told(self, api: Api, account: Account, path: str, notices: Callable[..., Any]) -> None:
        admin = api.as_admin(account.space)

        assert notices(lambda: admin.post(path, {**BODY, "password": None})) == []

    def test_the_deletion_of_its_account(
        self, api: Api, account: Account, path: str, notices: Callable[..., Any]
    ) -> None:
        api.as_admin(account.space).post(path, BODY)
        identifier = str(ExternalAccount.objects.get().pk)

        told = notices(lambda: api.as_account(account).delete("/api/accounts/me"))

        assert told == [{"username": "trunk", "domain": "sip.example.com", "identifier": identifier}]
        assert not ExternalAccount.objects.exists()

    def test_the_deletion_of_its_space(
        self, api: Api, account: Account, path: str, notices: Callable[..., Any]
    ) -> None:
        api.as_admin(account.space).post(path, BODY)
        identifier = str(ExternalAccount.objects.get().pk)

        told = notices(lambda: api.as_super_admin().delete(f"/api/spaces/{account.domain}"))

        assert told == [{"username": "trunk", "domain": "sip.example.com", "identifier": identifier}]
        assert not ExternalAccount.objects.exists()

    def test_without_redis_all_the_same(
        self, api: Api, account: Account, path: str, registrar: MemoryRegistrar, notices: Callable[..., Any]
    ) -> None:
        registrar.reachable = False

        assert notices(lambda: api.as_admin(account.space).post(path, BODY)) == []
        assert ExternalAccount.objects.exists()


class TestStatements:
    """What Flexisip's B2BUA bridge asks of the tables (docs/operators/redis.md)."""

    SELECT = """SELECT e.username, e.domain, '' AS user_id, e.realm, e.password AS secret,
                       e.algorithm AS secret_type, a.username AS alias_username, a.domain AS alias_domain,
                       e.outbound_proxy, e.registrar, e.protocol
                  FROM external_accounts e JOIN accounts a ON a.id = e.account_id"""

    def test_the_loader_reads_accounts(self, api: Api, account: Account, path: str) -> None:
        api.as_admin(account.space).post(path, {**BODY, "outbound_proxy": "out.example.com"})
        row = ExternalAccount.objects.get()
        column = "CAST(e.id AS TEXT)" if connection.vendor == "postgresql" else "e.id"

        with connection.cursor() as cursor:
            cursor.execute(f"{self.SELECT} LIMIT 1")
            names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            all_rows = cursor.fetchall()
            cursor.execute(f"{self.SELECT} WHERE {column} = %s", [str(row.pk)])
            one = cursor.fetchall()
            cursor.execute(f"{self.SELECT} WHERE {column} = %s", ["0"])
            none = cursor.fetchall()

        assert dict(zip(names, all_rows[0], strict=True)) == {
            "username": "trunk",
            "domain": "sip.example.com",
            "user_id": "",
            "realm": None,
            "secret": md5("trunk:sip.example.com:s3cret"),
            "secret_type": "MD5",
            "alias_username": account.username,
            "alias_domain": account.domain,
            "outbound_proxy": "out.example.com",
            "registrar": None,
            "protocol": "TLS",
        }
        assert (list(one), list(none)) == (list(all_rows), [])

    @pytest.mark.parametrize(
        ("columns", "found"),
        [({}, True), ({"activated": False}, False), ({"blocked": True}, False)],
    )
    def test_the_proxy_reads_passwords(self, columns: dict[str, bool], found: bool) -> None:
        account = factories.an_account(factories.a_space(), "alice", password="s3cret", **columns)
        sql = """SELECT p.password, p.algorithm FROM accounts a JOIN passwords p ON p.account_id = a.id
                  WHERE a.username = %s AND a.domain = %s AND a.activated = {true} AND a.blocked = {false}"""
        words = ("TRUE", "FALSE") if connection.vendor == "postgresql" else ("1", "0")

        with connection.cursor() as cursor:
            cursor.execute(sql.format(true=words[0], false=words[1]), ["alice", account.domain])
            rows = cursor.fetchall()

        secret = hashlib.sha256(f"alice:{account.domain}:s3cret".encode()).hexdigest()
        assert [tuple(row) for row in rows] == ([(secret, "SHA-256")] if found else [])
