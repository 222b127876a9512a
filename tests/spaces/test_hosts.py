"""Which Space answers: the host of a request names it, and an expired one refuses everything."""

from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest
import time_machine
from django.db import connection
from tests import factories
from tests.api import Answer, Api

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db

PROXY = {"trusted_proxies": (ip_network("10.0.0.0/8"),)}


def served(answer: Answer) -> bool:
    """Whether a Space answered."""
    return (answer.status, answer.text) == (200, "pong")


class TestWithRootHost:
    def test_the_host_must_match_exactly(self, api: Api) -> None:
        space = factories.a_space(host="a.example.org")

        assert served(api.to("a.example.org").get("/api/ping"))
        assert Space.objects.get().host == space.host
        for host in ("example.org", "b.example.org", "x.a.example.org", "a.example.org.evil.net", "a.example.or"):
            answer = api.to(host).get("/api/ping")
            assert (answer.status, answer.message) == (404, "Host not configured"), host

    def test_the_root_host_itself_can_be_a_space(self, api: Api) -> None:
        factories.a_space(host="example.org")

        assert served(api.to("example.org").get("/api/ping"))

    def test_case_and_port_do_not_count(self, api: Api) -> None:
        factories.a_space(host="a.example.org")

        for host in ("A.Example.ORG", "a.example.org:8443", "A.EXAMPLE.ORG:80"):
            assert served(api.to(host).get("/api/ping")), host

    @pytest.mark.parametrize("host", ["evilexample.org", "example.org.net", "other.net"])
    def test_a_space_beside_the_root_host_is_unavailable(self, api: Api, host: str) -> None:
        factories.a_space(host=host)

        answer = api.to(host).get("/api/ping")

        assert answer.status == 503
        assert answer.message == "The APP_ROOT_HOST configured does not match with the current root domain"

    @pytest.mark.parametrize(
        "host",
        ["a.example.org/", "a b.example.org", "a.example.org?x", "ä.example.org", "a.example.org%00", "", "<a>"],
    )
    def test_forbidden_characters(self, api: Api, host: str) -> None:
        factories.a_space(host="a.example.org")
        client = api.using(Host=host)

        answer = client.get("/api/ping")

        assert answer.status in ((400, 404) if not host else (400,))
        if host:
            assert answer.message == "Bad request."

    @pytest.mark.parametrize(
        "port", ["@evil.example", "x@evil.example", "80/evil", "80?", "80#", '"><b>', "8\u00b2", "123456"]
    )
    def test_nothing_but_a_port_follows_the_host(self, api: Api, port: str) -> None:
        """Links of mails and documents begin with it: `http://a.example.org:@evil.example/…` leads elsewhere."""
        factories.a_space(host="a.example.org")
        behind = api.to("a.example.org").using(X_Forwarded_Host=f"a.example.org:{port}").at("10.1.2.3")

        direct = api.using(Host=f"a.example.org:{port}").get("/provisioning", X_Linphone_Provisioning="1")
        with instance.override(**PROXY):
            forwarded = behind.get("/provisioning", X_Linphone_Provisioning="1")

        assert (direct.status, forwarded.status) == (400, 400)

    def test_unknown_hosts_get_json_or_a_page(self, api: Api) -> None:
        factories.a_space()
        client = api.to("nowhere.example.org")

        below_api = client.get("/api/ping", Accept="text/html")
        script = client.get("/login", Accept="application/json")
        browser = client.get("/login", Accept="text/html")
        anything = client.get("/no/such/page", Accept="text/html")

        for answer in (below_api, script):
            assert (answer.status, answer.message) == (404, "Host not configured")
        for page in (browser, anything):
            assert page.status == 404
            assert (page.header("Content-Type") or "").startswith("text/html")

    def test_preflights_need_no_space(self, api: Api) -> None:
        client = api.to("nowhere.example.org")

        answer = client.send("OPTIONS", "/api/ping", Access_Control_Request_Method="GET")

        assert answer.status == 204


class TestWithoutRootHost:
    @pytest.fixture(autouse=True)
    def _no_root_host(self) -> object:
        with instance.override(app_root_host=None):
            yield

    def test_no_space_at_all(self, api: Api) -> None:
        answer = api.to("any.example.net").get("/api/ping")

        assert (answer.status, answer.message) == (503, "APP_ROOT_HOST is not configured")
        page = api.to("any.example.net").get("/login", Accept="text/html")
        assert page.status == 503
        assert "APP_ROOT_HOST is not configured" in page.text

    def test_a_single_space_answers_on_every_host(self, api: Api) -> None:
        factories.a_space(host="a.example.org")

        for host in ("a.example.org", "any.example.net", "192.0.2.1:8000", "[2001:db8::1]:8000", "localhost"):
            assert served(api.to(host).get("/api/ping")), host

    def test_several_spaces_need_their_own_hosts(self, api: Api) -> None:
        factories.a_space(host="a.example.org")
        factories.a_space(host="b.example.net")

        assert served(api.to("a.example.org").get("/api/ping"))
        assert served(api.to("b.example.net").get("/api/ping"))
        assert api.to("c.example.org").get("/api/ping").message == "Host not configured"

    def test_a_configured_sip_domain_answers_on_every_host(self, api: Api) -> None:
        first = factories.a_space("sip.example.org", host="a.example.org")
        second = factories.a_space("sip.example.net", host="b.example.net")
        account = factories.an_account(first)
        key = factories.a_key(account)

        with instance.override(app_sip_domain="sip.example.org"):
            elsewhere = api.to("any.example.com").with_key(key).get("/api/accounts/me")
            assert elsewhere.json["domain"] == first.domain
            admin = api.as_admin(second).post("/api/accounts", {"username": "anna", "password": "s3cret"})
            assert admin.json["domain"] == second.domain


class TestProxies:
    def test_a_trusted_proxy_says_the_host(self, api: Api) -> None:
        factories.a_space(host="a.example.org")
        client = api.to("backend:8000").using(X_Forwarded_Host="A.example.org:443, inner")

        with instance.override(**PROXY):
            assert served(client.at("10.1.2.3").get("/api/ping"))
            assert client.at("192.0.2.1").get("/api/ping").status == 404
        assert client.at("10.1.2.3").get("/api/ping").status == 404

    def test_forbidden_characters_are_refused_there_too(self, api: Api) -> None:
        client = api.to("a.example.org").using(X_Forwarded_Host="a/b").at("10.1.2.3")
        factories.a_space(host="a.example.org")

        with instance.override(**PROXY):
            assert client.get("/api/ping").status == 400


class TestUp:
    @pytest.mark.parametrize("host", ["example.org", "nowhere.net", "192.0.2.1"])
    def test_answers_on_any_host(self, api: Api, host: str) -> None:
        factories.a_space(host="a.example.org", expire_at=now() - timedelta(days=1))

        assert api.to(host).get("/up").status == 200
        assert api.to("a.example.org").get("/up").status == 200

    def test_answers_without_any_space(self, api: Api) -> None:
        with instance.override(app_root_host=None):
            assert api.to("any.example.net").get("/up").status == 200


class TestExpired:
    EXPIRED = "The related Space has expired"

    def test_everything_is_refused(self, api: Api) -> None:
        space = factories.a_space(expire_at=now() - timedelta(days=1))
        account = factories.an_account(space)
        own = api.on(space)

        for answer in (
            own.get("/api/ping"),
            own.get("/api/ping", Accept="text/html"),
            own.get("/login"),
            api.as_account(account).get("/api/accounts/me"),
            api.as_admin(space).get("/api/accounts"),
            api.as_super_admin(on=space).get("/api/spaces"),
            own.get("/no/such/page"),
        ):
            assert (answer.status, answer.message) == (403, self.EXPIRED)

    def test_browsers_get_a_page(self, api: Api) -> None:
        space = factories.a_space(expire_at=now() - timedelta(days=1))

        answer = api.on(space).get("/login", Accept="text/html,application/xhtml+xml")

        assert answer.status == 490
        assert (answer.header("Content-Type") or "").startswith("text/html")

    def test_phones_get_no_document(self, api: Api) -> None:
        space = factories.a_space(expire_at=now() - timedelta(days=1))

        answer = api.on(space).get("/provisioning", Accept="application/xml", X_Linphone_Provisioning="1")

        assert answer.status == 490

    def test_the_day_of_expiry_is_no_day_of_service(self, api: Api) -> None:
        space = factories.a_space()
        # An operator's own SQL may have stored a time of day: the date is what counts.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE spaces SET expire_at = '2031-05-10 18:00:00' WHERE id = %s", [space.pk])

        for moment, status in (("2031-05-09T23:59:59Z", 200), ("2031-05-10T00:00:00Z", 403)):
            with time_machine.travel(datetime.fromisoformat(moment), tick=False):
                assert api.on(space).get("/api/ping").status == status, moment

    def test_a_super_administrator_renews_it_from_another_host(self, api: Api) -> None:
        space = factories.a_space(expire_at=now() - timedelta(days=1))
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        assert found["expire_at"] < now().isoformat()

        unchanged = client.put(f"/api/spaces/{space.domain}", found)
        renewed = client.put(
            f"/api/spaces/{space.domain}", {**found, "expire_at": (now() + timedelta(days=30)).date().isoformat()}
        )

        assert list(unchanged.errors) == ["expire_at"]
        assert renewed.status == 200
        assert served(api.on(space).get("/api/ping"))
        assert api.as_admin(space).get("/api/accounts").status == 200

    def test_an_administrator_of_it_cannot_act_elsewhere(self, api: Api) -> None:
        space = factories.a_space(expire_at=now() - timedelta(days=1))
        other = factories.a_space()

        assert api.as_admin(space).on(other).get("/api/accounts").status == 403
