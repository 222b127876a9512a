"""/api/spaces: super administrators manage the Spaces of the instance."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests import factories
from tests.api import Answer, Api

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import CardDavServer, DigestConfiguration, EmailServer, OidcConfiguration, Space

pytestmark = pytest.mark.django_db

MINIMAL = {"name": "First", "domain": "first.example.net", "host": "first.example.org"}
NULLABLE = (
    "expire_at",
    "copyright_text",
    "intro_registration_text",
    "newsletter_registration_address",
    "account_proxy_registrar_address",
    "custom_provisioning_entries",
)


def day(offset: int) -> str:
    """A date so many days from today."""
    return (now() + timedelta(days=offset)).date().isoformat()


def replaced(client: Api, space: dict[str, Any], **changes: Any) -> Answer:
    """PUT of what GET gave, with changes."""
    return client.put(f"/api/spaces/{space['domain']}", {**space, **changes})


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


class TestCreate:
    def test_needs_three_fields_only(self, api: Api) -> None:
        client = api.as_super_admin()

        answer = client.post("/api/spaces", MINIMAL)

        assert answer.status == 201, answer.text
        assert {key: answer.json[key] for key in MINIMAL} == MINIMAL
        assert answer.json["super"] is False
        assert answer.json["unique_email"] is True
        assert answer.json["max_accounts"] == 0
        assert answer.json["digest_authentication_configuration"] == {
            "realm": "first.example.net",
            "default_password_algorithm": "SHA-256",
        }
        assert answer.json == client.get("/api/spaces/first.example.net").json

    def test_takes_every_setting(self, api: Api) -> None:
        settings: dict[str, Any] = {
            "super": True,
            "unique_email": False,
            "max_accounts": "12",
            "expire_at": f"{day(30)}T13:00:00+02:00",
            "web_panel": 0,
            "carddav_user_credentials": "1",
            "client_certificate_authentication": True,
            "public_registration": False,
            "phone_registration": False,
            "intercom_features": True,
            "copyright_text": "© me",
            "intro_registration_text": "# Hello",
            "newsletter_registration_address": "news@example.org",
            "account_proxy_registrar_address": "sip.example.org",
            "custom_provisioning_entries": "[sip]\nmedia_encryption=srtp",
            "custom_provisioning_overwrite_all": True,
            "theme_hue": 360,
            "max_account": 3,
            "disable_chat_feature": True,
            "disable_meetings_feature": True,
            "disable_broadcast_feature": False,
            "disable_call_recordings_feature": True,
            "hide_settings": True,
            "hide_account_settings": True,
            "only_display_sip_uri_username": True,
            "assistant_hide_create_account": True,
            "assistant_disable_qr_code": True,
            "assistant_hide_third_party_account": True,
            "provisioning_carddav_twins": True,
            "provisioning_reg_proxy": "<sip:sip.example.org;transport=tls>",
            "digest_authentication_configuration": {"realm": "phones", "default_password_algorithm": "MD5"},
        }

        answer = api.as_super_admin().post("/api/spaces", {**MINIMAL, **settings, "logo": "x", "unknown": 1})

        assert answer.status == 201, answer.text
        expected = {
            **settings,
            "max_accounts": 12,
            "expire_at": f"{day(30)}T00:00:00.000000Z",
            "web_panel": False,
            "carddav_user_credentials": True,
        }
        assert {key: answer.json[key] for key in settings} == expected
        assert answer.json["logo"] is None

    def test_null_is_the_default(self, api: Api) -> None:
        body = {**MINIMAL, "super": None, "disable_broadcast_feature": None, "max_accounts": None, "theme_hue": None}

        answer = api.as_super_admin().post("/api/spaces", {**body, "digest_authentication_configuration": None})

        assert answer.status == 201, answer.text
        assert answer.json["disable_broadcast_feature"] is True
        assert answer.json["theme_hue"] == 22

    def test_tells_all_errors_at_once(self, api: Api) -> None:
        answer = api.as_super_admin().post("/api/spaces", {"domain": "nodot", "max_accounts": "many"})

        assert answer.status == 422
        assert answer.errors == {
            "name": ["The name field is required."],
            "domain": ["The domain should be a valid domain"],
            "host": ["The host field is required."],
            "max_accounts": ["The max accounts must be an integer."],
        }
        assert answer.message.endswith("(and 3 more errors)")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "x" * 256),
            ("name", "two\nlines"),
            ("name", ["a"]),
            ("domain", "Upper.example.org"),
            ("domain", "under_score.example.org"),
            ("domain", f"{'x' * 60}.example.org"),
            ("host", "localhost"),
            ("host", "host.example.org:8080"),
            ("host", "a.example.org/path"),
            ("host", ".".join(["x" * 60] * 5)),
            ("super", "false"),
            ("super", "yes"),
            ("max_accounts", -1),
            ("max_accounts", 2**31),
            ("max_account", 1.5),
            ("expire_at", "tomorrow or so"),
            ("expire_at", "9999999"),
            ("expire_at", 5),
            ("expire_at", {"a": 1}),
            ("expire_at", "2020-01-01"),
            ("theme_hue", 361),
            ("theme_hue", -1),
            ("copyright_text", "x" * 65_536),
            ("newsletter_registration_address", "x" * 256),
            ("account_proxy_registrar_address", "a\r\nb"),
            ("custom_provisioning_entries", "no section = 1"),
            ("custom_provisioning_entries", "; nothing"),
            ("provisioning_reg_proxy", "sip.example.org"),
            ("digest_authentication_configuration", "MD5"),
            ("digest_authentication_configuration.realm", 'quo"te'),
            ("digest_authentication_configuration.realm", "a:b"),
            ("digest_authentication_configuration.realm", "x" * 256),
            ("digest_authentication_configuration.default_password_algorithm", "SHA-512"),
        ],
    )
    def test_refuses_bad_values_and_writes_nothing(self, api: Api, field: str, value: object) -> None:
        client = api.as_super_admin()
        outer, _, inner = field.partition(".")

        answer = client.post("/api/spaces", {**MINIMAL, outer: {inner: value} if inner else value})

        assert answer.status == 422, answer.text
        assert list(answer.errors) == [field]
        assert Space.objects.count() == 1

    def test_names_the_provisioning_keys_that_the_platform_sets(self, api: Api) -> None:
        entries = "[ui]\nhide_settings=1\n[sip]\nmax_account=2"

        answer = api.as_super_admin().post("/api/spaces", {**MINIMAL, "custom_provisioning_entries": entries})

        assert answer.errors["custom_provisioning_entries"] == [
            "Invalid ini format. The following settings cannot be set, they are already handled by the platform: "
            "hide_settings, max_account"
        ]

    @pytest.mark.parametrize("field", ["name", "domain", "host"])
    def test_refuses_what_another_space_has(self, api: Api, field: str) -> None:
        space = factories.a_space()

        answer = api.as_super_admin().post("/api/spaces", {**MINIMAL, field: getattr(space, field)})

        assert answer.errors == {field: [f"The {field} has already been taken."]}

    def test_expires_today_at_the_earliest(self, api: Api) -> None:
        client = api.as_super_admin()

        refused = client.post("/api/spaces", {**MINIMAL, "expire_at": day(-1)})
        accepted = client.post("/api/spaces", {**MINIMAL, "expire_at": day(0)})

        assert refused.errors == {"expire_at": ["The expire at must be a date after or equal to today."]}
        assert accepted.status == 201

    def test_a_foreign_host_is_accepted(self, api: Api) -> None:
        answer = api.as_super_admin().post("/api/spaces", {**MINIMAL, "host": "elsewhere.example.net"})

        assert answer.status == 201
        assert api.to("elsewhere.example.net").get("/api/ping").status == 503

    def test_works_on_any_host_and_shows_the_accounts_of_the_space(self, api: Api) -> None:
        client = api.as_super_admin(on=factories.a_space())

        assert client.post("/api/spaces", MINIMAL).status == 201

        created = client.to("first.example.org").post("/api/accounts", {"username": "alice", "password": "s3cret"})
        assert created.json["domain"] == "first.example.net"
        assert created.json["passwords"] == [{"algorithm": "SHA-256"}]

    def test_without_root_host_several_spaces_can_be_made(self, api: Api) -> None:
        client = api.as_super_admin()

        with instance.override(app_root_host=None):
            assert client.post("/api/spaces", {**MINIMAL, "host": "any.example.net"}).status == 201


class TestReplace:
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_what_get_gave_goes_back(self, api: Api, method: str) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        answer = client.send(method, "/api/spaces/first.example.net", {**space, "name": "Second", "max_accounts": 7})

        assert answer.status == 200, answer.text
        changed = {"name": "Second", "max_accounts": 7, "updated_at": answer.json["updated_at"]}
        assert answer.json == {**space, **changed}
        assert answer.json == client.get("/api/spaces/first.example.net").json

    def test_is_no_partial_update(self, api: Api) -> None:
        client = api.as_super_admin()
        client.post("/api/spaces", MINIMAL)

        answer = client.put("/api/spaces/first.example.net", {"super": True})

        assert answer.status == 422
        assert "super" not in answer.errors
        assert {"name", "host", "max_account", "max_accounts", "web_panel", "hide_settings"} <= set(answer.errors)
        assert Space.objects.get(domain="first.example.net").super is False

    def test_an_absent_nullable_setting_becomes_null_and_an_optional_switch_stays(self, api: Api) -> None:
        client = api.as_super_admin()
        extra = {
            "expire_at": day(5),
            "copyright_text": "me",
            "unique_email": False,
            "client_certificate_authentication": True,
            "provisioning_carddav_twins": True,
            "provisioning_reg_proxy": "sip:sip.example.org",
        }
        space = client.post("/api/spaces", {**MINIMAL, **extra}).json
        body = {key: value for key, value in space.items() if key not in (*extra, "theme_hue")}

        answer = client.put("/api/spaces/first.example.net", body)

        assert answer.status == 200, answer.text
        assert (answer.json["expire_at"], answer.json["copyright_text"]) == (None, None)
        assert answer.json["unique_email"] is False
        assert answer.json["client_certificate_authentication"] is True
        assert answer.json["provisioning_carddav_twins"] is True
        assert answer.json["provisioning_reg_proxy"] == "sip:sip.example.org"
        assert replaced(client, space, provisioning_reg_proxy=None).json["provisioning_reg_proxy"] is None

    def test_the_domain_stays(self, api: Api) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        answer = client.put("/api/spaces/first.example.net", {**space, "domain": "second.example.net"})

        assert answer.json["domain"] == "first.example.net"

    def test_seats_are_no_fewer_than_accounts(self, api: Api) -> None:
        space = factories.a_space()
        for _ in range(3):
            factories.an_account(space)
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        answer = replaced(client, found, max_accounts=2)

        assert answer.errors == {"max_accounts": ["The max accounts must be at least 3."]}
        assert replaced(client, found, max_accounts=3).status == 200
        assert replaced(client, found, max_accounts=0).status == 200

    def test_a_changed_host_lies_below_the_root_host(self, api: Api) -> None:
        client = api.as_super_admin()
        space = client.post("/api/spaces", MINIMAL).json

        for host in ("first.example.net", "evilexample.org", "Upper.example.org", "a_b.example.org"):
            assert list(replaced(client, space, host=host).errors) == ["host"], host
        assert replaced(client, space, host="moved.example.org").status == 200
        assert api.to("moved.example.org").get("/api/ping").status == 200
        assert api.to("first.example.org").get("/api/ping").status == 404

    @pytest.mark.parametrize("host", ["old_name.example.org", "elsewhere.example.net"])
    def test_an_unchanged_host_of_another_form_is_kept(self, api: Api, host: str) -> None:
        space = factories.a_space(host=host)
        client = api.as_super_admin()

        assert replaced(client, client.get(f"/api/spaces/{space.domain}").json, name="New").status == 200

    @pytest.mark.parametrize("field", ["name", "host"])
    def test_refuses_what_another_space_has(self, api: Api, field: str) -> None:
        other, space = factories.a_space(), factories.a_space()
        client = api.as_super_admin()

        answer = replaced(client, client.get(f"/api/spaces/{space.domain}").json, **{field: getattr(other, field)})

        assert answer.errors == {field: [f"The {field} has already been taken."]}

    @pytest.mark.parametrize(("field", "value"), [("super", None), ("super", "no"), ("max_accounts", None)])
    def test_refuses_bad_values(self, api: Api, field: str, value: object) -> None:
        space = factories.a_space()
        client = api.as_super_admin()

        answer = replaced(client, client.get(f"/api/spaces/{space.domain}").json, **{field: value})

        assert list(answer.errors) == [field]

    def test_unknown_domains_are_not_found_after_validation(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        assert client.put("/api/spaces/nowhere.example.org", {}).status == 422
        assert (
            client.put("/api/spaces/nowhere.example.org", {**found, "name": "n", "host": "n.example.org"}).status == 404
        )

    def test_every_process_sees_it_at_once(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        api.on(space).get("/api/ping")

        replaced(client, found, max_accounts=1)

        admin = api.as_admin(space)
        assert admin.post("/api/accounts", {"username": "second", "password": "s3cret"}).status == 403


class TestDigestConfiguration:
    CHANGE = "digest_authentication_configuration"

    def test_changes_while_there_is_no_account(self, api: Api) -> None:
        space = factories.a_space()
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        wanted = {"realm": "phones", "default_password_algorithm": "MD5"}

        assert replaced(client, found, **{self.CHANGE: wanted}).json[self.CHANGE] == wanted

    def test_keeps_the_realm_of_accounts(self, api: Api) -> None:
        space = factories.a_space()
        factories.an_account(space, password="s3cret")
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json

        refused = replaced(client, found, name="Other", **{self.CHANGE: {"realm": "phones"}})
        accepted = replaced(client, found, **{self.CHANGE: {"default_password_algorithm": "MD5"}})

        assert refused.errors == {f"{self.CHANGE}.realm": ["The realm of a Space with accounts cannot change."]}
        assert Space.objects.get(pk=space.pk).name == space.name
        assert accepted.json[self.CHANGE] == {"realm": space.domain, "default_password_algorithm": "MD5"}

    def test_null_leaves_a_space_without_digest_alone(self, api: Api) -> None:
        space = factories.without_digest(factories.a_space())
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        assert found[self.CHANGE] is None

        assert replaced(client, found).json[self.CHANGE] is None
        assert not DigestConfiguration.objects.filter(space=space).exists()

        given = replaced(client, found, **{self.CHANGE: {"default_password_algorithm": "MD5"}})
        assert given.json[self.CHANGE] == {"realm": space.domain, "default_password_algorithm": "MD5"}


class TestProvisioning:
    def test_settings_reach_the_document(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        CardDavServer.objects.create(space=space, uri="https://dav.example.org")
        client = api.as_super_admin()
        found = client.get(f"/api/spaces/{space.domain}").json
        phone = api.as_account(account).using(x_linphone_provisioning="1")
        before = phone.get("/provisioning/me").text
        assert "reg_proxy" not in before
        assert "carddav_0" not in before

        proxy = "<sip:sip.example.org;transport=tls>"
        replaced(client, found, provisioning_reg_proxy=proxy, provisioning_carddav_twins=True)

        after = phone.get("/provisioning/me").text
        assert '<entry name="reg_proxy">&lt;sip:sip.example.org;transport=tls&gt;</entry>' in after
        assert '<section name="carddav_0">' in after
