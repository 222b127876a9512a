"""Call logs: of the account itself and for its administrator."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.api import Api
from tests.statistics.reports import DEVICE, a_call

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Caller, Scope
from flexiapi.contacts.models import ContactsList, ContactsListMember
from flexiapi.db.merged import Merged
from flexiapi.statistics import queries
from flexiapi.statistics.documents import state_of
from flexiapi.statistics.models import Call
from flexiapi.statistics.queries import CallFilter

pytestmark = pytest.mark.django_db

MINE = "/api/accounts/me/statistics/calls"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def call(call_id: str, caller: Account | str, callee: Account | str, at: datetime = NOON) -> None:
    """A stored call."""
    (from_username, from_domain), (to_username, to_domain) = (
        party.split("@") if isinstance(party, str) else (party.username, party.domain) for party in (caller, callee)
    )
    Call.objects.create(
        id=call_id,
        from_username=from_username,
        from_domain=from_domain,
        to_username=to_username,
        to_domain=to_domain,
        initiated_at=at,
    )


@pytest.fixture
def alice(db: None) -> Account:
    """An account."""
    return factories.an_account(factories.a_space(), "alice")


def ids(answer: Any) -> list[str]:
    """The calls of an answer."""
    return [row["id"] for row in answer.json["data"]]


class TestDocument:
    def test_empty(self, api: Api, alice: Account) -> None:
        url = f"http://{alice.domain}{MINE}"

        assert api.as_account(alice).get(MINE).json == {
            "current_page": 1,
            "data": [],
            "first_page_url": f"{url}?page=1",
            "from": None,
            "last_page": 1,
            "last_page_url": f"{url}?page=1",
            "links": [
                {"url": None, "label": "&laquo; Previous", "page": None, "active": False},
                {"url": f"{url}?page=1", "label": "1", "page": 1, "active": True},
                {"url": None, "label": "Next &raquo;", "page": None, "active": False},
            ],
            "next_page_url": None,
            "path": url,
            "per_page": 30,
            "prev_page_url": None,
            "to": None,
            "total": 0,
        }

    def test_a_call_with_its_devices(self, api: Api, proxy: Api, alice: Account) -> None:
        proxy.post("/api/stats/calls", a_call(id="c1", to=f"alice@{alice.domain}"))
        device = proxy.patch(f"/api/stats/calls/c1/devices/{DEVICE}", {"rang_at": "2026-03-01T17:32:29Z"}).json
        proxy.patch("/api/stats/calls/c1/devices/pushed", {})

        answer = api.as_account(alice).get(MINE)

        (row,) = answer.json["data"]
        assert row == {
            "id": "c1",
            "sip_call_id": "x2s@192.0.2.1",
            "from_username": "alice",
            "from_domain": "sip.example.org",
            "to_username": "alice",
            "to_domain": alice.domain,
            "initiated_at": "2026-03-01T17:32:28.000000Z",
            "ended_at": None,
            "conference_id": None,
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "devices": row["devices"],
        }
        assert row["devices"][0] == {**device, "device_id": "urn:uuid:5c2eb4dd-1f73-00a5-b5e1-3cd6d1a2f7b4"}
        assert row["devices"][1]["device_id"] == "pushed"

    def test_newest_first_in_pages(self, api: Api, alice: Account) -> None:
        for n in range(65):
            at = NOON + timedelta(minutes=n // 2)  # two at a time: the id decides
            call(f"c{n:02}", *((alice, "bob@d.org") if n % 3 else ("bob@d.org", alice)), at=at)
        client = api.as_account(alice)
        expected = [f"c{n:02}" for n in reversed(range(65))]

        pages = [client.get(f"{MINE}?page={page}") for page in (1, 2, 3, 4)]

        assert [row for page in pages for row in ids(page)] == expected
        assert [(page.json["from"], page.json["to"]) for page in pages] == [(1, 30), (31, 60), (61, 65), (None, None)]
        assert pages[2].json["total"] == 65
        assert ids(client.get(f"{MINE}?page=x")) == expected[:30]

    @pytest.mark.parametrize("direction", ["both", "outgoing"])
    def test_pages_by_key(self, api: Api, alice: Account, direction: str) -> None:
        for n in range(23):
            call(f"c{n:02}", alice, alice if n % 2 else "bob@d.org", at=NOON + timedelta(minutes=n // 3))
        client = api.as_account(alice)

        found, cursor = [], ""
        while cursor is not None:
            answer = client.get(f"{MINE}?limit=5&after={cursor}&direction={direction}")
            assert set(answer.json) == {"data", "next_cursor"}
            found += ids(answer)
            cursor = answer.json["next_cursor"]

        assert found == [f"c{n:02}" for n in reversed(range(23))]


class TestFilters:
    @pytest.fixture(autouse=True)
    def _calls(self, alice: Account) -> None:
        call("out", alice, "bob@d.org", NOON)
        call("in", "bob@d.org", alice, NOON + timedelta(days=1))
        call("self", alice, alice, NOON + timedelta(days=2))
        call("other", "bob@d.org", "alice@d.org", NOON)
        call("namesake", "bob@d.org", f"malice@{alice.domain}", NOON)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", ["self", "in", "out"]),
            ("direction=both", ["self", "in", "out"]),
            ("direction=incoming", ["self", "in"]),
            ("direction=outgoing", ["self", "out"]),
            ("from=2026-03-11", ["self", "in"]),
            ("to=2026-03-11", ["in", "out"]),
            ("from=2026-03-11&to=2026-03-11", ["in"]),
            ("from=2026-03-11&direction=incoming", ["self", "in"]),
            ("from=2026-03-12&direction=incoming", ["self"]),
            ("to=2026-03-11T12:00:00Z", ["in", "out"]),
            ("to=2026-03-11T11:59:59Z", ["out"]),
            ("from=2026-03-11T14:00:00%2B02:00", ["self", "in"]),
            ("from=2026-03-11T14:00:01%2B02:00", ["self"]),
            ("to=9999-12-31", ["self", "in", "out"]),
            ("from=&to=&direction=", ["self", "in", "out"]),
            ("from=2026-04-01&to=2026-03-01", []),
        ],
    )
    def test_choose(self, api: Api, alice: Account, query: str, expected: list[str]) -> None:
        answer = api.as_account(alice).get(f"{MINE}?{query}")

        assert ids(answer) == expected
        assert answer.json["total"] == len(expected)

    @pytest.mark.parametrize(
        ("query", "fields"),
        [
            ("from=yesterday", ["from"]),
            ("to=11/03/2026&direction=up", ["to", "direction"]),
            ("limit=101", ["limit"]),
            ("limit=5&after=x", ["after"]),
        ],
    )
    def test_refuse(self, api: Api, alice: Account, query: str, fields: list[str]) -> None:
        answer = api.as_account(alice).get(f"{MINE}?{query}")

        assert answer.status == 422
        assert list(answer.errors) == fields


class TestAccess:
    def test_the_account_itself_by_digest(self, api: Api) -> None:
        space = factories.a_space()
        bob = factories.an_account(space, "bob", password="s3cret")
        call("c1", bob, "x@d.org")

        assert ids(api.on(space).digest("GET", MINE, bob, "s3cret")) == ["c1"]

    def test_administrators_see_their_accounts(self, api: Api, alice: Account) -> None:
        call("c1", alice, "x@d.org")
        path = f"/api/accounts/{alice.pk}/statistics/calls"

        assert ids(api.as_admin(alice.space).get(path)) == ["c1"]
        assert ids(api.as_super_admin().get(path)) == ["c1"]
        assert api.as_admin(factories.a_space()).get(path).status == 404
        assert api.as_account(alice).get(path).status == 403
        assert api.on(alice.space).get(path).status == 401
        assert api.on(alice.space).get(MINE).status == 401
        assert api.as_admin(alice.space).get("/api/accounts/999999/statistics/calls").status == 404

    def test_blocked(self, api: Api) -> None:
        blocked = factories.an_account(factories.a_space(), blocked=True)

        assert api.as_account(blocked).get(MINE).message == "Account blocked"


class TestOfASpace:
    def test_by_domain_and_list(self, alice: Account) -> None:
        space = alice.space
        bob = factories.an_account(factories.a_space(), "bob")
        call("within", alice, alice, NOON)
        call("out", alice, bob, NOON + timedelta(hours=1))
        call("in", bob, alice, NOON + timedelta(hours=2))
        call("stranger", bob, "x@d.org", NOON + timedelta(hours=3))
        friends = ContactsList.objects.create(space=bob.space, title="friends")
        ContactsListMember.objects.create(contacts_list=friends, contact=bob)
        admin = Scope(space, caller(alice, super_admin=False))
        root = Scope(space, caller(alice, super_admin=True))

        def found(*args: Any, **kwargs: Any) -> list[str]:
            return list(queries.space_call_log(*args, **kwargs).values_list("pk", flat=True)[:9])

        assert found(admin) == found(admin, domain=bob.domain) == ["in", "out", "within"]
        assert found(root) == ["stranger", "in", "out", "within"]
        assert found(root, domain=bob.domain) == ["stranger", "in", "out"]
        assert found(admin, contacts_list=friends.pk) == ["in", "out"]
        assert found(admin, CallFilter(start=NOON + timedelta(hours=2))) == ["in"]


def caller(account: Account, *, super_admin: bool) -> Caller:
    """An administrator."""
    return Caller(account.pk, account.username, account.domain, True, super_admin, False, "session")


@pytest.mark.django_db(transaction=True)  # ANALYZE ends the transaction on MySQL
def test_rows_come_by_index_on_every_engine(alice: Account) -> None:
    people = [(alice.username, alice.domain), *((f"u{n}", f"d{n % 7}.org") for n in range(60))]
    Call.objects.bulk_create(
        Call(
            id=f"c{n}",
            **dict(zip(("from_username", "from_domain"), people[n % 61], strict=True)),
            **dict(zip(("to_username", "to_domain"), people[(n * 7 + 1) % 61], strict=True)),
            initiated_at=NOON + timedelta(minutes=n),
        )
        for n in range(1200)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE statistics_calls" if connection.vendor == "mysql" else "ANALYZE")
    log = queries.call_log(alice, CallFilter(start=NOON))
    assert isinstance(log, Merged)

    for index, part in zip(("calls_of_caller", "calls_of_callee"), log._parts, strict=True):
        page = part.values_list("initiated_at", "pk")[:30].explain()
        assert index in page, page
        assert "sort" not in page.lower(), page
        assert "TEMP B-TREE" not in page, page
        everything = part.explain()
        assert index in everything, everything


@pytest.mark.django_db(transaction=True)  # ANALYZE ends the transaction on MySQL
def test_a_month_of_a_busy_account_is_read_by_index(api: Api, alice: Account) -> None:
    busy_year(alice)
    admin = api.as_admin(alice.space)
    path = f"/api/accounts/{alice.pk}/statistics/calls?from=2026-04-01&to=2026-04-30"

    for direction in ("both", "incoming", "outgoing"):
        for page in ("", "&page=3", "&limit=30"):
            with CaptureQueriesContext(connection) as captured:
                answer = admin.get(f"{path}&direction={direction}{page}")

            assert len(answer.json["data"]) == 30, answer.text
            assert all(row["initiated_at"].startswith("2026-04-") for row in answer.json["data"])
            reads = [read["sql"] for read in captured if "statistics_calls" in read["sql"]]
            assert len(reads) >= 2
            for read in reads[:-1]:  # the last one reads the devices of the calls that were found
                plan = explained(read)
                assert "calls_of_caller" in plan or "calls_of_callee" in plan, (read, plan)
                assert not re.search(r"filesort|TEMP B-TREE|Seq Scan", plan), (read, plan)


def busy_year(alice: Account) -> None:
    """Eight calls a day from and to one account in a year, among four times as many of others."""
    people = [(f"u{n}", f"d{n % 7}.org") for n in range(100)]
    own = (alice.username, alice.domain)
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def one(n: int) -> Call:
        other, third = people[n % 100], people[(n * 7 + 1) % 100]
        (caller, host), (callee, place) = {0: (own, other), 1: (other, own)}.get(n % 10, (other, third))
        at = start + timedelta(minutes=36 * n)
        names = {"from_username": caller, "from_domain": host, "to_username": callee, "to_domain": place}
        return Call(id=f"c{n}", initiated_at=at, **names)

    Call.objects.bulk_create((one(n) for n in range(40 * 365)), batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE statistics_calls" if connection.vendor == "mysql" else "ANALYZE")


def explained(statement: str) -> str:
    """How the database would run a statement, in its own words."""
    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {statement.replace('%', '%%')}", [])
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["error", "accepted", "declined"], "accepted"),
        (["declined", "accepted_elsewhere"], "accepted"),
        (["canceled", "declined_elsewhere"], "declined"),
        (["error", "canceled", None], "canceled"),
        (["error"], "error"),
        ([None], "error"),
        ([], "error"),
    ],
)
def test_state_of_a_call(states: list[str | None], expected: str) -> None:
    assert state_of(states) == expected


def test_the_latest_are_what_the_log_begins_with(alice: Account) -> None:
    call("own", alice, alice, NOON)
    for number in range(3):
        call(f"from{number}", alice, "bob@elsewhere.org", NOON + timedelta(minutes=number))
        call(f"to{number}", "bob@elsewhere.org", alice, NOON + timedelta(minutes=number))
    call("foreign", "bob@elsewhere.org", "carol@elsewhere.org", NOON + timedelta(hours=1))
    log = list(queries.call_log(alice).values_list("pk", flat=True)[:9])

    assert [queries.latest_calls(alice, most) for most in (3, 9)] == [log[:3], log]
    assert log == ["to2", "from2", "to1", "from1", "to0", "own", "from0"]
