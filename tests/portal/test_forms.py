"""What all forms of the portal share: the token, going back, the captcha, blocked accounts, the language."""

from urllib.parse import urlencode

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.telephony.models import CallForwarding
from tests import factories
from tests.portal.conftest import PASSWORD
from tests.portal.visitor import PageSeen, Visitor

pytestmark = pytest.mark.django_db
FORWARDING = {"busy[enabled]": "on", "busy[forward_to]": "sip_uri", "busy[sip_uri]": "sip:desk@example.org"}


def token_of(visitor: Visitor, path: str) -> str:
    """The token in the forms of a page."""
    return str(visitor.open(path).dom.xpath("//input[@name='_token']/@value")[0])


class TestRealMethods:
    def send(self, browser: Visitor, fields: dict[str, str], **headers: str) -> tuple[int, str | None]:
        """PUT a form as programs do."""
        answer = browser.client.generic(
            "PUT",
            "/call_forwardings",
            urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"Host": browser.space.host, **headers},
            RAW_URI="/call_forwardings",
        )
        return answer.status_code, answer.headers.get("Location")

    def test_the_token_is_taken_from_the_form(self, browser: Visitor, owner: Account) -> None:
        token = token_of(browser, "/telephony")

        assert self.send(browser, {"_token": token, **FORWARDING}) == (302, "/telephony#forwarding")
        assert CallForwarding.objects.get(account=owner).type == "busy"

    def test_or_from_a_header(self, browser: Visitor) -> None:
        token = token_of(browser, "/telephony")

        assert self.send(browser, FORWARDING, **{"X-CSRF-TOKEN": token})[0] == 302

    @pytest.mark.parametrize("fields", [{}, {"_token": "forged"}, {"_token[x]": "y"}])
    def test_without_it_they_are_419(self, browser: Visitor, fields: dict[str, str]) -> None:
        assert self.send(browser, {**FORWARDING, **fields}) == (419, None)
        assert not CallForwarding.objects.exists()


class TestCookies:
    def test_over_tls_all_are_for_tls_alone(self) -> None:
        visitor = Visitor(factories.a_space(), scheme="https")
        visitor.open("/login")
        visitor.submit({"language": "fr", "theme": "dark"}, action="/language")
        visitor.submit({"username": "a", "password": "b"}, action="/authenticate")

        names = set(visitor.client.cookies)

        assert names == {"XSRF-TOKEN", "language", "theme", instance.current().session_cookie}
        assert all(visitor.client.cookies[name]["secure"] for name in names)

    def test_without_tls_they_work_too(self) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/login")

        assert not visitor.client.cookies["XSRF-TOKEN"]["secure"]
        assert not visitor.client.cookies["XSRF-TOKEN"]["httponly"]


class TestGoingBack:
    @pytest.mark.parametrize(
        ("path", "fields", "place"),
        [
            ("/accounts", {"email": "x"}, "/register/email"),
            ("/accounts", {"phone": "x"}, "/register/phone"),
            ("/recovery", {"email": "x"}, "/recovery/email"),
            ("/recovery", {"phone": "x", "account_recovery_token": "abc"}, "/recovery/phone/abc"),
            ("/recovery", {"phone": "x"}, "/recovery/phone"),
            ("/reset_password", {"token": "abc"}, "/reset_password/abc"),
            ("/reset_password", {}, "/login"),
            ("/authenticate", {}, "/login"),
        ],
    )
    def test_from_an_address_without_page_it_is_to_the_form(
        self, path: str, fields: dict[str, str], place: str
    ) -> None:
        visitor = Visitor(factories.a_space())
        token = token_of(visitor, "/login")
        assert visitor.page is not None
        visitor.page.url = path

        answer = visitor._send("POST", path, {"_token": token, **fields}, follow=False).answer

        assert (answer.status, answer.header("Location")) == (302, place)

    def test_the_language_of_an_answered_form_leads_to_a_page(self) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/login")
        assert visitor.page is not None
        visitor.page.url = "/reset_password"

        assert visitor.submit({"language": "fr"}, action="/language").url == "/login"

    def test_the_language_keeps_page_and_query(self, browser: Visitor) -> None:
        browser.open("/statistics/call_logs?direction=incoming")

        page = browser.submit({"language": "fr"}, action="/language")

        assert page.url == "/statistics/call_logs?direction=incoming"
        assert page.dom.get("lang") == "fr"

    def test_a_name_that_failed_to_log_in_is_not_kept(self) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/login")

        page = visitor.submit({"username": "somebody", "password": "x"}, action="/authenticate")

        assert page.dom.xpath("//input[@name='username']/@value") == [""]


class TestBlocked:
    @pytest.fixture
    def blocked(self, browser: Visitor, owner: Account) -> Visitor:
        """The owner, blocked while logged in."""
        Account.objects.filter(pk=owner.pk).update(blocked=True)
        return browser

    def test_they_are_told_where_they_come_in(self, blocked: Visitor) -> None:
        page = blocked.open("/")

        assert (page.status, page.url, page.heading) == (200, "/blocked", "Account blocked")
        assert not page.dom.xpath("//nav")
        assert blocked.submit(action="/logout").url == "/login"

    def test_after_the_login_too(self, owner: Account) -> None:
        Account.objects.filter(pk=owner.pk).update(blocked=True)

        assert Visitor(owner.space).log_in(owner, PASSWORD).url == "/blocked"

    def test_nobody_else_is_sent_back_there(self, owner: Account) -> None:
        visitor = Visitor(owner.space)

        assert visitor.open("/blocked").url == "/login"
        page = visitor.submit({"username": "owner", "password": PASSWORD}, action="/authenticate")
        assert page.url == "/dashboard"


class TestCaptcha:
    """Every form that sends something to somebody asks for it, once it is configured."""

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/register/phone", {"username": "x", "phone": "+33612345678", "terms": "on"}),
            ("/recovery/email", {"email": "me@example.org"}),
            ("/email/change", {"email": "new@example.org"}),
            ("/phone/change", {"phone": "+33612345678"}),
        ],
    )
    def test_is_asked_for(self, browser: Visitor, path: str, fields: dict[str, str]) -> None:
        factories.activate_countries("FR")
        if path.startswith("/register"):
            fields = {**fields, "password": PASSWORD, "password_confirmation": PASSWORD}
        with instance.override(captcha_driver="array"):
            page = browser.open(path)
            assert page.dom.xpath("//*[@data-sitekey='memory']")
            page = browser.submit(fields)

        assert (page.url, "Please verify that you are not a robot." in page.text) == (path, True)

    def test_but_not_to_log_in(self) -> None:
        with instance.override(captcha_driver="array"):
            assert not Visitor(factories.a_space()).open("/login").dom.xpath("//*[@data-sitekey]")


class TestLanguage:
    """Whatever a page refuses is said in the language of the page; the API's texts stay as programs know them."""

    def refused(self, space: object, **fields: str) -> PageSeen:
        visitor = Visitor(space, headers={"Accept-Language": "fr"})  # type: ignore[arg-type]
        visitor.open("/register/email")
        return visitor.submit({"email": "a@example.org", "email_confirmation": "a@example.org", **fields})

    def test_of_rules(self) -> None:
        page = self.refused(factories.a_space(), username="Upper", password=PASSWORD)

        assert "Les majuscules ne sont pas autorisées." in page.error_of("username")
        assert "English" not in page.error_of("username")
        assert page.error_of("terms") == "Le champ conditions d'utilisation doit être accepté."

    def test_of_error_pages(self, browser: Visitor, owner: Account) -> None:
        browser.headers = {"Accept-Language": "fr"}
        Account.objects.filter(pk=owner.pk).update(blocked=True)

        assert "Compte bloqué" in browser.open("/dashboard").text
        token = Visitor(owner.space, headers={"Accept-Language": "fr"})
        token.open("/login")
        page = token.submit({"_token": "forged"}, action="/authenticate")
        assert (page.status, "CSRF" in page.text) == (419, False)

    def test_not_of_the_api(self, browser: Visitor) -> None:
        browser.open("/login")
        answer = browser.client.post(
            "/api/accounts/with-account-creation-token",
            {"username": "Upper"},
            headers={"Host": browser.space.host, "Accept-Language": "fr"},
            RAW_URI="/api/accounts/with-account-creation-token",
        )

        assert "No uppercase letters are allowed." in answer.json()["errors"]["username"]
