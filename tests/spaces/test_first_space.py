"""The first Space of an instance whose variables describe it."""

from pathlib import Path
from typing import Any

import pytest
from tests import factories
from tests.api import Api
from tests.operations.conftest import Console, console

from flexiapi.config import instance
from flexiapi.http.errors import Invalid
from flexiapi.spaces.models import DigestConfiguration, OidcConfiguration, Space
from flexiapi.spaces.services.old_settings import create_from_old_settings

__all__ = ["console"]

pytestmark = pytest.mark.django_db

DOMAIN = "sip.example.org"


class TestFirstSpace:
    OLD: dict[str, Any] = {
        "app_sip_domain": DOMAIN,
        "app_url": "https://phones.example.org/flexiapi",
        "app_name": "Old name",
        "app_admins_manage_multi_domains": True,
        "account_realm": "old-realm",
        "account_default_password_algorithm": "MD5",
        "account_email_unique": False,
        "instance_copyright": "© Old",
        "web_panel": False,
        "account_provisioning_rc_file": Path("rc.ini"),
        "account_provisioning_overwrite_all": True,
        "jwt_rsa_public_key_pem": "-----BEGIN PUBLIC KEY-----",
    }

    def test_is_what_the_variables_say(self) -> None:
        with instance.override(**self.OLD):
            space = create_from_old_settings()

        assert space is not None
        space = Space.objects.get()
        assert (space.domain, space.host, space.name) == (DOMAIN, "phones.example.org", "Old name")
        assert (space.super, space.unique_email, space.web_panel) == (True, False, False)
        assert (space.public_registration, space.copyright_text) == (True, "© Old")
        # The file goes on to count for every Space without entries of its own, and so does its flag.
        assert (space.custom_provisioning_entries, space.custom_provisioning_overwrite_all) == (None, False)
        digest = DigestConfiguration.objects.get(space=space)
        assert (digest.realm, digest.default_password_algorithm) == ("old-realm", "MD5")
        assert OidcConfiguration.objects.get(space=space).sip_identifier == "sip_identity"

    def test_a_key_without_login_server_adds_no_challenge(self, api: Api) -> None:
        with instance.override(**self.OLD):
            create_from_old_settings()
            account = factories.an_account(Space.objects.get(), password="s3cret")
            answer = api.on(account.space).get("/api/accounts/me", From=account.sip_uri)

        assert answer.status == 401
        assert [line.split()[0] for line in answer.lines("WWW-Authenticate")] == ["Digest"]

    def test_needs_no_more_than_a_domain(self) -> None:
        with instance.override(app_sip_domain=DOMAIN):
            create_from_old_settings()

        space = Space.objects.get()
        assert (space.host, space.super, space.unique_email) == ("example.org", False, True)
        assert DigestConfiguration.objects.get(space=space).realm == DOMAIN

    @pytest.mark.parametrize(
        ("url", "root", "host"),
        [
            ("https://evilexample.org", "example.org", "example.org"),
            ("https://a.example.org:8443", "example.org", "a.example.org"),
            ("https://a.example.net", None, "a.example.net"),
            ("http://localhost", None, DOMAIN),
        ],
    )
    def test_its_host(self, url: str, root: str | None, host: str) -> None:
        with instance.override(app_sip_domain=DOMAIN, app_url=url, app_root_host=root):
            create_from_old_settings()

        assert Space.objects.get().host == host

    def test_nothing_happens_once_there_is_a_space_or_without_a_domain(self) -> None:
        assert create_from_old_settings() is None
        factories.a_space()

        with instance.override(**self.OLD):
            assert create_from_old_settings() is None
        assert Space.objects.count() == 1

    def test_wrong_values_are_told(self) -> None:
        with instance.override(app_sip_domain="nodot"), pytest.raises(Invalid):
            create_from_old_settings()
        assert not Space.objects.exists()

    def test_migrate_makes_it(self, console: Console) -> None:
        with instance.override(**self.OLD):
            said = console("migrate")

        assert said.code == 0
        assert f"Created the Space {DOMAIN} on the host phones.example.org" in said.out
        assert Space.objects.get().domain == DOMAIN
