"""What every request and answer of the API has in common (docs/wire/conventions.md)."""

import json
from ipaddress import ip_network

import pytest
from tests import factories
from tests.api import Api

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http import outer

pytestmark = pytest.mark.django_db
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


class TestPaths:
    @pytest.mark.parametrize("path", ["/api/ping", "//api//ping", "/api/ping/", "/api/p%69ng", "/api/ping?a=b"])
    def test_the_same_resource(self, api: Api, path: str) -> None:
        answer = api.on(factories.a_space()).get(path)

        assert (answer.status, answer.text) == (200, "pong")
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"

    @pytest.mark.parametrize("path", ["/api/accounts/%FF/search", "/api/accounts/%00/search"])
    def test_malformed(self, api: Api, path: str) -> None:
        answer = api.on(factories.a_space()).get(path)

        assert (answer.status, answer.message) == (400, "Malformed URL.")

    def test_plus_and_at_are_themselves(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "+33612345678")
        admin = api.as_admin(space)

        for written in (account.identifier, account.identifier.replace("@", "%40").replace("+", "%2B")):
            assert admin.get(f"/api/accounts/{written}/search").json["id"] == account.pk

    @pytest.mark.parametrize("path", ["/api/accounts/abc", "/api/accounts/99999999999999999999", "/api/accounts/-1"])
    def test_ids_that_are_none_are_not_found(self, api: Api, path: str) -> None:
        assert api.as_admin(factories.a_space()).get(path).status == 404

    def test_unknown_route(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/api/xxx")

        assert (answer.status, answer.message) == (404, "The route api/xxx could not be found.")


class TestMethods:
    def test_wrong_method(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).get("/api/accounts/1/activate")

        assert answer.status == 405
        assert answer.header("Allow") == "POST"
        assert answer.message == (
            "The GET method is not supported for route api/accounts/1/activate. Supported methods: POST."
        )

    def test_every_method_is_named_once(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/accounts/1/carddavs/1")

        assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD, PUT, PATCH, DELETE")
        assert answer.message.endswith("Supported methods: GET, HEAD, PUT, PATCH, DELETE.")

    def test_options_lists_the_methods(self, api: Api) -> None:
        answer = api.on(factories.a_space()).send("OPTIONS", "/api/accounts")

        assert (answer.status, answer.body, answer.header("Allow")) == (200, b"", "GET,HEAD,POST")
        assert answer.header("Vary") == "Access-Control-Request-Method"

    def test_preflight_needs_no_known_host(self, api: Api) -> None:
        answer = api.to("nowhere.test").send(
            "OPTIONS",
            "/api/accounts",
            Access_Control_Request_Method="put",
            Access_Control_Request_Headers="x-api-key, content-type",
        )

        assert (answer.status, answer.body) == (204, b"")
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.header("Access-Control-Allow-Methods") == "PUT"
        assert answer.header("Access-Control-Allow-Headers") == "x-api-key, content-type"
        assert answer.header("Access-Control-Max-Age") == "0"
        assert answer.header("Vary") == "Access-Control-Request-Method, Access-Control-Request-Headers"

    def test_every_answer_of_the_api_allows_any_origin(self, api: Api) -> None:
        assert api.to("nowhere.test").get("/api/ping").header("Access-Control-Allow-Origin") == "*"
        assert api.on(factories.a_space()).get("/provisioning").header("Access-Control-Allow-Origin") is None

    def test_head_is_get_without_effect(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)

        assert client.send("HEAD", "/api/accounts/me").status == 200
        assert client.send("HEAD", "/api/accounts/me/provision").status == 200
        assert not account.provisioning_tokens.exists()


class TestJson:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"{", "Syntax error"),
            (b"a=b", "Syntax error"),
            (b'{"a": NaN}', "Syntax error"),
            (b'"\xff"', "Malformed UTF-8 characters, possibly incorrectly encoded"),
            (b'"\\ud800"', "Syntax error"),
            (b"[" * 5000, "Maximum stack depth exceeded"),
        ],
    )
    def test_what_is_none_is_refused_before_authentication(self, api: Api, body: bytes, reason: str) -> None:
        answer = api.on(factories.a_space()).post("/api/accounts", body)

        assert (answer.status, answer.message) == (400, f"Invalid JSON: {reason}")

    @pytest.mark.parametrize("body", [b"", b"  ", b"null", b"3", b'"text"', b"[]"])
    def test_scalars_and_nothing_pass(self, api: Api, body: bytes) -> None:
        assert api.as_admin(factories.a_space()).post("/api/accounts", body).status == 422

    def test_a_get_with_a_json_type_and_no_body(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).get("/api/accounts", b"", Content_Length="0")

        assert answer.status == 200

    def test_forms_work_for_clients_that_do_not_ask_for_json(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())
        body = b"username=alice&password=s3cret&dictionary[color]=blue"

        answer = admin.post("/api/accounts", body, Accept="text/html", **FORM)

        assert answer.status == 200, answer.text
        assert answer.json["dictionary"] == {"color": "blue"}
        assert admin.post("/api/accounts", body, **FORM).message.startswith("Invalid JSON")

    def test_errors_are_json_whatever_is_accepted(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/accounts", {}, Accept="text/html")

        assert (answer.status, list(answer.errors)) == (422, ["username", "password"])


class TestInput:
    def test_texts_are_trimmed_and_empty_ones_null_but_not_passwords(self, api: Api) -> None:
        space = factories.a_space()
        body = {"username": "\u2003alice ", "password": "  pw  ", "email": "", "display_name": "  "}

        created = api.as_admin(space).post("/api/accounts", body).json

        assert (created["username"], created["email"], created["display_name"]) == ("alice", None, None)
        alice = Account.objects.get(pk=created["id"])
        assert api.on(space).digest("GET", "/api/accounts/me", alice, "  pw  ").status == 200

    @pytest.mark.parametrize("edge", ["\ufeff", "\u200b", "\u200e", "\u200f\t", "\u00a0\u2060", "\u2028\u00ad"])
    def test_invisible_characters_are_trimmed_like_blanks(self, api: Api, edge: str) -> None:
        inside = "\u05d0\u200f a\u200bb 👩\u200d🚀 ❤\ufe0f"
        body = {"username": "alice", "password": "s3cret", "email": edge, "display_name": f"{edge}{inside}{edge}"}

        created = api.as_admin(factories.a_space()).post("/api/accounts", body).json

        assert (created["email"], created["display_name"]) == (None, inside)

    def test_the_body_wins_over_the_query(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post(
            "/api/accounts?username=query&password=s3cret", {"username": "body"}
        )

        assert answer.json["username"] == "body"

    def test_a_field_named_space_is_ignored(self, api: Api) -> None:
        body = {"username": "alice", "password": "s3cret", "space": {"domain": "x"}, "asAdmin": True, "api": 1}

        assert api.as_admin(factories.a_space()).post("/api/accounts", body).status == 200

    def test_bodies_beyond_the_limit(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/accounts", b" " * (outer._FORM_LIMIT + 1))

        assert (answer.status, answer.message) == (413, "The POST data is too large.")


class TestPages:
    def test_errors_outside_the_api_are_pages(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/nowhere", Accept="text/html")

        assert answer.status == 404
        assert "404 - Not Found" in answer.text
        assert 'href="/"' in answer.text

    def test_in_french(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/nowhere", Accept="text/html", Accept_Language="fr-FR,en;q=0.5")

        assert "Page introuvable" in answer.text
        assert '<html lang="fr"' in answer.text

    def test_or_json_for_those_who_ask(self, api: Api) -> None:
        client = api.on(factories.a_space())

        assert client.get("/nowhere", Accept="application/vnd.api+json").status == 404
        assert client.get("/nowhere", Accept="*/*", X_Requested_With="XMLHttpRequest").json["message"]
        assert "<h1>" in client.get("/nowhere", Accept="text/html,application/json").text


class TestHeaders:
    def test_pages_are_protected(self, api: Api) -> None:
        answer = api.on(factories.a_space()).get("/login", Accept="text/html")

        assert "script-src 'self'" in str(answer.header("Content-Security-Policy"))
        assert "unsafe" not in str(answer.header("Content-Security-Policy"))
        assert answer.header("X-Frame-Options") == "DENY"
        assert answer.header("X-Content-Type-Options") == "nosniff"
        assert answer.header("Referrer-Policy") == "same-origin"
        assert answer.header("Strict-Transport-Security") is None
        for forbidden in ("<style", "style=", "onclick", "javascript:"):
            assert forbidden not in answer.text

    def test_over_tls_browsers_are_told_to_stay_there(self, api: Api) -> None:
        with instance.override(trusted_proxies=(ip_network("127.0.0.0/8"),)):
            answer = api.on(factories.a_space()).get("/login", Accept="text/html", X_Forwarded_Proto="https")

        assert answer.header("Strict-Transport-Security") == "max-age=31536000"


class TestTrustedProxies:
    def test_sockets_for_both_families(self, api: Api) -> None:
        """A socket for IPv6 and IPv4 writes IPv4 peers as `::ffff:192.0.2.1`; they are the same peers."""
        space = factories.a_space()
        key = factories.a_key(factories.an_account(space), ip="198.51.100.7")
        with instance.override(trusted_proxies=(ip_network("192.0.2.1/32"),)):
            client = api.on(space).at("::ffff:192.0.2.1").with_key(key)

            for address, status in (("198.51.100.7", 200), ("::ffff:198.51.100.7", 200), ("198.51.100.8", 401)):
                assert client.get("/api/accounts/me", X_Forwarded_For=address).status == status
        assert api.on(space).at("::ffff:198.51.100.7").with_key(key).get("/api/accounts/me").status == 200
        assert client.get("/api/accounts/me", X_Forwarded_For="198.51.100.7").status == 401


class TestPagination:
    def test_an_empty_page_past_the_end(self, api: Api) -> None:
        space = factories.a_space()
        document = api.as_admin(space).get("/api/accounts?page=7&x=y").json

        path = f"http://{space.host}/api/accounts"
        assert document["data"] == []
        assert (document["from"], document["to"], document["total"], document["last_page"]) == (None, None, 1, 1)
        assert document["prev_page_url"] == f"{path}?page=6"
        assert document["path"] == path

    def test_one_page(self, api: Api) -> None:
        space = factories.a_space()
        document = api.as_admin(space).get("/api/accounts?page=zero").json

        url = f"http://{space.host}/api/accounts?page=1"
        assert document["links"] == [
            {"url": None, "label": "&laquo; Previous", "page": None, "active": False},
            {"url": url, "label": "1", "page": 1, "active": True},
            {"url": None, "label": "Next &raquo;", "page": None, "active": False},
        ]
        assert (document["from"], document["to"], document["per_page"]) == (1, 1, 20)
        assert "passwords" not in document["data"][0]
        assert document["data"][0]["phone_change_code"] is None

    def test_labels_in_french(self, api: Api) -> None:
        document = api.as_admin(factories.a_space()).get("/api/accounts", Accept_Language="fr").json

        assert document["links"][0]["label"] == "&laquo; Précédent"

    def test_by_key(self, api: Api) -> None:
        space = factories.a_space()
        names = [factories.an_account(space, f"name{number}").username for number in range(5)]
        admin = api.as_admin(space)

        found, cursor = [], ""
        while cursor is not None:
            page = admin.get(f"/api/accounts?limit=2&after={cursor}").json
            assert set(page) == {"data", "next_cursor"}
            found += [account["username"] for account in page["data"]]
            cursor = page["next_cursor"]

        assert found[:5] == names
        assert admin.get("/api/accounts?limit=101").status == 422
        assert admin.get("/api/accounts?after=rubbish").status == 422

    def test_filters_and_order(self, api: Api) -> None:
        space = factories.a_space()
        for name in ("bert", "anna", "bella"):
            factories.an_account(space, name)
        admin = api.as_admin(space)

        page = admin.get("/api/accounts?search=be&order_by=username&order_sort=asc").json

        assert [account["username"] for account in page["data"]] == ["bella", "bert"]
        assert admin.get("/api/accounts?order_by=password").status == 422
        assert admin.get("/api/accounts?updated_date=tomorrow").status == 422


class TestHosts:
    def test_unknown(self, api: Api) -> None:
        factories.a_space()
        answer = api.to("nowhere.example.org").get("/api/ping")

        assert (answer.status, answer.message) == (404, "Host not configured")

    def test_no_space_at_all(self, api: Api) -> None:
        with instance.override(app_root_host=None):
            answer = api.get("/api/ping")

        assert (answer.status, json.loads(answer.body)) == (503, {"message": "APP_ROOT_HOST is not configured"})
