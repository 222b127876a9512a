"""Second factors in a real browser: an authenticator app, and passkeys of a virtual authenticator."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flexiapi.accounts.models import Account
from flexiapi.auth.models import Passkey
from tests import factories
from tests.portal.authenticator import App

from .people import Street, fill, log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long s3cret"


@pytest.fixture
def alice(transactional_db: None) -> Account:
    return factories.an_account(factories.a_space(), "alice", password=PASSWORD)


class Authenticator:
    """What a laptop has built in, in place of a finger."""

    def __init__(self, page: Page, *, verified: bool = True) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verified,
            "automaticPresenceSimulation": True,
        }
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """What it keeps."""
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(found["credentials"])

    def keep(self, credential: dict[str, Any]) -> None:
        """Take a credential over from another one."""
        self._session.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": credential})

    def verify(self, verified: bool) -> None:
        """Know the finger from now on, or not."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": verified})


def add_passkey(page: Page, name: str = "Laptop") -> None:
    """From the dashboard to the recovery codes."""
    page.goto("/dashboard")
    page.get_by_role("link", name="Second factor").click()
    fill(page, name=name, current_password=PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()


def log_out(page: Page) -> None:
    page.goto("/logout")
    expect(page).to_have_url(re.compile("/login$"))


def test_an_authenticator_app(street: Street, alice: Account) -> None:
    page = street.logged_in(alice, PASSWORD)
    page.get_by_role("link", name="Second factor").click()
    page.get_by_role("button", name="Set up an authenticator app").click()
    app = App(page.locator("#secret").inner_text())
    fill(page, one_time_code=app.code(-1), current_password=PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    log_out(page)

    log_in(page, "alice", PASSWORD)
    expect(page).to_have_url(street.url(alice.space, "/login/second_factor"))
    fill(page, one_time_code=app.code())
    page.get_by_role("button", name="Log in").click()

    expect(page).to_have_url(street.url(alice.space, "/dashboard"))


class TestPasskeys:
    def test_after_the_password(self, street: Street, alice: Account) -> None:
        page = street.logged_in(alice, PASSWORD)
        Authenticator(page)
        add_passkey(page)
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        log_out(page)

        log_in(page, "alice", PASSWORD)
        page.get_by_role("button", name="Use a passkey").click()

        expect(page).to_have_url(street.url(alice.space, "/dashboard"))
        assert Passkey.objects.get(account=alice).sign_count > 1

    def test_without_a_password(self, street: Street, alice: Account) -> None:
        page = street.logged_in(alice, PASSWORD)
        Authenticator(page)
        add_passkey(page)
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        log_out(page)

        page.get_by_role("button", name="Use a passkey").click()

        expect(page).to_have_url(street.url(alice.space, "/dashboard"))

    def test_without_a_password_the_user_is_verified(self, street: Street, alice: Account) -> None:
        page = street.logged_in(alice, PASSWORD)
        authenticator = Authenticator(page)
        add_passkey(page)
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        log_out(page)

        authenticator.verify(False)
        page.get_by_role("button", name="Use a passkey").click()

        expect(page.get_by_text("No passkey was used.")).to_be_visible()
        expect(page).to_have_url(street.url(alice.space, "/login"))

    def test_another_one_is_refused(self, street: Street, alice: Account) -> None:
        factor = street.logged_in(alice, PASSWORD)
        Authenticator(factor)
        add_passkey(factor)
        expect(factor.locator("#recovery-codes li")).to_have_count(10)
        bob = factories.an_account(alice.space, "bob", password=PASSWORD)
        page = street.logged_in(bob, PASSWORD)
        Authenticator(page)
        add_passkey(page)
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        log_out(page)

        log_in(page, "alice", PASSWORD)
        page.get_by_role("button", name="Use a passkey").click()

        expect(page.get_by_text("No passkey was used.")).to_be_visible()

    def test_a_copy_is_noticed(self, street: Street, alice: Account) -> None:
        page = street.logged_in(alice, PASSWORD)
        authenticator = Authenticator(page)
        add_passkey(page)
        expect(page.locator("#recovery-codes li")).to_have_count(10)
        (copied,) = authenticator.credentials()
        log_out(page)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page).to_have_url(street.url(alice.space, "/dashboard"))

        thief = street.browser(alice.space)
        thief.goto("/login")
        Authenticator(thief).keep(copied)
        thief.get_by_role("button", name="Use a passkey").click()

        expect(thief.get_by_text("This passkey does not open the account.")).to_be_visible()

    def test_it_proves_who_removes_it(self, street: Street, alice: Account) -> None:
        page = street.logged_in(alice, PASSWORD)
        Authenticator(page)
        add_passkey(page)
        page.get_by_role("link", name="I have saved them").click()
        expect(page.get_by_text("Laptop").first).to_be_visible()
        page.get_by_role("link", name="Remove").click()

        page.get_by_role("button", name="Confirm with a passkey").click()

        expect(page.get_by_role("status")).to_contain_text("The passkey was removed.")
        assert not Passkey.objects.filter(account=alice).exists()
