"""The identity provider of a Space, as its administrators set it without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.auth.session_store import SessionStore
from flexiapi.config import instance
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import OidcConfiguration, Space
from tests import factories
from tests.identity import REALM, Provider, a_provider
from tests.portal.visitor import PageSeen, Visitor

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
CERTS = f"/realms/{REALM}/protocol/openid-connect/certs"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with a_provider() as running:
        yield running


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def page(space: Space) -> str:
    return f"/admin/spaces/{space.pk}/oidc"


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def configured(space: Space, provider: Provider) -> OidcConfiguration:
    return provider.configure(space, client_id="portal", client_secret="hush")


def an_administrator(space: Space) -> Visitor:
    visitor = Visitor(space)
    visitor.log_in(factories.an_account(space, admin=True, password=PASSWORD, email="chief@example.org"), PASSWORD)
    return visitor


def save(visitor: Visitor, page: str, provider: Provider, **fields: Any) -> PageSeen:
    visitor.open(page)
    return visitor.submit({"server_url": provider.url, "realm": REALM, **fields}, action=page)


class TestSaving:
    def test_saved(self, chief: Visitor, space: Space, page: str, provider: Provider) -> None:
        seen = save(
            chief,
            page,
            provider,
            client_id="portal",
            client_secret="hush",
            sip_identifier="sip",
            auto_provisioning="on",
            role_provisioning="sip-user",
        )

        stored = OidcConfiguration.objects.get(space=space)
        assert seen.toasts == ["The OpenID Connect provider was saved."]
        assert (stored.server_url, stored.realm, stored.sip_identifier) == (provider.url, REALM, "sip")
        assert (stored.client_id, stored.client_secret) == ("portal", "hush")
        assert (stored.auto_provisioning, stored.role_provisioning) == (True, "sip-user")
        assert stored.public_key in seen.dom.xpath("//pre")[0].text_content()
        assert "hush" not in seen.answer.text
        assert "Log in with OpenID Connect" in Visitor(space).open("/login").text

    def test_the_claim_has_a_default(self, chief: Visitor, space: Space, page: str, provider: Provider) -> None:
        save(chief, page, provider)

        stored = OidcConfiguration.objects.get(space=space)
        assert (stored.sip_identifier, stored.client_id, stored.auto_provisioning) == ("sip_identity", None, False)

    def test_an_empty_secret_stays(
        self, chief: Visitor, page: str, provider: Provider, configured: OidcConfiguration
    ) -> None:
        save(chief, page, provider, realm=REALM)
        configured.refresh_from_db()
        assert configured.client_secret == "hush"

        save(chief, page, provider, forget_client_secret="on")
        configured.refresh_from_db()
        assert configured.client_secret is None
        assert "Forget the stored secret" not in chief.open(page).text

    @pytest.mark.parametrize(
        ("fields", "wrong", "text"),
        [
            ({"server_url": "https://id.example.org"}, "server_url", "must end with"),
            ({"server_url": "ftp://id.example.org/"}, "server_url", "format is invalid"),
            ({"server_url": ""}, "server_url", "is required"),
            ({"realm": " "}, "realm", "is required"),
            ({"sip_identifier": ""}, "sip_identifier", "is required"),
            ({"auto_provisioning": "on"}, "role_provisioning", "is required when"),
            ({"client_id": "x" * 256}, "client_id", "may not be greater"),
        ],
    )
    def test_refused(
        self, chief: Visitor, page: str, provider: Provider, fields: dict[str, str], wrong: str, text: str
    ) -> None:
        seen = save(chief, page, provider, **{"client_id": "kept", "client_secret": "hush", **fields})

        assert seen.url == page
        assert text in seen.error_of(wrong)
        assert not OidcConfiguration.objects.exists()
        assert "hush" not in seen.answer.text
        if "client_id" not in fields:
            assert seen.dom.xpath("//input[@name='client_id']/@value") == ["kept"]

    def test_secrets_of_refused_forms_are_kept_nowhere(self, chief: Visitor, page: str, provider: Provider) -> None:
        chief.open(page)
        chief.submit({"server_url": "x", "client_secret": "a-rare-secret"}, action=page, follow=False)

        cookie = chief.client.cookies[instance.current().session_cookie].value
        kept = str(dict(SessionStore(cookie).items()))
        assert "sip_identity" in kept
        assert "a-rare-secret" not in kept

    def test_a_server_that_does_not_answer(self, chief: Visitor, page: str, provider: Provider) -> None:
        provider.broken.add(CERTS)

        seen = save(chief, page, provider)

        (alert,) = seen.dom.xpath("//p[@role='alert']")
        assert "Unable to connect to the OIDC server. Please verify the provided settings. (status 500)" in alert.text
        assert not OidcConfiguration.objects.exists()


class TestSpacesWithout:
    def test_addresses_are_not_unique(self, provider: Provider) -> None:
        space = factories.a_space(unique_email=False)
        visitor, page = an_administrator(space), f"/admin/spaces/{space.pk}/oidc"

        seen = visitor.open(page)
        assert "Ask a super administrator" in seen.text
        assert not seen.dom.xpath("//main//form")
        token = seen.dom.xpath("//input[@name='_token']/@value")[0]
        fields = {"_token": token, "server_url": provider.url, "realm": REALM, "sip_identifier": "sip"}
        assert visitor._send("POST", page, fields).status == 403
        assert not OidcConfiguration.objects.exists()

    def test_super_spaces(self, provider: Provider) -> None:
        space = factories.a_super_space()
        visitor, page = an_administrator(space), f"/admin/spaces/{space.pk}/oidc"

        seen = visitor.open(page)
        assert "A super Space has no OpenID Connect provider" in seen.text
        assert page not in seen.links()
        token = seen.dom.xpath("//input[@name='_token']/@value")[0]
        assert visitor._send("POST", page, {"_token": token}).status == 403

    def test_accounts_without_address_are_counted(self, chief: Visitor, space: Space, page: str) -> None:
        assert "has no e-mail address" not in chief.open(page).text
        factories.an_account(space)
        assert "1 account has no e-mail address" in chief.open(page).text
        factories.an_account(space, email="")
        factories.an_account(factories.a_space())
        assert "2 accounts have no e-mail address" in chief.open(page).text


class TestKeys:
    def test_fetched_again(self, chief: Visitor, page: str, provider: Provider, configured: OidcConfiguration) -> None:
        key = provider.rotate("second")
        assert "No key was fetched yet." in chief.open(page).text

        seen = chief.submit(action=f"{page}/refresh_public_key")

        assert seen.toasts == ["The keys were fetched again."]
        assert key.as_pem(private=False).decode() in seen.dom.xpath("//pre")[0].text_content()

    def test_a_link_asks_first(
        self, chief: Visitor, page: str, provider: Provider, configured: OidcConfiguration
    ) -> None:
        seen = chief.open(f"{page}/refresh_public_key")
        assert seen.heading == "Fetch the keys again?"
        assert provider.requests == []

        assert chief.submit().toasts == ["The keys were fetched again."]

    def test_a_failure_is_told(
        self, chief: Visitor, page: str, provider: Provider, configured: OidcConfiguration
    ) -> None:
        provider.broken.add(CERTS)
        chief.open(page)

        seen = chief.submit(action=f"{page}/refresh_public_key")

        assert "The public key cannot be refreshed (status 500)" in seen.text


class TestRemoval:
    def test_is_asked_for_and_done(
        self, chief: Visitor, space: Space, page: str, provider: Provider, configured: OidcConfiguration
    ) -> None:
        assert f"{page}/delete" in chief.open(page).links()
        seen = chief.open(f"{page}/delete")
        assert provider.url in seen.text
        assert "The sessions of apps that log in with its tokens end." in seen.text
        assert "their owners need one" in seen.text
        assert "digest configuration" not in seen.text

        seen = chief.submit()

        assert seen.toasts == ["The OpenID Connect provider was removed."]
        assert not OidcConfiguration.objects.exists()
        assert Visitor(space).open("/login/oidc").status == 403

    def test_it_can_be_the_last_way_in(self, chief: Visitor, space: Space, page: str, configured: Any) -> None:
        factories.without_digest(space)

        assert "it has no digest configuration" in chief.open(f"{page}/delete").text

    @pytest.mark.parametrize("path", ["/delete", "/refresh_public_key"])
    def test_nothing_to_remove(self, chief: Visitor, page: str, path: str) -> None:
        assert chief.open(page + path).status == 404


class TestWhoMay:
    @pytest.mark.parametrize("path", ["", "/delete", "/refresh_public_key"])
    def test_administrators_of_their_own_space(self, chief: Visitor, provider: Provider, path: str) -> None:
        other = factories.a_space()
        provider.configure(other)

        assert chief.open(f"/admin/spaces/{other.pk}/oidc{path}").status == 404
        assert chief.open(f"/admin/spaces/999999/oidc{path}").status == 404

    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_no_writes_elsewhere(self, chief: Visitor, page: str, provider: Provider, method: str) -> None:
        other = factories.a_space()
        provider.configure(other, realm="theirs")
        token = chief.open(page).dom.xpath("//input[@name='_token']/@value")[0]
        fields = {"_token": token, "_method": method, "server_url": provider.url, "realm": REALM, "sip_identifier": "x"}

        assert chief._send("POST", f"/admin/spaces/{other.pk}/oidc", fields).status == 404
        refreshing = chief._send("POST", f"/admin/spaces/{other.pk}/oidc/refresh_public_key", {"_token": token})
        assert refreshing.status == 404
        assert OidcConfiguration.objects.get(space=other).realm == "theirs"

    def test_super_administrators_everywhere(self, space: Space, page: str, provider: Provider) -> None:
        visitor = an_administrator(factories.a_super_space())

        assert save(visitor, page, provider).toasts == ["The OpenID Connect provider was saved."]
        assert OidcConfiguration.objects.get(space=space).realm == REALM
        assert visitor.open("/admin/spaces/999999/oidc").status == 404

    def test_the_navigation_leads_there(self, chief: Visitor, owner: Account, browser: Visitor, page: str) -> None:
        assert page.replace("/oidc", "/integration") in chief.open("/admin/spaces/me").links()
        assert page in chief.open(page.replace("/oidc", "/integration")).links()
        assert not [link for link in browser.open("/dashboard").links() if "/admin/" in link]


def test_in_french(space: Space, page: str, provider: Provider) -> None:
    visitor = an_administrator(space)
    visitor.headers["Accept-Language"] = "fr"

    assert save(visitor, page, provider).toasts == ["Le fournisseur OpenID Connect a été enregistré."]
    seen = visitor.open(f"{page}/delete")
    assert seen.heading == "Retirer le fournisseur OpenID Connect ?"
    assert "prennent fin" in seen.text


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_the_audit_log(provider: Provider) -> None:
    space = factories.a_space()
    visitor, page = an_administrator(space), f"/admin/spaces/{space.pk}/oidc"
    AuditRecord.objects.all().delete()

    save(visitor, page, provider, client_id="portal", client_secret="hush")

    record = AuditRecord.objects.get(action="space.changed")
    assert (record.space, record.method, record.ip) == (space.domain, "session", "127.0.0.1")
    assert provider.url in str(record.after)
    assert '"oidc.client_secret":"set anew"' in str(record.after)
    assert "hush" not in f"{record.before}{record.after}"
