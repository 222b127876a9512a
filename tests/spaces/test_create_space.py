"""POST /api/spaces: a super administrator creates a Space."""

from datetime import timedelta
from typing import Any

import pytest
from tests import factories
from tests.api import Api

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db

MINIMAL = {"name": "First", "domain": "first.example.net", "host": "first.example.org"}


def day(offset: int) -> str:
    """A date so many days from today."""
    return (now() + timedelta(days=offset)).date().isoformat()


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
            "require_second_factor": True,
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
