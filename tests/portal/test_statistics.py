"""Statistics in the portal, of a Space and of an account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space
from flexiapi.statistics.models import Call, Message, MessageDevice
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .test_accounts import an_administrator
from .test_call_logs import a_call

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLACE = "/admin/statistics"
DAYS = "from=2026-03-09&to=2026-03-10&by=week"


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna", created_at=NOON)


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


def a_message(account: Account, at: datetime = NOON) -> Message:
    """A message that an account sent."""
    return Message.objects.create(
        id=f"m{Message.objects.count()}", from_username=account.username, from_domain=account.domain, sent_at=at
    )


def table(page: PageSeen) -> list[tuple[str, int]]:
    """What the table below a chart says."""
    rows = page.dom.xpath("//section[contains(@class, 'chart')]//tbody/tr")
    return [(row.xpath("string(td[1])"), int(row.xpath("string(td[2])"))) for row in rows]


def total(page: PageSeen) -> int:
    """The number of everything in a chart."""
    return sum(count for _, count in table(page))


def addresses(page: PageSeen) -> list[tuple[str, str]]:
    """The callers and callees of the log, without their domains."""
    rows = page.dom.xpath("//tbody/tr")
    return [tuple(row.xpath(f"string(td[{n}])").strip().partition("@")[0] for n in (1, 2)) for row in rows]


class TestCharts:
    @pytest.mark.parametrize(
        ("measure", "heading"), [("messages", "Messages sent"), ("calls", "Calls"), ("accounts", "New accounts")]
    )
    def test_count_what_belongs_to_the_space(self, chief: Visitor, anna: Account, measure: str, heading: str) -> None:
        stranger = factories.an_account(factories.a_space(), created_at=NOON)
        for account in (anna, stranger):
            a_message(account)
            a_call(account, f"friend-of-{account.username}")

        page = chief.open(f"{PLACE}/{measure}?{DAYS}")

        assert table(page) == [("2026-03-09", 0), ("2026-03-10", 1)]
        assert page.dom.xpath("string(//section/h2)") == heading
        assert "1 in all · most: 1 (2026-03-10)" in page.text
        assert page.dom.xpath("//ul[@class='tabs']//a[@aria-current]/@href") == [f"{PLACE}/{measure}"]

    def test_bars_stand_on_one_scale(self, chief: Visitor, anna: Account) -> None:
        for hour, number in ((0, 30), (1, 15)):
            for _ in range(number):
                a_message(anna, datetime(2026, 3, 10, hour, tzinfo=UTC))

        page = chief.open(f"{PLACE}/messages?from=2026-03-10&to=2026-03-10")

        bars = page.dom.xpath("//*[@class='plot-bar']")
        assert [(bar.get("y"), bar.get("height")) for bar in bars] == [("25.0", "75.00"), ("62.5", "37.50")]
        assert page.dom.xpath("//*[@class='plot-scale']/span/text()") == ["40", "20", "0"]
        assert page.dom.xpath("//*[@class='plot-names']/span/text()")[::2] == ["2026-03-10 00:00", "2026-03-10 23:00"]
        assert "style=" not in page.answer.text.partition("<main")[2].partition("</main>")[0]

    def test_the_last_day_unless_told_otherwise(self, chief: Visitor, anna: Account) -> None:
        a_message(anna)
        a_message(anna, NOON - timedelta(days=3))

        with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
            chief.let_in(Account.objects.get(username="chief"))
            day, week = (chief.open(f"{PLACE}/messages{query}") for query in ("", "?by=week"))

        assert (len(table(day)), total(day)) == (25, 1)
        assert (len(table(week)), total(week)) == (8, 2)

    def test_of_a_contacts_list(self, chief: Visitor, space: Space, anna: Account) -> None:
        a_message(anna)
        a_message(factories.an_account(space, "bert"))
        chosen = factories.a_contacts_list(space, title="Sales", members=[anna])
        factories.a_contacts_list(factories.a_space(), title="Elsewhere")
        chief.open(f"{PLACE}/messages?{DAYS}")

        page = chief.submit({"contacts_list": str(chosen.pk)}, action=f"{PLACE}/messages")

        assert total(page) == 1
        assert "Elsewhere" not in page.text
        export = page.dom.xpath("//a[contains(@href, 'export=1')]/@href")[0]
        answer = chief.open(f"{PLACE}/messages{export}").answer
        assert answer.header("Content-Disposition") == "attachment; filename=export.csv"
        assert answer.text == "2026-03-09,0\r\n2026-03-10,1\r\n"

    def test_super_administrators_choose_a_domain(self, space: Space, anna: Account) -> None:
        a_message(anna)
        a_message(factories.an_account(factories.a_space()))
        visitor = an_administrator(factories.a_super_space())

        assert total(visitor.open(f"{PLACE}/messages?{DAYS}")) == 2
        page = visitor.submit({"domain": space.domain}, action=f"{PLACE}/messages")
        assert total(page) == 1

    def test_others_have_no_choice(self, chief: Visitor) -> None:
        stranger = factories.an_account(factories.a_space())
        a_message(stranger)

        page = chief.open(f"{PLACE}/messages?{DAYS}&domain={stranger.domain}")

        assert total(page) == 0
        assert not page.dom.xpath("//select[@name='domain']")

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("by=hour", "by"),
            ("from=2026-03-10&to=2026-03-09", "to"),
        ],
    )
    def test_bad_filters_are_told_at_their_field(self, chief: Visitor, anna: Account, query: str, field: str) -> None:
        for path in (f"{PLACE}/calls", f"/admin/accounts/{anna.pk}/statistics"):
            page = chief.open(f"{path}?{query}")

            assert page.status == 422
            assert page.error_of(field)
            assert not page.dom.xpath("//section[contains(@class, 'chart')]")

    def test_bad_lists_count_nothing(self, chief: Visitor) -> None:
        for path in ("accounts", "call_logs"):
            assert chief.open(f"{PLACE}/{path}?contacts_list=x").status == 422

    def test_links(self, chief: Visitor) -> None:
        assert chief.open(PLACE).url == f"{PLACE}/messages"
        assert PLACE in chief.page.links()
        assert chief.open(f"{PLACE}/conferences").status == 404
        token = chief.open(f"{PLACE}/calls").dom.xpath("//input[@name='_token']/@value")[0]

        def led_to(path: str, **fields: str) -> Any:
            answer = chief._send("POST", path, {"_token": token, **fields}, follow=False).answer
            return answer.header("Location") if answer.status == 302 else answer.status

        assert led_to(PLACE, type="calls", by="year", to="") == f"{PLACE}/calls?by=year"
        assert led_to(PLACE) == f"{PLACE}/messages"
        assert led_to(PLACE, type="conferences") == 404
        assert led_to(f"{PLACE}/call_logs", to="2026-03-10") == f"{PLACE}/call_logs?to=2026-03-10"

    def test_users_have_none(self, space: Space, anna: Account) -> None:
        visitor = Visitor(space)
        visitor.let_in(anna)

        assert PLACE not in visitor.open("/dashboard").links()
        for path in ("messages", "call_logs"):
            assert visitor.open(f"{PLACE}/{path}").status == 403


class TestCallLogs:
    def test_of_the_space_newest_first(self, chief: Visitor, anna: Account) -> None:
        a_call(anna, "bob", states=("canceled",))
        a_call(anna, "carla", at=NOON + timedelta(days=1), incoming=True, ended_at=NOON + timedelta(days=1, seconds=65))
        a_call(factories.an_account(factories.a_space(), "zoe"), "dora")

        page = chief.open(f"{PLACE}/call_logs")

        assert addresses(page) == [("carla", "anna"), ("anna", "bob")]
        assert "1:05" in page.text
        assert "Canceled" in page.text
        assert addresses(chief.open(f"{PLACE}/call_logs?to=2026-03-10")) == [("anna", "bob")]

    def test_thirty_a_page(self, chief: Visitor, anna: Account) -> None:
        for number in range(31):
            a_call(anna, f"p{number}", at=NOON + timedelta(minutes=number))

        page = chief.open(f"{PLACE}/call_logs?from=2026-03-10")

        assert (len(addresses(page)), addresses(page)[0]) == (30, ("anna", "p30"))
        link = page.dom.xpath("//a[@rel='next']/@href")[0]
        assert addresses(chief.open(f"{PLACE}/call_logs{link}")) == [("anna", "p0")]

    def test_of_a_domain_and_a_list(self, space: Space, anna: Account) -> None:
        zoe = factories.an_account(factories.a_space(), "zoe")
        a_call(anna, "bob")
        a_call(zoe, "dora")
        chosen = factories.a_contacts_list(space, title="Sales", members=[anna])
        visitor = an_administrator(factories.a_super_space())

        log = f"{PLACE}/call_logs"
        assert len(addresses(visitor.open(log))) == 2
        assert addresses(visitor.open(f"{log}?domain={zoe.domain}")) == [("zoe", "dora")]
        assert addresses(visitor.open(f"{log}?contacts_list={chosen.pk}")) == [("anna", "bob")]

    def test_as_a_file_however_long(self, chief: Visitor, anna: Account) -> None:
        side = {"from_username": "anna", "from_domain": anna.domain, "to_username": "bob", "to_domain": "example.com"}
        other = {"from_username": "=x", "from_domain": "example.com", "to_username": "anna", "to_domain": anna.domain}
        Call.objects.bulk_create(
            Call(id=f"c{number:04}", initiated_at=NOON, **(side if number % 2 else other)) for number in range(1203)
        )
        a_call(anna, "last", at=NOON + timedelta(hours=1), ended_at=NOON + timedelta(hours=1, seconds=9))

        answer = chief.open(f"{PLACE}/call_logs?from=2026-03-10&export=1").answer

        header, newest, *older = answer.text.splitlines()
        assert header == "id,from,to,initiated_at,ended_at,seconds,state"
        assert newest.split(",")[1:] == [
            f"sip:anna@{anna.domain}",
            "sip:last@example.com",
            "2026-03-10T13:00:00.000000Z",
            "2026-03-10T13:00:09.000000Z",
            "9",
            "error",
        ]
        assert [line.partition(",")[0] for line in older] == [f"c{number:04}" for number in reversed(range(1203))]


class TestOfAnAccount:
    def test_four_charts_of_the_account_alone(self, chief: Visitor, space: Space, anna: Account) -> None:
        bert = factories.an_account(space, "bert")
        a_message(anna)
        for account in (anna, bert):
            for peer, incoming in (("x", False), ("y", True), ("z", True)):
                a_call(account, f"{peer}-{account.username}", incoming=incoming)
        received = a_message(bert)
        for device, status in (("d1", 200), ("d2", 200), ("d3", 408)):
            MessageDevice.objects.create(
                message=received,
                to_username="anna",
                to_domain=space.domain,
                device_id=device,
                last_status=status,
                received_at=NOON,
            )
        place = f"/admin/accounts/{anna.pk}/statistics"
        assert place in chief.open(f"/admin/accounts/{anna.pk}").links()

        page = chief.open(f"{place}?from=2026-03-10&to=2026-03-10&by=month")

        titles = page.dom.xpath("//section[contains(@class, 'chart')]/h2/text()")
        assert titles == ["Messages sent", "Messages received", "Calls made", "Calls received"]
        assert table(page) == [("2026-03-10", 1), ("2026-03-10", 1), ("2026-03-10", 1), ("2026-03-10", 2)]

    def test_links(self, chief: Visitor, anna: Account) -> None:
        place = f"/admin/accounts/{anna.pk}/statistics"
        token = chief.open(place).dom.xpath("//input[@name='_token']/@value")[0]

        answer = chief._send("POST", place, {"_token": token, "by": "week", "to": ""}, follow=False).answer

        assert (answer.status, answer.header("Location")) == (302, f"{place}?by=week")

    def test_accounts_of_others(self, chief: Visitor) -> None:
        stranger = factories.an_account(factories.a_space())

        assert chief.open(f"/admin/accounts/{stranger.pk}/statistics").status == 404


def test_statements_do_not_grow(chief: Visitor, anna: Account) -> None:
    paths = [f"{PLACE}/messages", f"{PLACE}/calls", f"{PLACE}/call_logs", f"/admin/accounts/{anna.pk}/statistics"]

    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert chief.open(f"{path}?from=2026-03-01&by=month").status == 200
        return len(captured)

    a_call(anna, "bob", states=("accepted",))
    chief.open(PLACE)
    few = [statements(path) for path in paths]
    for number in range(40):
        a_call(anna, f"p{number}", at=NOON + timedelta(days=number % 5), incoming=bool(number % 2))
        a_message(anna)

    assert [statements(path) for path in paths] == few
    assert max(few) <= 12
