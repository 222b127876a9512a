"""The identity provider of a Space as it is set, refreshed and taken away."""

from typing import Any

import pytest
from tests import factories
from tests.api import Api
from tests.identity import REALM, Provider, a_signing_key

from flexiapi.auth import oidc_configuration
from flexiapi.auth.oidc_configuration import OidcForm, OidcSettings
from flexiapi.http.errors import Forbidden, Invalid, NotFound
from flexiapi.spaces.models import OidcConfiguration, Space

CONNECT = f"/realms/{REALM}/protocol/openid-connect"


@pytest.fixture
def space(db: None, provider: Provider) -> Space:
    made = factories.a_space()
    provider.configure(made, client_id="portal", client_secret="hush")
    return made


class TestConfiguration:
    @pytest.fixture
    def settings(self, provider: Provider) -> OidcSettings:
        return OidcSettings(
            server_url=provider.url, realm=REALM, sip_identifier="sip_identity", client_id="portal", client_secret="s"
        )

    def test_saved_with_its_keys(self, db: None, provider: Provider, settings: OidcSettings, api: Api) -> None:
        space = factories.a_space()
        provider.keys.append(a_signing_key("second"))

        saved = oidc_configuration.save(space, settings)

        assert saved.public_key == provider.keys[0].as_pem(private=False).decode()
        assert '"second"' in (saved.jwks or "")
        factories.an_account(space, "alice")
        token = provider.token(aud="portal", sip_identity=f"sip:alice@{space.domain}")
        assert api.on(space).get("/api/accounts/me", Authorization=f"Bearer {token}").status == 200

    def test_an_unset_secret_stays(self, db: None, settings: OidcSettings) -> None:
        space = factories.a_space()
        oidc_configuration.save(space, settings)
        without = OidcSettings(server_url=settings.server_url, realm=REALM, sip_identifier="sip")

        saved = oidc_configuration.save(space, without)

        assert (saved.client_secret, saved.client_id, saved.sip_identifier) == ("s", None, "sip")

    def test_no_keys_no_configuration(self, db: None, provider: Provider, settings: OidcSettings) -> None:
        space = factories.a_space()
        provider.broken.add(f"{CONNECT}/certs")

        with pytest.raises(Invalid) as refused:
            oidc_configuration.save(space, settings)

        assert refused.value.errors == {
            "public_key": ["Unable to connect to the OIDC server. Please verify the provided settings. (status 500)"]
        }
        assert not OidcConfiguration.objects.exists()

    @pytest.mark.parametrize("columns", [{"unique_email": False}, {"super": True}])
    def test_not_for_every_space(self, db: None, settings: OidcSettings, columns: dict[str, Any]) -> None:
        with pytest.raises(Forbidden):
            oidc_configuration.save(factories.a_space(**columns), settings)

    def test_refreshed_and_deleted(self, space: Space, provider: Provider) -> None:
        provider.rotate("second")
        refreshed = oidc_configuration.refresh(space)
        assert refreshed.public_key == provider.keys[0].as_pem(private=False).decode()

        provider.broken.add(f"{CONNECT}/certs")
        with pytest.raises(Invalid) as refused:
            oidc_configuration.refresh(space)
        assert list(refused.value.errors) == ["sso_public_key"]

        oidc_configuration.delete(space)
        for act in (oidc_configuration.delete, oidc_configuration.refresh):
            with pytest.raises(NotFound):
                act(space)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"server_url": "https://id.example.org"}, "server_url"),
            ({"server_url": "ftp://id.example.org/"}, "server_url"),
            ({"server_url": "https:///"}, "server_url"),
            ({"server_url": "https://id.example.org/?x=/"}, "server_url"),
            ({"server_url": "https://user@id.example.org/"}, "server_url"),
            ({"server_url": "https://id.example.org/" + "x" * 255 + "/"}, "server_url"),
            ({"realm": None}, "realm"),
            ({"sip_identifier": None}, "sip_identifier"),
            ({"auto_provisioning": True}, "role_provisioning"),
            ({"client_id": "x" * 256}, "client_id"),
        ],
    )
    def test_rules(self, changes: dict[str, Any], field: str) -> None:
        good = {"server_url": "https://id.example.org/", "realm": "flexi", "sip_identifier": "sip_identity"}
        assert OidcForm.check(good).realm == "flexi"

        with pytest.raises(Invalid) as refused:
            OidcForm.check({**good, **changes})

        assert list(refused.value.errors) == [field]
