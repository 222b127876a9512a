"""The call log in the portal."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.accounts.models import Account
from flexiapi.statistics.models import Call, CallDevice
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PATH = "/statistics/call_logs"


def a_call(
    account: Account,
    peer: str,
    *,
    at: datetime = NOON,
    incoming: bool = False,
    states: tuple[str, ...] = (),
    **columns: Any,
) -> Call:
    """A call with somebody of another domain."""
    ours, theirs = (account.username, account.domain), (peer, "example.com")
    caller, callee = (theirs, ours) if incoming else (ours, theirs)
    call = Call.objects.create(
        id=f"{peer}-{at.timestamp()}",
        from_username=caller[0],
        from_domain=caller[1],
        to_username=callee[0],
        to_domain=callee[1],
        initiated_at=at,
        **columns,
    )
    for number, state in enumerate(states):
        CallDevice.objects.create(call=call, device_id=f"d{number}", invite_terminated_state=state)
    return call


def peers(page: PageSeen) -> list[str]:
    """The people of the list, without their domain."""
    return [element.text.partition("@")[0] for element in page.dom.xpath("//td//*[@class='mono']")]


class TestList:
    def test_newest_first_with_direction_duration_and_state(self, browser: Visitor, owner: Account) -> None:
        a_call(owner, "old", ended_at=NOON + timedelta(seconds=65), states=("declined", "accepted_elsewhere"))
        a_call(owner, "new", at=NOON + timedelta(hours=1), incoming=True, states=("canceled",))
        a_call(factories.an_account(owner.space), "foreign")

        page = browser.open(PATH)

        assert peers(page) == ["new", "old"]
        first, second = (" ".join(row.text_content().split()) for row in page.dom.xpath("//tbody/tr"))
        assert first.startswith("Incoming new@example.com –")
        assert first.endswith("Missed")
        assert second.startswith("Outgoing old@example.com 1:05")
        assert second.endswith("Answered")

    @pytest.mark.parametrize(
        ("states", "text"),
        [
            ((), "Failed"),
            (("error",), "Failed"),
            (("error", "declined_elsewhere"), "Declined"),
            (("canceled",), "Canceled"),
        ],
    )
    def test_states(self, browser: Visitor, owner: Account, states: tuple[str, ...], text: str) -> None:
        a_call(owner, "bob", states=states)

        assert browser.open(PATH).dom.xpath("//td//*[contains(@class, 'badge')]")[0].text == text

    def test_thirty_a_page_with_the_filters_kept(self, browser: Visitor, owner: Account) -> None:
        for number in range(31):
            a_call(owner, f"p{number}", at=NOON + timedelta(minutes=number))

        page = browser.open(f"{PATH}?direction=outgoing")
        assert (len(peers(page)), peers(page)[0]) == (30, "p30")
        link = page.dom.xpath("//a[@rel='next']/@href")[0]
        assert link == "?direction=outgoing&page=2"
        assert peers(browser.open(PATH + link)) == ["p0"]
        assert peers(browser.open(f"{PATH}?page=99")) == ["p0"]
        assert len(peers(browser.open(f"{PATH}?page=-1"))) == 30

    def test_nothing_yet(self, browser: Visitor) -> None:
        assert "No call yet." in browser.open(PATH).text
        assert "No call fits these filters." in browser.open(f"{PATH}?direction=incoming").text


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("from=2026-03-10", ["today", "later"]),
            ("to=2026-03-10", ["before", "today"]),
            ("from=2026-03-10&to=2026-03-10", ["today"]),
            ("direction=incoming&from=2026-03-10", ["later"]),
            ("direction=outgoing", ["before", "today"]),
            ("direction=both&from=", ["before", "today", "later"]),
        ],
    )
    def test_days_are_whole_and_count_in_each_direction(
        self, browser: Visitor, owner: Account, query: str, expected: list[str]
    ) -> None:
        a_call(owner, "before", at=NOON - timedelta(days=1))
        a_call(owner, "today", at=NOON + timedelta(hours=11))
        a_call(owner, "later", at=NOON + timedelta(days=1), incoming=True)

        assert peers(browser.open(f"{PATH}?{query}")) == list(reversed(expected))

    def test_the_form_makes_a_link(self, browser: Visitor, owner: Account) -> None:
        a_call(owner, "bob", incoming=True)
        browser.open(PATH)

        page = browser.submit({"direction": "outgoing", "from": "2026-03-01"})

        assert peers(page) == []
        assert page.dom.xpath("//input[@name='from']/@value") == ["2026-03-01"]
        assert page.dom.xpath("//select[@name='direction']/option[@selected]/@value") == ["outgoing"]

    def test_a_posted_form_leads_to_its_link(self, browser: Visitor) -> None:
        token = browser.open(PATH).dom.xpath("//input[@name='_token']/@value")[0]
        sent = {"_token": token, "from": "2026-03-01", "to": "", "direction": "incoming", "other": "x"}

        answer = browser._send("POST", PATH, sent, follow=False).answer
        assert (answer.status, answer.header("Location")) == (302, f"{PATH}?from=2026-03-01&direction=incoming")
        answer = browser._send("POST", PATH, {"_token": token}, follow=False).answer
        assert answer.header("Location") == PATH

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("direction=up", "direction"),
            ("from=" + "1" * 200, "from"),
        ],
    )
    def test_bad_ones_are_told_at_their_field(self, browser: Visitor, owner: Account, query: str, field: str) -> None:
        a_call(owner, "bob")

        page = browser.open(f"{PATH}?{query}")

        assert (page.status, peers(page)) == (422, [])
        assert page.error_of(field)

    def test_objects_and_lists_are_no_filters(self, browser: Visitor, owner: Account) -> None:
        a_call(owner, "bob")

        assert peers(browser.open(f"{PATH}?from[x]=1&direction[]=incoming")) == ["bob"]


class TestCard:
    def test_the_three_latest(self, browser: Visitor, owner: Account) -> None:
        for number in range(4):
            a_call(owner, f"p{number}", at=NOON + timedelta(hours=number), incoming=bool(number % 2))

        card = browser.open("/dashboard").dom.xpath("//section[@aria-labelledby='calls-title']")[0]

        found = [element.text.partition("@")[0] for element in card.xpath(".//*[@class='mono']")]
        assert found == ["p3", "p2", "p1"]


def test_statements_do_not_grow(browser: Visitor, owner: Account) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.open(PATH).status == 200
        return len(captured)

    a_call(owner, "bob", states=("accepted",))
    browser.open(PATH)
    few = statements()
    for number in range(40):
        a_call(owner, f"p{number}", incoming=bool(number % 2), states=("accepted", "canceled"))

    assert statements() == few <= 12
