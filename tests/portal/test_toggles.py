"""What the settings of a Space, and of the instance, show and hide on the pages of visitors and users."""

from typing import Any

import pytest

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space
from flexiapi.spaces.services.seats import touch
from tests import factories
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
PASSWORD = "a long s3cret"


def somebody(space: Space, **columns: Any) -> Visitor:
    """An account of the Space in its browser."""
    visitor = Visitor(space)
    visitor.log_in(factories.an_account(space, password=PASSWORD, **columns), PASSWORD)
    return visitor


def switch(space: Space, **columns: Any) -> None:
    """Change a Space as its administrator would."""
    Space.objects.filter(pk=space.pk).update(**columns)
    touch(space)


class TestPanel:
    @pytest.mark.parametrize(
        "path", ["/login", "/register", "/recovery/email", "/wizard", "/blocked", "/dashboard", "/admin/spaces/me"]
    )
    def test_without_it_pages_lead_to_about(self, path: str) -> None:
        page = Visitor(factories.a_space(web_panel=False)).open(path, follow=False)

        assert (page.status, page.answer.header("Location")) == (302, "/about")

    def test_who_is_logged_in_is_sent_away_too(self) -> None:
        space = factories.a_space()
        visitor = somebody(space)

        switch(space, web_panel=False)

        assert visitor.open("/dashboard").url == "/about"

    def test_programs_have_no_pages(self) -> None:
        visitor = Visitor(factories.a_space(), headers={"Accept": "application/json"})

        assert visitor.open("/register/email", follow=False).answer.header("Location") == "/about"
        assert visitor.open("/dashboard").answer.message == "Unauthenticated."


class TestExpiry:
    def test_every_page_says_so(self) -> None:
        space = factories.a_space()
        visitor = somebody(space)
        switch(space, expire_at=now())

        for path in ("/", "/login", "/about", "/dashboard", "/wizard/x", "/documentation"):
            page = visitor.open(path)
            assert (page.status, "This service has expired" in page.text) == (490, True)
        visitor.headers = {"Accept": "application/json"}
        assert (visitor.open("/login").status, visitor.open("/login").answer.message) == (
            403,
            "The related Space has expired",
        )


class TestLoginPage:
    def test_registration(self) -> None:
        assert "/register" in Visitor(factories.a_space(public_registration=True)).open("/login").links()
        assert "/register" not in Visitor(factories.a_space(public_registration=False)).open("/login").links()

    def test_phones(self) -> None:
        on = Visitor(factories.a_space(phone_registration=True)).open("/login").text
        off = Visitor(factories.a_space(phone_registration=False)).open("/login").text

        assert "Username or phone number" in on
        assert "start in the mobile app" in on
        assert "phone number" not in off
        assert "mobile app" not in off

    def test_a_provider_takes_the_place_of_everything(self) -> None:
        space = factories.a_space()
        factories.an_oidc_configuration(space)
        factories.without_digest(space)

        page = Visitor(space).open("/login")

        assert "/login/oidc" in page.links()
        assert not {"/register", "/recovery/email", "/authenticate/qrcode"} & set(page.links())
        assert not page.dom.xpath("//input[@name='password']")

    def test_the_counter_is_a_setting(self) -> None:
        space = factories.a_space()
        factories.an_account(space)
        factories.an_account(space, activated=False)

        with instance.override(app_show_login_counter_temp=True):
            assert "1 account on this service" in Visitor(space).open("/login").text
        with instance.override(app_show_login_counter_temp=False):
            assert "account on this service" not in Visitor(space).open("/login").text

    def test_the_introduction_is_markdown_without_markup(self) -> None:
        space = factories.a_space(intro_registration_text="Hello **you** <script>alert(1)</script>")

        page = Visitor(space).open("/login")

        assert page.dom.xpath("//strong")[0].text == "you"
        assert not page.dom.xpath("//script[not(@src)]")


class TestInstanceTexts:
    """Variables of the instance stand in for what a Space leaves empty."""

    TEXTS = {
        "instance_copyright": "© The instance",
        "instance_intro_registration": "Welcome *all*",
        "newsletter_registration_address": "news@example.org",
        "account_proxy_registrar_address": "sip.proxy.example.org",
    }

    def test_they_are_shown(self) -> None:
        space = factories.a_space()
        with instance.override(**self.TEXTS):
            assert "Welcome all" in Visitor(space).open("/login").text
            assert "© The instance" in Visitor(space).open("/about").text
            assert Visitor(space).open("/register/email").dom.xpath("//input[@name='newsletter']")
            page = somebody(space).open("/dashboard")
        assert "sip.proxy.example.org" in page.text
        assert page.dom.xpath("//*[@id='account_infos']/@data-registrar_address") == ["sip.proxy.example.org"]

    def test_the_space_s_own_ones_win(self) -> None:
        space = factories.a_space(copyright_text="© The Space", intro_registration_text="Only us")
        with instance.override(**self.TEXTS):
            page = Visitor(space).open("/login")
        assert "Only us" in page.text
        assert "© The Space" in page.text
        assert "instance" not in page.text

    def test_without_address_there_is_no_newsletter(self) -> None:
        assert not Visitor(factories.a_space()).open("/register/email").dom.xpath("//input[@name='newsletter']")


class TestDashboard:
    def test_the_phone(self) -> None:
        assert "/phone/change" in somebody(factories.a_space(phone_registration=True)).open("/dashboard").links()
        assert "/phone/change" not in somebody(factories.a_space(phone_registration=False)).open("/dashboard").links()

    def test_the_password(self) -> None:
        space = factories.a_space()
        visitor = somebody(space)

        assert "/password" in visitor.open("/dashboard").links()
        factories.without_digest(space)
        touch(space)
        assert "/password" not in visitor.open("/dashboard").links()

    def test_how_to_connect_other_apps(self) -> None:
        space = factories.a_space(realm="realm.example.org", account_proxy_registrar_address="sip.example.net")
        with instance.override(account_transport_protocol_text="TLS (recommended), TCP"):
            text = somebody(space).open("/dashboard").text

        for known in (space.domain, "realm.example.org", "sip.example.net", "TLS (recommended), TCP"):
            assert known in text

    @pytest.mark.parametrize(
        ("admin", "is_super", "badge"), [(True, True, "Super administrator"), (True, False, "Administrator")]
    )
    def test_the_role(self, admin: bool, is_super: bool, badge: str) -> None:
        page = somebody(factories.a_space(super=is_super), admin=admin).open("/dashboard")

        assert page.dom.xpath("//h2[@id='account-title']/*[@class='badge']")[0].text == badge

    def test_users_have_no_badge(self) -> None:
        page = somebody(factories.a_space()).open("/dashboard")

        assert not page.dom.xpath("//h2[@id='account-title']/*[@class='badge']")


class TestNavigation:
    USER = ["/dashboard", "/telephony", "/devices", "/statistics/call_logs"]

    @pytest.mark.parametrize(
        ("admin", "is_super", "more"),
        [
            (False, False, []),
            (True, False, ["accounts", "spaces/me", "statistics", "api_keys"]),
            (True, True, ["accounts", "spaces", "statistics", "api_keys", "phone_countries"]),
        ],
    )
    def test_by_role(self, admin: bool, is_super: bool, more: list[str]) -> None:
        page = somebody(factories.a_space(super=is_super), admin=admin).open("/dashboard")

        assert page.dom.xpath("//nav[@aria-label='Main']//a/@href") == [
            *self.USER,
            *(f"/admin/{page}" for page in more),
        ]

    @pytest.mark.parametrize(
        ("admin", "is_super", "home"),
        [(False, False, "/dashboard"), (True, False, "/admin/spaces/me"), (True, True, "/admin/spaces")],
    )
    def test_everybody_has_a_home(self, admin: bool, is_super: bool, home: str) -> None:
        visitor = somebody(factories.a_space(super=is_super), admin=admin)

        assert visitor.open("/").url == home
        assert visitor.open("/login", follow=False).answer.header("Location") == home

    def test_visitors_have_none(self) -> None:
        assert not Visitor(factories.a_space()).open("/login").dom.xpath("//nav")
