from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from flexiapi.accounts.models import Account
from flexiapi.db.statements import Statement
from flexiapi.intercom.models import DictionaryEntry
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)


class AccountRow(NamedTuple):
    username: str
    activated: bool
    created_at: datetime
    expire_time: datetime | None


class Summary(NamedTuple):
    accounts: int
    any_activated: bool
    newest: datetime | None


ACCOUNTS = Statement(
    """SELECT username, activated, created_at, expire_time FROM accounts
        WHERE username IN %(usernames)s AND domain = %(domain)s ORDER BY username""",
    AccountRow,
)
ACTIVATE = Statement("UPDATE accounts SET activated = true WHERE username = %(username)s")


@pytest.fixture(autouse=True)
def accounts() -> None:
    space = Space.objects.create(domain="sip.example.org", host="example.org", name="Example")
    for username in ("anna", "bert", "carl"):
        Account.objects.create(
            username=username,
            space=space,
            activated=username == "bert",
            created_at=NOON,
            ip_address="",
            user_agent="",
        )


class TestRows:
    def test_typed_by_the_row_class(self) -> None:
        rows = ACCOUNTS.rows(usernames=["bert"], domain="sip.example.org")

        assert rows == [AccountRow("bert", activated=True, created_at=NOON, expire_time=None)]
        assert rows[0].activated is True
        assert rows[0].created_at.tzinfo is not None

    def test_expressions_too(self) -> None:
        statement = Statement(
            """SELECT COUNT(*), MAX(CASE WHEN activated THEN 1 ELSE 0 END), MAX(created_at)
                 FROM accounts WHERE domain = %(domain)s""",
            Summary,
        )

        assert statement.one(domain="sip.example.org") == Summary(3, any_activated=True, newest=NOON)
        assert statement.one(domain="other.example.org") == Summary(0, any_activated=None, newest=None)  # type: ignore[arg-type]

    @pytest.mark.parametrize("container", [list, tuple, frozenset])
    @pytest.mark.parametrize("usernames", [(), ("anna",), ("anna", "carl", "dora"), tuple(f"u{n}" for n in range(500))])
    def test_lists_of_any_length(self, container: type, usernames: tuple[str, ...]) -> None:
        rows = ACCOUNTS.rows(usernames=container(usernames), domain="sip.example.org")

        assert [row.username for row in rows] == sorted(set(usernames) & {"anna", "bert", "carl"})

    def test_dates_compare(self) -> None:
        statement = Statement("SELECT COUNT(*) FROM accounts WHERE created_at <= %(at)s")

        assert statement.one(at=NOON) == (3,)
        assert statement.one(at=NOON.replace(microsecond=249999)) == (0,)

    def test_reserved_words_and_percent_signs(self) -> None:
        DictionaryEntry.objects.create(account=Account.objects.get(username="anna"), key="door", value="100%")
        statement = Statement(
            """SELECT e.{key}, e.value FROM account_dictionary_entries e
                WHERE e.{key} = %(key)s AND e.value LIKE '%%0%%'"""
        )

        assert statement.rows(key="door") == [("door", "100%")]

    def test_hostile_values_stay_values(self) -> None:
        assert ACCOUNTS.rows(usernames=["' OR 1=1 --", "%(domain)s", "{key}"], domain="sip.example.org") == []

    def test_one_is_none_without_a_row(self) -> None:
        assert ACCOUNTS.one(usernames=["dora"], domain="sip.example.org") is None


class TestExecute:
    def test_counts_what_the_condition_matched(self) -> None:
        assert ACTIVATE.execute(username="anna") == 1
        assert ACTIVATE.execute(username="anna") == 1
        assert ACTIVATE.execute(username="dora") == 0

    def test_a_single_use_is_won_once(self) -> None:
        take = Statement("UPDATE accounts SET blocked = true WHERE username = %(username)s AND blocked = false")

        assert [take.execute(username="anna"), take.execute(username="anna")] == [1, 0]
