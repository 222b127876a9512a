"""The commands that remove what is old, and what they print for scripts."""

import json
from datetime import timedelta

import pytest

from flexiapi.accounts.models import Account, Tombstone
from flexiapi.auth.models import ApiKey, Opaque
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space
from tests import factories
from tests.operations.conftest import Console


def aged(days: float) -> dict[str, object]:
    return {"created_at": now() - timedelta(days=days)}


def an_opaque(account: Account, minutes: int) -> Opaque:
    row = Opaque.objects.create(account=account, nonce=f"{minutes:064x}", opaque="0" * 64, ip="127.0.0.1", nc=1)
    Opaque.objects.filter(pk=row.pk).update(created_at=now() - timedelta(minutes=minutes))
    return row


class TestClearOpaques:
    def test_the_old_go(self, console: Console) -> None:
        account = factories.an_account(factories.a_space())
        young, old = an_opaque(account, 30), an_opaque(account, 90)

        said = console("digest:clear-opaques", "60")

        assert (said.code, said.out) == (0, "1 nonces deleted\n")
        assert list(Opaque.objects.values_list("pk", flat=True)) == [young.pk]
        assert old.pk != young.pk

    def test_never_one_that_refuses_a_replay(self, console: Console) -> None:
        an_opaque(factories.an_account(factories.a_space()), 30)

        said = console("digest:clear-nonces", "0")

        assert said.code == 0
        assert said.out.endswith("0 nonces deleted\n")
        assert Opaque.objects.count() == 1

    @pytest.mark.parametrize("words", [["x"], ["-1"], ["1.5"], [""], []])
    def test_needs_minutes(self, console: Console, words: list[str]) -> None:
        assert console("digest:clear-opaques", *words).code == 1


class TestClearApiKeys:
    def key(self, space: Space, minutes_ago: int, idle: int | None) -> None:
        account = factories.an_account(space)
        moment = now() - timedelta(minutes=minutes_ago)
        factories.a_key(account, last_used_at=moment, expires_after_last_used_minutes=idle)

    def test_unused_ones_go(self, console: Console) -> None:
        space = factories.a_space()
        for minutes_ago, idle in [(59, None), (61, None), (1000, 0), (9, 10), (11, 10)]:
            self.key(space, minutes_ago, idle)

        said = console("accounts:clear-api-keys")

        assert said.code == 0
        assert "1 API keys deleted" in said.out
        assert "1 managed API keys deleted" in said.out
        left = ApiKey.objects.values_list("expires_after_last_used_minutes", flat=True)
        assert sorted(left, key=str) == [0, 10, None]

    def test_zero_is_never(self, console: Console) -> None:
        space = factories.a_space()
        self.key(space, 100_000, None)
        self.key(space, 11, 10)

        said = console("digest:clear-api-keys", "0")

        assert said.code == 0
        assert "nothing to clear" in said.out
        assert list(ApiKey.objects.values_list("expires_after_last_used_minutes", flat=True)) == [None]

    def test_the_default_is_the_instance_s(self, console: Console) -> None:
        self.key(factories.a_space(), 61, None)

        with instance.override(app_api_key_expiration_minutes=90):
            assert "0 API keys deleted" in console("accounts:clear-api-keys").out


class TestClearTombstones:
    def test_counts_then_deletes(self, console: Console) -> None:
        Tombstone.objects.create(username="old", domain="sip.example.org", **aged(8))
        Tombstone.objects.create(username="young", domain="sip.example.org", **aged(6))

        assert console("accounts:clear-accounts-tombstones", "7").out == "1 tombstones to delete\n"
        assert Tombstone.objects.count() == 2
        assert console("accounts:clear-accounts-tombstones", "7", "--apply").out == "1 tombstones deleted\n"
        assert [row.username for row in Tombstone.objects.all()] == ["young"]


class TestForTools:
    @pytest.mark.parametrize(
        ("words", "counted"),
        [
            ("accounts:clear-accounts-tombstones 7", {"tombstones": 1}),
            ("accounts:clear-unconfirmed 30", {"accounts": 1, "confirmed": 0}),
            ("accounts:clear-unconfirmed 30 --and-confirmed", {"accounts": 2, "confirmed": 1}),
            ("accounts:clear-files 7", {"files": 0}),
            ("app:clear-statistics 30", {"calls": 0, "messages": 0, "conferences": 0}),
        ],
    )
    def test_numbers_as_json(self, console: Console, words: str, counted: dict[str, int]) -> None:
        space = factories.a_space()
        Tombstone.objects.create(username="old", domain=space.domain, **aged(8))
        factories.an_account(space, "old", activated=False, **aged(31))
        factories.an_account(space, "confirmed", activated=True, **aged(31))

        for _ in range(2):  # twice, as nothing is done
            assert json.loads(console(*words.split(), "--json", "--dry-run").out) == {**counted, "deleted": False}
        assert json.loads(console(*words.split(), "--json", "--apply").out) == {**counted, "deleted": True}
        nothing = {**dict.fromkeys(counted, 0), "deleted": False}
        assert json.loads(console(*words.split(), "--json").out) == nothing

    def test_of_keys_and_nonces(self, console: Console) -> None:
        account = factories.an_account(factories.a_space())
        an_opaque(account, 90)
        factories.a_key(account, last_used_at=now() - timedelta(hours=2))

        assert json.loads(console("digest:clear-opaques", "60", "--json").out) == {"nonces": 1, "deleted": True}
        said = json.loads(console("accounts:clear-api-keys", "--json").out)
        assert said == {"api_keys": 1, "managed_api_keys": 0, "deleted": True}

    def test_to_apply_and_not_to_is_a_mistake(self, console: Console) -> None:
        Tombstone.objects.create(username="old", domain="sip.example.org", **aged(8))

        assert console("accounts:clear-accounts-tombstones", "7", "--apply", "--dry-run").code == 1
        assert Tombstone.objects.exists()


class TestClearUnconfirmed:
    @pytest.fixture
    def accounts(self, db: None) -> None:
        space = factories.a_space()
        for name, days, activated, admin in [
            ("young", 29, False, False),
            ("old", 31, False, False),
            ("confirmed", 31, True, False),
            ("admin", 31, True, True),
            ("inactive-admin", 31, False, True),
        ]:
            factories.an_account(space, name, activated=activated, admin=admin, **aged(days))

    def names(self) -> set[str]:
        return set(Account.objects.values_list("username", flat=True))

    def test_counts_without_apply(self, console: Console, accounts: None) -> None:
        said = console("accounts:clear-unconfirmed", "30")

        assert (said.code, said.out) == (0, "1 accounts to delete\n")
        assert len(self.names()) == 5

    def test_deletes_without_reserving_the_name(self, console: Console, accounts: None) -> None:
        said = console("accounts:clear-unconfirmed", "30", "--apply")

        assert (said.code, said.out) == (0, "1 accounts in deletion\n1 accounts deleted\n")
        assert "old" not in self.names()
        assert not Tombstone.objects.exists()

    def test_confirmed_ones_too_but_no_administrator(self, console: Console, accounts: None) -> None:
        said = console("accounts:clear-unconfirmed", "30", "--apply", "--and-confirmed")

        assert "1 of them are confirmed accounts" in said.out
        assert said.out.endswith("2 accounts deleted\n")
        assert self.names() == {"young", "admin", "inactive-admin"}
