"""The forms of the portal, filled in and sent by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from flexiapi.accounts.models import Account, EmailChangeCode, PhoneChangeCode
from flexiapi.telephony.models import CallForwarding
from tests import factories
from tests.outbox import Outbox

from .atlas import PASSWORD, a_recording
from .people import Registrations, Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_PLACE = "document.activeElement?.name || document.activeElement?.textContent.trim().split(/\\s+/).join(' ') || ''"
_MOST_STEPS = 60


@pytest.fixture
def owner(transactional_db: None) -> Account:
    """Somebody with a password and an address."""
    return factories.an_account(factories.a_space(), "owner", password=PASSWORD, email="owner@example.org")


def go_to(page: Page, name: str) -> None:
    """Press Tab until a field of this name, or a button or link with this text, has the focus."""
    seen: list[str] = []
    for _ in range(_MOST_STEPS):
        here = page.evaluate(_PLACE)
        if here == name:
            return
        seen.append(here)
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached: {seen}")


def type_into(page: Page, **values: str) -> None:
    """Type into fields, one after the other."""
    for name, value in values.items():
        go_to(page, name)
        page.keyboard.press("Control+A")
        page.keyboard.type(value)


def type_at_once(page: Page, name: str, value: str) -> None:
    """Type into the field that has the focus when a page opens, and send it.

    Browsers move the focus there when they first draw the page, which may be after it has loaded.
    """
    expect(page.locator(f"[name={name}]")).to_be_focused()
    page.keyboard.type(value)
    page.keyboard.press("Enter")


def press(page: Page, text: str) -> None:
    """Press a button or follow a link."""
    go_to(page, text)
    page.keyboard.press("Enter")


def log_in(page: Page) -> None:
    """Log in as the owner."""
    log_in_with(page, PASSWORD)
    page.wait_for_url("**/dashboard")


def log_in_with(page: Page, password: str) -> None:
    """Fill in the login form as the owner: the first field has the focus already."""
    page.goto("/login")
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type("owner")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.fixture
def page(street: Street, owner: Account) -> Page:
    """The owner's browser."""
    opened = street.browser(owner.space)
    log_in(opened)
    return opened


def test_registration_and_its_code(street: Street, transactional_db: None) -> None:
    space = factories.a_space()
    page = street.browser(space)

    page.goto("/register/email")
    type_into(page, username="newcomer", email="new@example.org", email_confirmation="new@example.org")
    type_into(page, password=PASSWORD, password_confirmation=PASSWORD)
    go_to(page, "terms")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/email/validate")
    type_at_once(page, "code", EmailChangeCode.objects.get().code or "")

    expect(page).to_have_url(street.url(space, "/dashboard"))


def test_what_is_wrong_has_the_focus(street: Street, owner: Account) -> None:
    page = street.browser(owner.space)

    page.goto("/register/email")
    type_into(page, username="fine", email="new@example.org", email_confirmation="other@example.org")
    type_into(page, password=PASSWORD, password_confirmation=PASSWORD)
    page.keyboard.press("Enter")

    # The terms below are not accepted either: the first of both has the focus.
    expect(page.locator("[name=terms]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=email]")).to_be_focused()
    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")


def test_a_refused_login_starts_at_its_first_field(street: Street, owner: Account) -> None:
    page = street.browser(owner.space)

    log_in_with(page, "not the password")

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=username]")).to_be_focused()


def test_recovery(street: Street, owner: Account, outbox: Outbox) -> None:
    page = street.browser(owner.space)

    page.goto("/recovery/email")
    type_at_once(page, "email", "owner@example.org")
    page.wait_for_url("**/recovery/confirm")
    type_at_once(page, "code", str(outbox.mail.context["code"]))
    page.wait_for_url("**/password")
    type_into(page, password="another s3cret", password_confirmation="another s3cret")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The password was changed.")


def test_addresses(page: Page, owner: Account) -> None:
    factories.activate_countries("FR")

    page.goto("/email/change")
    type_at_once(page, "email", "fresh@example.org")
    page.wait_for_url("**/email/validate")
    type_at_once(page, "code", EmailChangeCode.objects.get().code or "")
    page.wait_for_url("**/dashboard")
    page.goto("/phone/change")
    type_at_once(page, "phone", "+33 6 12 34 56 78")
    page.wait_for_url("**/phone/validate")
    type_at_once(page, "code", PhoneChangeCode.objects.get().code or "")
    page.wait_for_url("**/dashboard")

    owner.refresh_from_db()
    assert (owner.email, owner.phone) == ("fresh@example.org", "+33612345678")


def test_the_password(page: Page) -> None:
    press(page, "Change the password")
    page.wait_for_url("**/password")
    type_into(page, old_password=PASSWORD, password="another s3cret", password_confirmation="another s3cret")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The password was changed.")


def test_call_forwarding(page: Page, owner: Account) -> None:
    page.goto("/telephony")
    go_to(page, "busy[enabled]")
    page.keyboard.press("Space")
    go_to(page, "busy[forward_to]")
    page.keyboard.type("Voicemail")
    press(page, "Save")
    expect(page.get_by_role("status")).to_contain_text("Call forwarding was saved.")

    row = CallForwarding.objects.get(account=owner, enabled=True)
    assert (row.type, row.forward_to) == ("busy", "voicemail")


def test_voicemails_and_devices(page: Page, owner: Account, registrations: Registrations) -> None:
    recording = a_recording(owner)
    registrations(owner.identifier, "urn:uuid:0a", "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3")

    page.goto(f"/files/{recording.pk}/delete")
    press(page, "Delete")
    expect(page.get_by_role("status")).to_contain_text("The voicemail was deleted.")
    page.goto("/devices")
    press(page, "Remove Pixel 7")
    page.wait_for_url("**/delete")
    press(page, "Remove")
    expect(page.get_by_role("status")).to_contain_text("The device was logged out.")


def test_keys_links_and_sessions(page: Page, street: Street, owner: Account) -> None:
    street.logged_in(owner, PASSWORD)

    page.goto("/api_key")
    press(page, "Make a key")
    expect(page.get_by_text("This is the key.")).to_be_visible()
    page.goto("/dashboard")
    press(page, "Create a setup link")
    expect(page.locator("svg.qr")).to_be_visible()
    page.goto("/link_device")
    press(page, "Make a code")
    expect(page.locator("svg.qr")).to_be_visible()
    page.goto("/sessions")
    press(page, "End")
    expect(page.get_by_role("status")).to_contain_text("The session was ended.")


def test_the_call_log_is_filtered(page: Page) -> None:
    page.goto("/statistics/call_logs")
    go_to(page, "direction")
    page.keyboard.type("Inc")
    press(page, "Filter")

    page.wait_for_url("**direction=incoming**")


def test_leaving(page: Page, street: Street, owner: Account) -> None:
    press(page, "Log out")
    expect(page).to_have_url(street.url(owner.space, "/login"))

    log_in(page)
    page.goto("/delete")
    type_into(page, identifier=owner.identifier)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your account was deleted.")


def test_skipping_to_the_content(page: Page) -> None:
    page.goto("/devices")
    page.keyboard.press("Tab")
    assert page.evaluate(_PLACE) == "Skip to the content"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


class TestShortcuts:
    def test_are_listed(self, street: Street, owner: Account) -> None:
        page = street.logged_in(owner, PASSWORD)
        shown = page.get_by_role("dialog", name="Keyboard shortcuts")

        page.keyboard.press("?")
        expect(shown).to_be_visible()
        page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
        page.get_by_role("button", name="Keyboard shortcuts").click()
        expect(shown).to_be_visible()
        page.keyboard.press("Escape")

    def test_lead_to_the_filters_and_leave_typing_alone(self, street: Street, owner: Account) -> None:
        page = street.logged_in(owner, PASSWORD)
        page.goto("/statistics/call_logs")

        page.keyboard.press("/")
        expect(page.get_by_label("From")).to_be_focused()
        page.goto("/delete")
        page.get_by_role("textbox").press_sequentially("a/b?c")
        expect(page.get_by_role("textbox")).to_have_value("a/b?c")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_are_switched_off(self, street: Street, owner: Account) -> None:
        page = street.logged_in(owner, PASSWORD)
        page.keyboard.press("?")
        page.get_by_role("switch", name="Use keyboard shortcuts").click()
        page.get_by_role("button", name="Close").click()

        page.goto("/telephony")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)
