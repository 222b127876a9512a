"""GET /api/spaces: who may see Spaces, and what of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import factories
from tests.api import Api

from flexiapi.http.dates import now
from flexiapi.spaces.models import CardDavServer, EmailServer, OidcConfiguration, Space

pytestmark = pytest.mark.django_db

NULLABLE = (
    "expire_at",
    "copyright_text",
    "intro_registration_text",
    "newsletter_registration_address",
    "account_proxy_registrar_address",
    "custom_provisioning_entries",
)


class TestAccess:
    ROUTES = (
        ("GET", "/api/spaces"),
        ("POST", "/api/spaces"),
        ("GET", "/api/spaces/{domain}"),
        ("PUT", "/api/spaces/{domain}"),
        ("PATCH", "/api/spaces/{domain}"),
        ("DELETE", "/api/spaces/{domain}"),
        ("GET", "/api/spaces/{domain}/email"),
        ("POST", "/api/spaces/{domain}/email"),
        ("DELETE", "/api/spaces/{domain}/email"),
        ("GET", "/api/spaces/{domain}/carddavs"),
        ("POST", "/api/spaces/{domain}/carddavs"),
        ("GET", "/api/spaces/{domain}/carddavs/1"),
        ("PUT", "/api/spaces/{domain}/carddavs/1"),
        ("PATCH", "/api/spaces/{domain}/carddavs/1"),
        ("DELETE", "/api/spaces/{domain}/carddavs/1"),
    )

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_only_super_administrators(self, api: Api, method: str, path: str) -> None:
        space, other = factories.a_space(), factories.a_space()
        factories.a_super_space()
        path = path.format(domain=space.domain)

        anonymous = api.on(space).send(method, path, {})
        user = api.as_account(factories.an_account(space)).send(method, path, {})
        administrator = api.as_admin(space).send(method, path, {})
        stranger = api.as_admin(other).send(method, path, {})
        elsewhere = api.as_admin(other).on(space).send(method, path, {})

        assert anonymous.status == 401
        for refused in (user, administrator, stranger, elsewhere):
            assert (refused.status, refused.message) == (403, "Unauthorized area")
        assert Space.objects.filter(domain=space.domain).exists()

    def test_a_blocked_super_administrator_is_refused(self, api: Api) -> None:
        account = factories.an_account(factories.a_super_space(), admin=True, blocked=True)

        assert api.as_account(account).get("/api/spaces").message == "Account blocked"


class TestList:
    def test_is_what_flexisip_polls(self, api: Api) -> None:
        expired = factories.a_space(expire_at=now() - timedelta(days=9))
        client = api.as_super_admin()

        answer = client.get("/api/spaces")

        assert answer.status == 200
        assert answer.header("Content-Type") == "application/json"
        assert isinstance(answer.json, list)
        assert all(isinstance(each["domain"], str) for each in answer.json)
        assert [each["domain"] for each in answer.json] == [expired.domain, factories.a_super_space().domain]

    def test_takes_as_many_statements_for_many_spaces(self, api: Api, django_assert_num_queries: Any) -> None:
        for _ in range(5):
            space = factories.a_space()
            CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        client = api.as_super_admin()
        client.get("/api/spaces")

        with django_assert_num_queries(3):
            assert len(client.get("/api/spaces").json) == 6


class TestShow:
    def test_has_every_setting(self, api: Api) -> None:
        space = factories.a_space()

        found = api.as_super_admin().get(f"/api/spaces/{space.domain}").json

        columns = {field.column for field in Space._meta.fields} - {"id"}
        nested = {
            "email_server": None,
            "carddav_servers": [],
            "digest_authentication_configuration": {
                "realm": space.domain,
                "default_password_algorithm": "SHA-256",
            },
            "oidc_authentication_configuration": None,
        }
        assert set(found) == columns | set(nested)
        assert {key: found[key] for key in nested} == nested
        assert (found["theme_hue"], found["unique_email"], found["disable_broadcast_feature"]) == (22, True, True)
        assert {key: found[key] for key in NULLABLE} == dict.fromkeys(NULLABLE)
        assert found["created_at"].endswith("Z")
        assert len(found["created_at"]) == 27

    def test_never_shows_secrets(self, api: Api) -> None:
        space = factories.a_space()
        EmailServer.objects.create(space=space, host="mail.example.org", port=25, password="mail-secret")
        OidcConfiguration.objects.create(
            space=space,
            server_url="https://login.example.org/",
            realm="phones",
            client_id="flexiapi",
            client_secret="oidc-secret",
        )
        client = api.as_super_admin()

        for path in ("/api/spaces", f"/api/spaces/{space.domain}", f"/api/spaces/{space.domain}/email"):
            assert "secret" not in client.get(path).text
        found = client.get(f"/api/spaces/{space.domain}").json
        assert found["oidc_authentication_configuration"] == {
            "server_url": "https://login.example.org/",
            "realm": "phones",
            "sip_identifier": "sip_identity",
            "public_key": None,
            "client_id": "flexiapi",
            "auto_provisioning": False,
            "role_provisioning": None,
        }
        assert found["email_server"]["host"] == "mail.example.org"
        assert "password" not in found["email_server"]

    def test_unknown_domains_are_not_found(self, api: Api) -> None:
        client = api.as_super_admin()

        assert client.get("/api/spaces/nowhere.example.org").status == 404
        assert client.get("/api/spaces/" + "x" * 300).status == 404
        assert client.get("/api/spaces/%00").status == 400

    def test_the_day_of_expiry_is_a_midnight(self, api: Api) -> None:
        space = factories.a_space(expire_at=datetime(2099, 5, 10, 17, 30, tzinfo=UTC))

        found = api.as_super_admin().get(f"/api/spaces/{space.domain}").json

        assert found["expire_at"] == "2099-05-10T00:00:00.000000Z"
