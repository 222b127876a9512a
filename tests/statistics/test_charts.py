"""Counts over time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from tests import factories

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Caller, Scope
from flexiapi.contacts.models import ContactsList, ContactsListMember
from flexiapi.statistics.models import Call, Message, MessageDevice
from flexiapi.statistics.queries import Chart, account_chart, space_chart

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)


def scope(account: Account, *, super_admin: bool = False) -> Scope:
    """What an administrator sees."""
    who = Caller(account.pk, account.username, account.domain, True, super_admin, False, "session")
    return Scope(account.space, who)


def call(caller: str, callee: str, at: datetime = NOON) -> None:
    """A stored call."""
    (from_username, from_domain), (to_username, to_domain) = caller.split("@"), callee.split("@")
    Call.objects.create(
        id=f"c{Call.objects.count()}",
        from_username=from_username,
        from_domain=from_domain,
        to_username=to_username,
        to_domain=to_domain,
        initiated_at=at,
    )


def message(sender: str, at: datetime = NOON) -> Message:
    """A stored message."""
    username, domain = sender.split("@")
    return Message.objects.create(
        id=f"m{Message.objects.count()}", from_username=username, from_domain=domain, sent_at=at
    )


def filled(bars: list[tuple[str, int]]) -> dict[str, int]:
    """The bars that count something."""
    return {name: count for name, count in bars if count}


class TestBars:
    @pytest.mark.parametrize(
        ("by", "count", "first", "last"),
        [
            ("day", 25, "2026-03-30 12", "2026-03-31 12"),
            ("week", 8, "2026-03-24", "2026-03-31"),
            ("month", 32, "2026-02-28", "2026-03-31"),
            ("year", 13, "2025-03", "2026-03"),
        ],
    )
    def test_of_a_period_that_ends_now(self, by: Any, count: int, first: str, last: str) -> None:
        account = factories.an_account(factories.a_space())
        call("a@d.org", f"b@{account.domain}", NOON)
        call("a@d.org", f"b@{account.domain}", NOON - timedelta(days=400))
        with time_machine.travel(NOON, tick=False):
            bars = space_chart(scope(account), "calls", Chart(by=by))

        assert (bars[0][0], bars[-1][0]) == (first, last)
        assert len(bars) == count
        assert filled(bars) == {last: 1}

    def test_of_chosen_days(self) -> None:
        account = factories.an_account(factories.a_space())
        for day in (1, 2, 2, 3, 4):
            message(f"a@{account.domain}", datetime(2026, 3, day, 23, 59, 59, tzinfo=UTC))
        chart = Chart("month", datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))

        assert space_chart(scope(account), "messages", chart) == [("2026-03-02", 2), ("2026-03-03", 1)]

    def test_are_never_too_many(self) -> None:
        account = factories.an_account(factories.a_space())
        forever = Chart("day", datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
        a_year = Chart("day", datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))

        assert len(space_chart(scope(account), "calls", forever)) <= 1202
        assert len(space_chart(scope(account), "calls", a_year)) == 365
        assert len(space_chart(scope(account), "calls", Chart(end=datetime(1, 1, 1, tzinfo=UTC)))) == 24


class TestOfASpace:
    def count(self, account: Account, *args: Any, super_admin: bool = False, **kwargs: Any) -> int:
        chart = Chart("week", end=NOON + timedelta(hours=1))
        return sum(count for _, count in space_chart(scope(account, super_admin=super_admin), *args, chart, **kwargs))

    def test_calls_from_or_to_it(self) -> None:
        account = factories.an_account(factories.a_space(), "alice")
        ours = account.domain
        for caller, callee in ((ours, ours), (ours, "d.org"), ("d.org", ours), ("d.org", "e.org")):
            call(f"a@{caller}", f"b@{callee}")

        assert self.count(account, "calls") == self.count(account, "calls", domain="d.org") == 3
        assert self.count(account, "calls", super_admin=True) == 4
        assert self.count(account, "calls", super_admin=True, domain="e.org") == 1

    def test_messages_from_it(self) -> None:
        account = factories.an_account(factories.a_space(), "alice")
        message(f"a@{account.domain}")
        message("a@d.org")

        assert self.count(account, "messages") == 1
        assert self.count(account, "messages", super_admin=True) == 2

    def test_its_new_accounts(self) -> None:
        account = factories.an_account(factories.a_space(), "alice", created_at=NOON)
        factories.an_account(account.space, created_at=NOON - timedelta(days=30))
        factories.an_account(factories.a_space(), created_at=NOON)

        assert self.count(account, "accounts") == 1
        assert self.count(account, "accounts", super_admin=True) == 2
        assert self.count(account, "accounts", super_admin=True, domain=account.domain) == 1

    def test_of_a_contacts_list(self) -> None:
        account = factories.an_account(factories.a_space(), "alice", created_at=NOON)
        friends = ContactsList.objects.create(space=account.space, title="friends")
        ContactsListMember.objects.create(contacts_list=friends, contact=account)
        alice = f"alice@{account.domain}"
        for caller, callee in ((alice, "b@d.org"), ("b@d.org", alice), ("b@d.org", f"c@{account.domain}")):
            call(caller, callee)
            message(caller)
        factories.an_account(account.space, created_at=NOON)

        found = [self.count(account, kind, contacts_list=friends.pk) for kind in ("calls", "messages", "accounts")]
        assert found == [2, 1, 1]


def test_of_an_account() -> None:
    alice = factories.an_account(factories.a_space(), "alice")
    address = f"alice@{alice.domain}"
    call(address, "b@d.org")
    call("b@d.org", address)
    call("b@d.org", address)
    message(address)
    received = message("b@d.org")
    for device, status in (("d1", 200), ("d2", 202), ("d3", 408)):
        MessageDevice.objects.create(
            message=received,
            to_username="alice",
            to_domain=alice.domain,
            device_id=device,
            last_status=status,
            received_at=NOON,
        )
    chart = Chart("year", end=NOON + timedelta(hours=1))

    assert filled(account_chart(alice, "calls", "from", chart)) == {"2026-03": 1}
    assert filled(account_chart(alice, "calls", "to", chart)) == {"2026-03": 2}
    assert filled(account_chart(alice, "messages", "from", chart)) == {"2026-03": 1}
    assert filled(account_chart(alice, "messages", "to", chart)) == {"2026-03": 1}
