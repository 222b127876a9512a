"""What the product says of itself, and where old links lead."""

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from tests import factories
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
USER_PAGES = ["/telephony", "/devices", "/statistics/call_logs", "/files/x/delete", "/devices/x/delete"]


class TestAbout:
    def test_leads_to_documentation_licences_and_terms(self) -> None:
        visitor = Visitor(factories.a_space(copyright_text="© Example"))
        urls = {
            "app_project_url": "https://project.example.org",
            "terms_of_use_url": "https://example.org/terms",
            "privacy_policy_url": "https://example.org/privacy",
        }

        with instance.override(**urls):
            page = visitor.open("/about")

        assert page.heading == "About"
        known = {"/api", "/documentation", "/provisioning/documentation", "/wizard/documentation"}
        assert {*urls.values(), *known, "/third-party-components"} <= set(page.links())
        assert "AGPL-3.0-or-later" in page.text
        assert "© Example" in page.text

    def test_without_panel_and_settings(self) -> None:
        page = Visitor(factories.a_space(web_panel=False)).open("/about")

        assert page.status == 200
        assert "/wizard/documentation" not in page.links()

    def test_others_components_have_versions_and_licences(self) -> None:
        page = Visitor(factories.a_space()).open("/third-party-components")

        rows = {
            row[0]: row[1:]
            for row in (
                [" ".join(cell.text_content().split()) for cell in line.xpath("td")]
                for line in page.dom.xpath("//tbody/tr")
            )
        }
        assert rows["Django"][1] == "BSD-3-Clause"
        assert rows["Django"][0].startswith("5.2")
        assert {"flexiapi", "pytest", "mypy"}.isdisjoint(rows), "neither the product nor the tools of its tests"
        letters = [link.removeprefix("#") for link in page.links() if link.startswith("#")]
        assert {"d", "p"} <= set(letters) <= {*page.dom.xpath("//tr/@id"), "content"}
        assert len(rows) > 20


class TestGates:
    @pytest.mark.parametrize("path", USER_PAGES)
    def test_visitors_are_sent_to_log_in(self, path: str) -> None:
        assert Visitor(factories.a_space()).open(path).url == "/login"

    @pytest.mark.parametrize("path", USER_PAGES)
    def test_blocked_accounts_are_told_so(self, browser: Visitor, owner: Account, path: str) -> None:
        Account.objects.filter(pk=owner.pk).update(blocked=True)

        page = browser.open(path)

        assert (page.status, "Account blocked" in page.text) == (403, True)

    @pytest.mark.parametrize("path", USER_PAGES[:3])
    def test_pages_have_one_heading_and_are_in_the_menu(self, browser: Visitor, path: str) -> None:
        page = browser.open(path)

        assert page.heading
        assert page.dom.xpath("//nav//a[@aria-current='page']/@href") == [path]
        ids = page.dom.xpath("//@id")
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize("path", ["/password", "/second_factor", "/api_key", "/email/change", "/delete"])
    def test_pages_of_the_account_are_below_the_dashboard(self, browser: Visitor, path: str) -> None:
        page = browser.open(path)

        assert page.dom.xpath("//nav//a[@aria-current='true']/@href") == ["/dashboard"]

    @pytest.mark.parametrize("path", [*USER_PAGES[:3], "/dashboard", "/about", "/third-party-components"])
    def test_nothing_inline(self, browser: Visitor, path: str) -> None:
        page = browser.open(path)

        assert not page.dom.xpath("//*[@style] | //style | //script[not(@src)] | //*[starts-with(name(@*), 'on')]")
