"""Spaces at a glance, and where people land after their login."""

from datetime import timedelta

import pytest

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

pytestmark = pytest.mark.django_db
PASSWORD = "a long s3cret"


def somebody(space: Space, *, admin: bool = True) -> tuple[Visitor, PageSeen]:
    """A browser with a fresh login, and the page that it leads to."""
    account: Account = factories.an_account(space, password=PASSWORD, admin=admin)
    visitor = Visitor(space)
    return visitor, visitor.log_in(account, PASSWORD)


class TestLanding:
    def test_everybody_where_they_belong(self) -> None:
        _, of_user = somebody(factories.a_space(), admin=False)
        _, of_administrator = somebody(factories.a_space())
        _, of_chief = somebody(factories.a_super_space())

        assert [page.url for page in (of_user, of_administrator, of_chief)] == [
            "/dashboard",
            "/admin/spaces/me",
            "/admin/spaces",
        ]
        assert {page.status for page in (of_user, of_administrator, of_chief)} == {200}

    def test_the_navigation_says_where_one_is(self) -> None:
        _, page = somebody(factories.a_space())

        assert page.dom.xpath("//nav//a[@aria-current='page']/@href") == ["/admin/spaces/me"]
        assert "/admin/spaces" not in page.links()

    def test_the_navigation_stays_on_pages_below(self) -> None:
        space = factories.a_space()
        visitor, _ = somebody(space)

        page = visitor.open(f"/admin/spaces/{space.pk}/oidc")

        assert page.dom.xpath("//nav//a[@aria-current='true']/@href") == ["/admin/spaces/me"]


class TestInformation:
    def test_of_the_own_space(self) -> None:
        space = factories.a_space(max_accounts=10)
        factories.an_account(space)
        other = factories.a_space()
        visitor, page = somebody(space)

        (meter,) = page.dom.xpath("//meter")
        assert {name: meter.get(name) for name in ("max", "low", "high", "value")} == {
            "max": "10",
            "low": "6",
            "high": "8",
            "value": "2",
        }
        assert visitor.open(f"/admin/spaces/{other.pk}").status == 403
        assert visitor.open("/admin/spaces").status == 403

    def test_of_any_space_for_super_administrators(self) -> None:
        other = factories.a_space(name="Elsewhere")
        administrator = factories.an_account(other, "keeper", admin=True)
        visitor, _ = somebody(factories.a_super_space())

        page = visitor.open(f"/admin/spaces/{other.pk}")
        assert (page.heading, administrator.identifier in page.text) == ("Elsewhere", True)
        assert visitor.open("/admin/spaces/999999").status == 404


class TestList:
    def test_has_all_spaces_by_host(self) -> None:
        chief = factories.a_super_space()
        factories.a_space("zz.example.org", name="Last", max_accounts=7, expire_at=now() + timedelta(days=3))
        factories.a_space("aa.example.org", name="First", expire_at=now() - timedelta(days=3))
        _, page = somebody(chief)

        rows = [" ".join(row.text_content().split()) for row in page.dom.xpath("//tbody/tr")]
        assert [row.partition(" ")[0] for row in rows] == ["First", chief.name.partition(" ")[0], "Last"]
        assert rows[0].endswith("0 / ∞ Expired")
        assert rows[2].endswith("0 / 7 in 3 days")

    def test_costs_the_same_for_many(self, django_assert_max_num_queries: object) -> None:
        chief = factories.a_super_space()
        visitor, _ = somebody(chief)
        for _ in range(12):
            factories.an_account(factories.a_space())

        with django_assert_max_num_queries(8):  # type: ignore[operator]
            page = visitor.open("/admin/spaces")
        assert len(page.dom.xpath("//tbody/tr")) == 13
