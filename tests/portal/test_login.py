"""Logging in and out, sessions and the CSRF token, by forms as browsers without JavaScript send them."""

from ipaddress import ip_network

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.auth.models import PortalSession
from flexiapi.config import instance
from flexiapi.http.dates import now
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db


class TestLogin:
    def test_the_entry_leads_to_the_login_page(self) -> None:
        page = Visitor(factories.a_space(name="Acme")).open("/")

        assert page.url == "/login"
        assert page.heading == "Welcome to Acme"

    @pytest.mark.parametrize("name", ["alice", "+33612345678", "+33 6 12 34 56 78"])
    def test_by_name_or_phone(self, name: str) -> None:
        space = factories.a_space()
        factories.an_account(space, "alice", password="s3cret", phone="+33612345678", activated=False)
        visitor = Visitor(space)

        visitor.open("/login")
        page = visitor.submit({"username": name, "password": "s3cret"}, action="/authenticate", follow=False)

        assert (page.status, page.answer.header("Location")) == (302, "/")

    def test_wrong_and_unknown_are_told_alike(self) -> None:
        space = factories.a_space()
        factories.an_account(space, "alice", password="s3cret")

        pages = []
        for name in ("alice", "nobody"):
            visitor = Visitor(space)
            visitor.open("/login")
            pages.append(visitor.submit({"username": name, "password": "wrong"}, action="/authenticate"))

        assert all("Incorrect username or password" in page.text for page in pages)
        assert all(page.url == "/login" for page in pages)

    def test_wrong_and_unknown_cost_the_same(self) -> None:
        space = factories.a_space()
        factories.an_account(space, "alice", password="s3cret")
        counts = []
        for name in ("alice", "nobody"):
            visitor = Visitor(space)
            visitor.open("/login")
            with CaptureQueriesContext(connection) as statements:
                visitor.submit({"username": name, "password": "wrong"}, action="/authenticate", follow=False)
            counts.append(len(statements))

        assert counts[0] == counts[1]

    def test_the_account_of_another_space_cannot(self) -> None:
        factories.an_account(factories.a_space(), "alice", password="s3cret")
        visitor = Visitor(factories.a_space())

        visitor.open("/login")
        page = visitor.submit({"username": "alice", "password": "s3cret"}, action="/authenticate")

        assert "Incorrect username or password" in page.text

    def test_json_clients_get_their_errors(self, api: Api) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/login")
        visitor.headers = {"Accept": "application/json"}

        page = visitor.submit({"username": "", "password": ""}, action="/authenticate", follow=False)

        assert page.answer.errors["username"] == ["The username field is required."]

    def test_in_french(self) -> None:
        page = Visitor(factories.a_space(), headers={"Accept-Language": "fr"}).open("/login")

        assert "Mot de passe" in page.text

    def test_without_panel_there_is_none(self) -> None:
        page = Visitor(factories.a_space(web_panel=False)).open("/login", follow=False)

        assert (page.status, page.answer.header("Location")) == (302, "/about")

    def test_a_space_with_a_provider_alone_refuses_passwords(self) -> None:
        space = factories.a_space()
        factories.an_oidc_configuration(space)
        visitor = Visitor(space)

        assert "Log in with a password" in visitor.open("/login").text
        factories.without_digest(space)
        assert "Log in with a password" not in visitor.open("/login").text


class TestSession:
    def test_the_id_changes_at_login_and_nothing_stores_it(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        name = instance.current().session_cookie

        visitor.open("/login")
        visitor.submit({"username": "x", "password": "y"}, action="/authenticate")
        before = visitor.client.cookies[name].value
        visitor.log_in(account, "s3cret")
        cookie = visitor.client.cookies[name]

        assert cookie.value != before
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        row = PortalSession.objects.get(account=account)
        assert cookie.value not in (row.session_key, row.session_data)
        assert PortalSession.objects.count() == 1

    def test_it_is_worthless_on_another_host(self) -> None:
        space, other = factories.a_space(), factories.a_space()
        visitor = Visitor(space)
        visitor.log_in(factories.an_account(space, password="s3cret"), "s3cret")

        visitor.space, visitor.page = other, None
        assert visitor.open("/login").url == "/login"

    def test_idle_ones_end(self) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.log_in(factories.an_account(space, password="s3cret"), "s3cret")

        PortalSession.objects.update(expire_date=now())
        assert visitor.open("/login").url == "/login"

    def test_a_link_logs_out(self) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.log_in(factories.an_account(space, password="s3cret"), "s3cret")

        token = visitor.client.cookies["XSRF-TOKEN"].value
        assert visitor.open("/logout").url == "/login"
        assert not PortalSession.objects.filter(account__isnull=False).exists()
        assert visitor.client.cookies["XSRF-TOKEN"].value != token

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Purpose": "prefetch"}]
    )
    def test_a_link_of_others_asks_first(self, headers: dict[str, str]) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.log_in(factories.an_account(space, password="s3cret"), "s3cret")

        visitor.headers.update(headers)
        assert visitor.open("/logout").heading == "Log out?"
        assert PortalSession.objects.filter(account__isnull=False).exists()
        assert visitor.submit(action="/logout").url == "/login"
        assert not PortalSession.objects.filter(account__isnull=False).exists()

    def test_the_api_and_provisioning_never_make_one(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)

        for path in ("/api/accounts/me", "/api/accounts/me/provision", "/provisioning/me"):
            answer = client.get(path, X_Linphone_Provisioning="1")
            assert answer.status == 200
            assert not answer.raw.cookies
        assert PortalSession.objects.count() == 0


class TestToken:
    def test_writes_without_it_are_419(self) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.open("/login")

        page = visitor.submit({"_token": "forged", "username": "a", "password": "b"}, action="/authenticate")

        assert page.status == 419
        assert "CSRF token mismatch." in page.text

    @pytest.mark.parametrize("header", ["X-CSRF-TOKEN", "X-XSRF-TOKEN"])
    def test_it_may_come_in_a_header(self, header: str) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        visitor.open("/login")
        visitor.headers = {header: visitor.client.cookies["XSRF-TOKEN"].value}

        page = visitor.submit(
            {"_token": None, "username": account.username, "password": "s3cret"}, action="/authenticate", follow=False
        )

        assert page.answer.header("Location") == "/"

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"Origin": "https://{host}"}, 302),
            ({"Origin": "https://{host}", "X-Forwarded-Proto": "https"}, 302),
            ({"Origin": "https://{host}", "X-Forwarded-Proto": "https", "Host": "{host}:443"}, 302),
            ({"Origin": "https://{host}:8443", "X-Forwarded-Proto": "https", "Host": "{host}:8443"}, 302),
            (
                {"Origin": "https://{host}", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "{host}", "Host": "in"},
                302,
            ),
            ({"Referer": "https://{host}/login", "X-Forwarded-Proto": "https"}, 302),
            ({"Origin": "http://{host}"}, 302),
            ({"Origin": "http://{host}", "X-Forwarded-Proto": "https"}, 419),
            ({"Referer": "http://{host}/login", "X-Forwarded-Proto": "https"}, 419),
            ({"Referer": "https://other.{host}/login", "X-Forwarded-Proto": "https"}, 419),
            ({"Origin": "https://{host}:444", "X-Forwarded-Proto": "https"}, 419),
            ({"Origin": "https://other.{host}", "X-Forwarded-Proto": "https"}, 419),
            ({"Origin": "null", "X-Forwarded-Proto": "https"}, 419),
        ],
    )
    def test_forms_come_from_the_host_that_the_browser_sees(self, sent: dict[str, str], status: int) -> None:
        """Chromium and Firefox send `Origin` with every form; a proxy speaks TLS with them and HTTP with us."""
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.open("/login")
        token = str(visitor.page.dom.xpath("//input[@name='_token']/@value")[0])  # type: ignore[union-attr]
        headers = {"Host": space.host, **{name: value.format(host=space.host) for name, value in sent.items()}}

        with instance.override(trusted_proxies=(ip_network("127.0.0.0/8"),)):
            answer = visitor.client.post("/authenticate", {"_token": token}, headers=headers, RAW_URI="/authenticate")

        assert answer.status_code == status

    @pytest.mark.parametrize(("scheme", "secure"), [("http", ""), ("https", True)])
    def test_its_cookie_is_for_https_where_that_is_spoken(self, scheme: str, secure: object) -> None:
        visitor = Visitor(factories.a_space(), scheme=scheme)
        visitor.open("/login")

        assert visitor.client.cookies["XSRF-TOKEN"]["secure"] == secure

    @pytest.mark.parametrize(
        ("referer", "place"),
        [
            ("https://evil.example/phish", "/login"),
            ("http://{host}//evil.example/phish?x=1", "/login"),
            ("http://{host}//register/email?x=1", "/register/email?x=1"),
            ("http://{host}/\\register/email", "/register/email"),
            ("http://{host}@evil.example/", "/login"),
            ("http://[", "/login"),
            ("http://{host}/register/email", "/register/email"),
        ],
    )
    def test_going_back_stays_on_the_own_host(self, referer: str, place: str) -> None:
        space = factories.a_space()
        visitor = Visitor(space)
        visitor.open("/login")
        token = str(visitor.page.dom.xpath("//input[@name='_token']/@value")[0])  # type: ignore[union-attr]
        headers = {"Host": space.host, "Referer": referer.format(host=space.host)}

        answer = visitor.client.post("/authenticate", {"_token": token}, headers=headers, RAW_URI="/authenticate")

        assert answer.headers["Location"] == place
