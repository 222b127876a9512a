"""The list of accounts for their administrators."""

from datetime import UTC, datetime
from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts"


def an_administrator(space: Space, **headers: str) -> Visitor:
    """The administrator `chief` of a Space, logged in."""
    visitor = Visitor(space, headers=headers)
    account = factories.an_account(
        space, "chief", admin=True, password=PASSWORD, updated_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    visitor.let_in(account)
    return visitor


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


def names(page: PageSeen) -> list[str]:
    """The usernames that a list shows, in its order."""
    return [str(text).partition("@")[0] for text in page.dom.xpath("//td[contains(@class, 'main')]//a/text()")]


def some(space: Space, *usernames: str, **columns: Any) -> None:
    """Accounts, each changed a day after the one before."""
    for number, username in enumerate(usernames):
        factories.an_account(space, username, updated_at=datetime(2026, 3, 1 + number, tzinfo=UTC), **columns)


class TestList:
    def test_the_last_change_first(self, chief: Visitor, space: Space) -> None:
        some(space, "anna", "bert", "carla")
        Account.objects.filter(username="bert").update(updated_at=None)
        factories.an_account(factories.a_space(), "stranger")

        page = chief.open(LIST)

        assert names(page) == ["carla", "anna", "chief", "bert"]
        assert page.heading == "Accounts 4 / ∞"
        assert f"/admin/accounts/{Account.objects.get(username='anna').pk}" in page.links()

    def test_badges(self, chief: Visitor, space: Space) -> None:
        some(space, "anna", activated=False, blocked=True, display_name="Anna")

        row, own = (" ".join(row.text_content().split()) for row in chief.open(LIST).dom.xpath("//tbody/tr"))

        assert row.startswith(f"anna@{space.domain} Blocked Not activated Anna")
        assert own.startswith(f"chief@{space.domain} Administrator Activated")

    def test_a_full_space(self) -> None:
        space = factories.a_space(max_accounts=2)
        visitor = an_administrator(space)
        assert any(link.startswith("/admin/accounts/create") for link in visitor.open(LIST).links())

        factories.an_account(space)

        page = visitor.open(LIST)
        assert page.heading == "Accounts 2 / 2"
        assert not any(link.startswith("/admin/accounts/create") for link in page.links())
        assert "No seat is left" in page.text

    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("order_by=username&order_sort=asc", ["anna", "bert", "carla", "chief"]),
            ("order_by=username&order_sort=desc", ["chief", "carla", "bert", "anna"]),
            ("order_by=updated_at&order_sort=asc", ["bert", "chief", "anna", "carla"]),
            ("order_sort=desc", ["carla", "anna", "chief", "bert"]),
        ],
    )
    def test_order(self, chief: Visitor, space: Space, order: str, expected: list[str]) -> None:
        some(space, "anna", "bert", "carla")
        Account.objects.filter(username="bert").update(updated_at=None)

        assert names(chief.open(f"{LIST}?{order}")) == expected

    def test_heads_sort_the_other_way_round(self, chief: Visitor, space: Space) -> None:
        some(space, "anna")
        page = chief.open(f"{LIST}?search=a&order_by=username&order_sort=asc")
        by_name, by_change = page.dom.xpath("//th/a/@href")

        assert "search=a" in by_name
        assert "order_sort=desc" in by_name
        assert "order_by=updated_at&order_sort=asc" in by_change
        assert page.dom.xpath("//th/@aria-sort") == ["ascending"]


class TestPages:
    @pytest.mark.parametrize("order", ["", "order_by=username&order_sort=asc", "order_by=updated_at&order_sort=asc"])
    def test_there_and_back(self, chief: Visitor, space: Space, order: str) -> None:
        some(space, *(f"user{number:02}" for number in range(31)))
        for name in ("old1", "old2", *(f"old{number}" for number in range(10, 25))):
            factories.an_account(space, name)
        Account.objects.filter(username__startswith="old").update(updated_at=None)

        page = chief.open(f"{LIST}?{order}")
        seen = [names(page)]
        while following := page.dom.xpath("//a[@rel='next']/@href"):
            page = chief.open(str(following[0]))
            seen.append(names(page))

        assert [len(leaf) for leaf in seen] == [20, 20, 9]
        assert len({name for leaf in seen for name in leaf}) == 49
        for leaf in reversed(seen[:-1]):
            page = chief.open(str(page.dom.xpath("//a[@rel='prev']/@href")[0]))
            assert names(page) == leaf
        assert not page.dom.xpath("//a[@rel='prev']")

    def test_sizes(self, chief: Visitor, space: Space) -> None:
        some(space, *(f"user{number:02}" for number in range(25)))

        assert len(names(chief.open(f"{LIST}?per_page=50"))) == 26
        assert len(names(chief.open(f"{LIST}?per_page=7"))) == 20

    @pytest.mark.parametrize("cursor", ["x", "1.", "9" * 30, "a@b", "%00", "1.x", "99999999999.1", "x" * 500])
    @pytest.mark.parametrize("order", ["username", "updated_at"])
    def test_odd_cursors(self, chief: Visitor, cursor: str, order: str) -> None:
        for way in ("after", "before"):
            assert chief.open(f"{LIST}?order_by={order}&{way}={cursor}").status == 200


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("search=ann", ["joanna", "anna"]),
            ("search=ANN&order_by=username", ["joanna", "anna"]),
            ("search=sip:anna@sip.example.org&match=beginning", ["anna"]),
            ("search=ANN&match=beginning", ["anna"]),
            ("search=b&match=beginning", ["b_rt", "bert", "bo"]),
            ("search=b_", ["b_rt"]),
            ("updated_date=2026-03-02", ["bert"]),
            ("search=nobody", []),
        ],
    )
    def test_narrow(self, chief: Visitor, space: Space, query: str, expected: list[str]) -> None:
        some(space, "anna", "bert", "bo", "b_rt", "joanna")

        page = chief.open(f"{LIST}?{query}")

        assert names(page) == expected
        assert ("No account fits these filters." in page.text) == (not expected)

    def test_by_contacts_list(self, chief: Visitor, space: Space) -> None:
        some(space, "anna", "bert")
        anna = Account.objects.get(username="anna")
        shown = factories.a_contacts_list(space, viewers=[anna], title="Sales")
        factories.a_contacts_list(factories.a_space(), title="Elsewhere")

        page = chief.open(f"{LIST}?contacts_list={shown.pk}")

        assert names(page) == ["anna"]
        assert page.dom.xpath("//select[@name='contacts_list']/option/text()") == ["All", "Sales"]

    @pytest.mark.parametrize(
        "query", ["updated_date=x", "contacts_list=x", "order_by=password", "order_sort=up", "search=%00"]
    )
    def test_wrong_ones_are_told(self, chief: Visitor, query: str) -> None:
        page = chief.open(f"{LIST}?{query}")

        assert page.status == 422
        assert names(page) == []

    def test_a_form_leads_to_a_link(self, chief: Visitor) -> None:
        token = chief.open(LIST).dom.xpath("//input[@name='_token']/@value")[0]
        fields = {"_token": token, "search": "ann", "updated_date": "", "space": "7"}

        answer = chief._send("POST", f"{LIST}/search", fields, follow=False).answer

        assert (answer.status, answer.header("Location")) == (302, f"{LIST}?search=ann")


class TestReach:
    def test_others_see_no_foreign_space(self, chief: Visitor, space: Space) -> None:
        other = factories.a_space()
        factories.an_account(other, "stranger")

        assert names(chief.open(f"{LIST}?domain={other.domain}")) == []
        assert not chief.open(LIST).dom.xpath("//select[@name='domain']")

    def test_super_administrators_see_all(self) -> None:
        visitor = an_administrator(factories.a_super_space())
        other = factories.a_space(max_accounts=1)
        factories.an_account(other, "stranger", admin=True)

        page = visitor.open(LIST)
        assert (names(page), page.heading) == (["stranger", "chief"], "Accounts 2")
        badges = [row.xpath(".//*[contains(@class, 'badge')]/text()")[0] for row in page.dom.xpath("//tbody/tr")]
        assert badges == ["Administrator", "Super administrator"]
        assert names(visitor.open(f"{LIST}?domain={other.domain}")) == ["stranger"]

    def test_the_menu_leads_there(self, chief: Visitor, browser: Visitor) -> None:
        assert LIST in chief.open("/dashboard").links()
        assert LIST not in browser.open("/dashboard").links()
        assert browser.open(LIST).status == 403


@pytest.mark.parametrize("order", ["username", "updated_at"])
def test_costs_the_same_for_many(chief: Visitor, space: Space, django_assert_num_queries: Any, order: str) -> None:
    some(space, *(f"user{number:02}" for number in range(30)))

    chief.open(LIST)
    with django_assert_num_queries(6):
        page = chief.open(f"{LIST}?order_by={order}&order_sort=desc")
    assert len(names(page)) == 20


def test_in_french(space: Space) -> None:
    visitor = an_administrator(space, **{"Accept-Language": "fr"})

    assert "Aucun compte ne correspond à ces filtres." in visitor.open(f"{LIST}?search=zz").text
