"""The console's commands about accounts, in the words that scripts parse."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flexiapi.accounts.models import Account, Password, ProvisioningToken
from flexiapi.accounts.services.passwords import matches
from flexiapi.auth.models import ApiKey
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Api
from tests.operations.conftest import Console
from tests.portal.authenticator import protected
from tests.portal.visitor import Visitor

CREATED = re.compile(
    r'^Admin test account created: "([^"]+)@([^"]+)" \| Password: "([^"]+)" '
    r'\| API Key: "([^"]{40})" \(valid on IP (\S+)\)$',
    re.MULTILINE,
)


class TestCreateAdminAccount:
    COMMAND = "accounts:create-admin-account"

    def created(self, out: str) -> tuple[str, ...]:
        found = CREATED.search(out)
        assert found, out
        return found.groups()

    def test_credentials_work(self, console: Console, api: Api) -> None:
        space = factories.a_space("sip.example.org", super=True)

        said = console(self.COMMAND, "-u", "root", "-p", "s3cret", "-d", "sip.example.org")

        user, domain, password, key, address = self.created(said.out)
        assert (said.code, user, domain, password, address) == (0, "root", "sip.example.org", "s3cret", "any")
        account = Account.objects.get(username="root")
        assert (account.activated, account.admin, account.blocked) == (True, True, False)
        assert (account.ip_address, account.user_agent, account.email) == ("0.0.0.0", "Test", None)
        assert account.created_at < now() - timedelta(days=3 * 365 - 1)
        assert ProvisioningToken.objects.filter(account=account, used=False).count() == 1
        assert matches(account, "s3cret")
        assert api.on(space).with_key(key).get("/api/accounts").status == 200
        assert api.on(space).digest("GET", "/api/accounts/me", account, "s3cret").status == 200

    def test_defaults_without_questions(self, console: Console) -> None:
        factories.a_space("a.example.org")
        factories.a_space("b.example.org")
        factories.a_space("s.example.org", super=True)

        first, second = (self.created(console(self.COMMAND, "-n").out) for _ in range(2))

        assert first[:2] == second[:2] == ("admin", "s.example.org")
        assert first[2] != second[2] != "change_me"
        assert Account.objects.count() == 1

    def test_key_is_bound_to_the_given_address(self, console: Console, api: Api) -> None:
        space = factories.a_space("sip.example.org")
        said = console(self.COMMAND, "-n", "-k", "192.0.2.7")

        *_, key, address = self.created(said.out)
        assert address == "192.0.2.7"
        assert api.on(space).with_key(key).at("192.0.2.7").get("/api/accounts").status == 200
        assert api.on(space).with_key(key).get("/api/accounts").status == 401

    def test_unknown_domain(self, console: Console) -> None:
        factories.a_space("sip.example.org")

        said = console(self.COMMAND, "-n", "-d", "other.example.org")

        assert said.code == 1
        assert "sip.example.org" in said.out
        assert "spaces:create-update" in said.out
        assert not Account.objects.exists()

    def test_existing_account_keeps_its_data(self, console: Console) -> None:
        space = factories.a_space("sip.example.org")
        alice = factories.an_account(space, "alice", password="old", activated=False, email="a@example.org")
        token, key = factories.a_token(alice), factories.a_key(alice)

        *_, new_key, _ = self.created(console(self.COMMAND, "-n", "-ualice", "-pnew").out)

        kept = Account.objects.get(username="alice")
        assert (kept.pk, kept.email, kept.admin, kept.activated) == (alice.pk, "a@example.org", True, True)
        assert matches(kept, "new")
        assert not matches(kept, "old")
        assert ProvisioningToken.objects.get(pk=token.pk).used
        assert new_key != key
        assert ApiKey.objects.filter(account=alice).count() == 1

    def test_space_without_digest_gets_it(self, console: Console) -> None:
        space = factories.without_digest(factories.a_space("sip.example.org"))

        assert console(self.COMMAND, "-n").code == 0

        digest = Space.objects.get(pk=space.pk).digest
        assert digest is not None
        assert (digest.realm, digest.default_password_algorithm) == ("sip.example.org", "SHA-256")


class TestCreateAdminTest:
    def test_known_key_works(self, console: Console, api: Api) -> None:
        said = console("accounts:create-admin-test")

        assert said.code == 0
        assert "no_secret_at_all" in said.out
        client = api.to("sip.example.org").with_key("no_secret_at_all")
        assert client.get("/api/accounts/me").json["username"] == "admin_test"
        assert client.get("/api/spaces").status == 200

    def test_not_in_production(self, console: Console) -> None:
        with instance.override(app_env="production"):
            assert console("accounts:create-admin-test").code == 1
        assert not Account.objects.exists()


class TestSetAdmin:
    def test_promotes_once(self, console: Console) -> None:
        alice = factories.an_account(factories.a_space("sip.example.org"), "alice")

        said = console("accounts:set-admin", str(alice.pk))

        assert said.code == 0
        assert "alice@sip.example.org" in said.out
        assert Account.objects.get(pk=alice.pk).admin
        assert console("accounts:set-admin", str(alice.pk)).code == 1


class TestResetSecondFactor:
    def test_the_password_is_enough_afterwards(self, console: Console, django_capture_on_commit_callbacks: Any) -> None:
        alice = factories.an_account(factories.a_space("sip.example.org"), "alice", password="a long s3cret")
        protected(alice, "a long s3cret")

        with django_capture_on_commit_callbacks(execute=True):
            said = console("accounts:reset-second-factor", str(alice.pk))
        again = console("accounts:reset-second-factor", str(alice.pk))

        assert (said.code, again.code) == (0, 0)
        assert "alice@sip.example.org has no second factor any more" in said.out
        assert "alice@sip.example.org had none" in again.out
        assert Visitor(alice.space).log_in(alice, "a long s3cret").url == "/dashboard"
        record = AuditRecord.objects.get(action="second_factor.reset")
        assert (record.object, record.actor, record.user_agent) == (alice.identifier, None, "Console")

    @pytest.mark.parametrize("account_id", ["nobody", "4711"])
    def test_unknown_accounts_are_told(self, console: Console, account_id: str) -> None:
        assert console("accounts:reset-second-factor", account_id).code == 1


HASHES = [
    {"hash": "36e0c06b0cb81a50d695d175252abf02", "algorithm": "MD5"},
    {"hash": "d1381942fa8bbc3cc64c44c68dc74d7695aee6083ec7c59ed1a83e60e2b5047a", "algorithm": "SHA-256"},
]
MARIE: dict[str, Any] = {
    "type": "account",
    "id": 10,
    "username": "marie",
    "domain": "sip.example.org",
    "phone": "+33612000010",
    "activated": True,
    "passwords": HASHES,
}
USERS: dict[str, Any] = {
    "type": "range",
    "id": "%id%",
    "username": "user_%usernamePostfix%",
    "domain": "sip2.example.org",
    "iteration": 20,
    "idStart": 100,
    "usernameStart": 1,
    "activated": True,
}


class TestSeed:
    @pytest.fixture
    def seed(self, console: Console, tmp_path: Path) -> Any:
        def run(document: Any, *words: str) -> Any:
            file = tmp_path / "seed.json"
            file.write_text(document if isinstance(document, str) else json.dumps(document))
            return console("accounts:seed", str(file), *words)

        return run

    def test_accounts_and_ranges(self, seed: Any) -> None:
        pauline = {
            "type": "account",
            "id": "11",
            "username": "pauline",
            "domain": "sip.example.org",
            "activated": False,
        }

        said = seed([MARIE, pauline, USERS, {"type": "comment"}])

        assert (said.code, said.out) == (0, "22 accounts, 2 passwords, 2 new Spaces\n")
        marie = Account.objects.get(pk=10)
        assert (marie.username, marie.phone, marie.email) == ("marie", "+33612000010", "marie@sip.example.org")
        assert (marie.ip_address, marie.user_agent) == ("", "FlexiAPI Seeder")
        assert marie.created_at == datetime(2010, 1, 3, 4, 30, 43, tzinfo=UTC)
        assert not Account.objects.get(pk=11).activated
        assert list(Account.objects.filter(domain="sip2.example.org").order_by("id").values_list("id", "username")) == [
            (100 + number, f"user_{1 + number}") for number in range(20)
        ]
        assert Space.objects.count() == 2
        assert list(Password.objects.order_by("id").values_list("account_id", "password", "algorithm")) == [
            (10, entry["hash"], entry["algorithm"]) for entry in HASHES
        ]

    def test_stored_hashes_let_in(self, seed: Any, api: Api) -> None:
        seed([MARIE])
        marie = Account.objects.get(pk=10)

        assert api.to("sip.example.org").digest("GET", "/api/accounts/me", marie, "example").status == 200

    def test_passwords_of_ranges_and_clear_texts(self, seed: Any) -> None:
        seed([{**USERS, "iteration": 2, "passwords": [{"hash": "secret", "algorithm": "CLRTXT"}]}])

        assert [matches(account, "secret") for account in Account.objects.all()] == [True, True]
        assert set(Password.objects.values_list("algorithm", flat=True)) == {"SHA-256"}

    def test_spaces_stay_as_they_are(self, seed: Any) -> None:
        factories.a_space("sip.example.org", host="voip.example.org", name="Ours")
        seed([MARIE])

        space = Space.objects.get(domain="sip.example.org")
        assert (space.host, space.name) == ("voip.example.org", "Ours")

    def test_same_ids_are_replaced(self, seed: Any) -> None:
        factories.an_account(factories.a_space("other.example.org"), "old", id=10)

        assert seed([MARIE]).code == 0
        assert Account.objects.get().username == "marie"

    def test_a_conflict_changes_nothing(self, seed: Any) -> None:
        space = factories.a_space("sip.example.org")
        factories.an_account(space, "marie", id=5)
        factories.an_account(space, "old", id=10)

        assert seed([MARIE]).code == 1
        assert set(Account.objects.values_list("id", "username")) == {(5, "marie"), (10, "old")}

    @pytest.mark.parametrize("document", ["", "{", "[]", "null", "0", "{}", '"x"', "[" * 2000])
    def test_malformed(self, seed: Any, document: str) -> None:
        said = seed(document)

        assert said.code == 1
        assert "alformed" in said.out

    @pytest.mark.parametrize(
        "change",
        [
            {"id": "x"},
            {"id": 2**40},
            {"username": "u" * 65},
            {"username": None},
            {"domain": "no domain"},
            {"passwords": [{"hash": "x", "algorithm": "SHA-512"}]},
        ],
    )
    def test_wrong_values_change_nothing(self, seed: Any, change: dict[str, Any]) -> None:
        assert seed([{**MARIE, **change}]).code == 1
        assert not Account.objects.exists()
        assert not Space.objects.exists()

    def test_missing_file(self, console: Console, tmp_path: Path) -> None:
        assert console("accounts:seed", str(tmp_path / "none.json")).code == 1
