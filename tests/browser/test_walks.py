"""What people do in the portal from end to end, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Dialog, Page, expect

from flexiapi.accounts.models import Account
from flexiapi.provisioning.models import Wizard
from tests import factories
from tests.api import Api
from tests.outbox import Outbox

from .people import Registrations, Street, enter_code, fetch_as_a_phone, fill, log_in, scan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long s3cret"
PHONE_SCREEN = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def owner(transactional_db: None) -> Account:
    """Somebody with a password and an address."""
    return factories.an_account(factories.a_space(), "owner", password=PASSWORD, email="owner@example.org")


@pytest.fixture
def post(outbox: Outbox) -> Iterator[Outbox]:
    """The mails that the product sends."""
    yield outbox


def code_in(mail: str) -> str:
    """The code of four digits in a mail, on a line of its own."""
    found = re.search(r"^\s*(\d{4})\s*$", mail, re.MULTILINE)
    assert found is not None, mail
    return found[1]


def test_a_newcomer_is_done_in_a_minute(street: Street, transactional_db: None, post: Outbox, tmp_path: Path) -> None:
    space = factories.a_space()
    page = street.browser(space, **PHONE_SCREEN)

    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    fill(page, username="newcomer", email="new@example.org", email_confirmation="new@example.org")
    fill(page, password=PASSWORD, password_confirmation=PASSWORD)
    page.get_by_label("I accept the terms of use").check()
    page.get_by_role("button", name="Create an account").click()
    expect(page).to_have_url(street.url(space, "/email/validate"))

    enter_code(page, code_in(post.mail.text))
    expect(page.get_by_role("status")).to_contain_text("The e-mail address is confirmed.")

    url = scan(page, tmp_path)
    status, kind, text = fetch_as_a_phone(page, url)
    assert (status, kind) == (200, "application/xml")
    assert f"sip:newcomer@{space.domain}" in text
    assert fetch_as_a_phone(page, url)[0] == 404


def test_a_forgotten_password(street: Street, owner: Account, post: Outbox) -> None:
    page = street.browser(owner.space)

    page.goto("/login")
    page.get_by_role("link", name="I forgot my password").click()
    fill(page, email="owner@example.org")
    page.get_by_role("button", name="Send a code").click()
    enter_code(page, code_in(post.mail.text))
    expect(page).to_have_url(street.url(owner.space, "/password"))
    fill(page, password="another s3cret", password_confirmation="another s3cret")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("The password was changed.")
    log_in(page, "owner", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password")
    log_in(page, "owner", "another s3cret")
    expect(page).to_have_url(street.url(owner.space, "/dashboard"))


def test_a_phone_lets_a_desk_in_by_its_screen(street: Street, owner: Account, tmp_path: Path) -> None:
    phone = street.logged_in(owner, PASSWORD, **PHONE_SCREEN)
    desk = street.browser(owner.space)

    desk.goto("/login")
    desk.get_by_role("link", name="Log in with a QR code").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Log in with a QR code")
    phone.goto(scan(desk, tmp_path))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Let this device in?")
    phone.get_by_role("button", name="Allow").click()

    # The desk asks every five seconds by itself.
    expect(desk).to_have_url(street.url(owner.space, "/dashboard"))


def test_a_desk_lets_a_phone_in_by_its_screen(street: Street, owner: Account, tmp_path: Path) -> None:
    desk = street.logged_in(owner, PASSWORD)
    phone = street.browser(owner.space, **PHONE_SCREEN)

    desk.get_by_role("button", name="Make a code").click()
    expect(desk.locator("svg.qr")).to_be_visible()
    url = scan(desk, tmp_path)
    phone.goto(url)
    phone.get_by_role("button", name="Log in").click()

    expect(phone).to_have_url(street.url(owner.space, "/dashboard"))
    third = street.browser(owner.space)
    answer = third.goto(url)
    assert answer is not None
    assert answer.status == 404


def test_a_new_password_logs_the_other_browser_out(street: Street, owner: Account) -> None:
    one, other = street.logged_in(owner, PASSWORD), street.logged_in(owner, PASSWORD)

    one.get_by_role("link", name="Change the password").click()
    fill(one, old_password=PASSWORD, password="another s3cret", password_confirmation="another s3cret")
    one.get_by_role("button", name="Save").click()
    expect(one).to_have_url(street.url(owner.space, "/login"))

    other.reload()
    expect(other).to_have_url(street.url(owner.space, "/login"))


def test_sessions_are_ended_from_elsewhere(street: Street, owner: Account) -> None:
    one, other = street.logged_in(owner, PASSWORD), street.logged_in(owner, PASSWORD)

    one.get_by_role("link", name="Where I am logged in").click()
    expect(one.locator("tbody tr")).to_have_count(2)
    one.get_by_role("button", name="End", exact=True).click()
    expect(one.get_by_role("status")).to_contain_text("The session was ended.")

    other.reload()
    expect(other).to_have_url(street.url(owner.space, "/login"))


def test_a_device_is_logged_out(street: Street, owner: Account, registrations: Registrations) -> None:
    registrations(owner.identifier, "urn:uuid:0a", "LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3")
    registrations(owner.identifier, "urn:uuid:0b", "Linphone-Desktop/5.2 (laptop) LinphoneSDK/5.3", age=600)
    page = street.logged_in(owner, PASSWORD)

    page.get_by_role("link", name="Devices", exact=True).click()
    page.get_by_role("row", name="Pixel 7").get_by_role("link").click()
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_role("status")).to_contain_text("The device was logged out.")
    expect(page.get_by_role("row", name="Pixel 7")).to_have_count(0)
    expect(page.get_by_role("row", name="laptop")).to_be_visible()


def test_calls_are_forwarded(street: Street, owner: Account) -> None:
    page = street.logged_in(owner, PASSWORD)

    page.get_by_role("link", name="Telephony").first.click()
    section = page.locator("fieldset").first
    section.get_by_label("Forward these calls").check()
    section.get_by_role("textbox", name="SIP address").fill("sip:desk@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Call forwarding was saved.")

    page.goto("/dashboard")
    expect(page.get_by_role("region", name="Call forwarding")).to_contain_text("sip:desk@example.org")


def test_forwardings_that_exclude_each_other_are_asked_about(street: Street, owner: Account) -> None:
    page = street.logged_in(owner, PASSWORD)
    page.goto("/telephony")
    boxes = page.get_by_label("Forward these calls")
    answers = iter([False, True])
    questions = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)

    boxes.nth(1).click()
    boxes.nth(2).click()
    assert questions == []
    boxes.nth(0).click()
    assert [boxes.nth(place).is_checked() for place in range(3)] == [False, True, True]
    boxes.nth(0).click()
    assert [boxes.nth(place).is_checked() for place in range(3)] == [True, False, False]
    assert len(questions) == 2


def test_the_link_is_copied(street: Street, owner: Account) -> None:
    page = street.logged_in(owner, PASSWORD)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Create a setup link").click()
    page.get_by_role("button", name="Copy the link").click()

    expect(page.get_by_role("status")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(street.url(owner.space, "/provisioning/"))


def test_a_wizard_opens_the_app_by_itself(street: Street, owner: Account) -> None:
    Wizard.objects.create(
        token="wizard01",
        account=owner,
        provisioning_account=owner,
        sip="sip:bob@example.org",
        linphone_action="call",
    )
    page = street.browser(owner.space, **PHONE_SCREEN)

    page.goto("/wizard/wizard01")
    page.wait_for_function("window.openedApp")

    link = page.evaluate("window.openedApp")
    assert link.startswith("sip-linphone:bob@example.org?linphone-action=call&linphone-fetch-config=https%3A%2F%2F")
    url = unquote(link.partition("fetch-config=")[2])
    assert fetch_as_a_phone(page, url)[0] == 200


def test_the_link_of_a_mail_sets_a_password(street: Street, owner: Account, post: Outbox) -> None:
    Api().as_admin(owner.space).post(f"/api/accounts/{owner.pk}/send_reset_password_email")
    found = re.search(r"/reset_password/\w+", post.mail.text)
    assert found is not None
    page = street.browser(owner.space)

    page.goto(found[0])
    fill(page, password="another s3cret", password_confirmation="another s3cret")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Password updated")

    log_in(page, "owner", "another s3cret")
    expect(page).to_have_url(street.url(owner.space, "/dashboard"))


def test_the_end_of_an_idle_session_is_announced(street: Street, owner: Account) -> None:
    page = street.browser(owner.space)
    page.clock.install()
    log_in(page, owner.username, PASSWORD)
    expect(page).to_have_url(street.url(owner.space, "/dashboard"))
    notice = page.get_by_text("You will be logged out soon")

    page.clock.fast_forward("01:57:50")
    expect(notice).to_have_count(0)
    page.clock.fast_forward("00:15")
    expect(notice).to_be_visible()
    page.get_by_role("button", name="Stay logged in").click()
    expect(notice).to_have_count(0)
    page.clock.fast_forward("01:58:05")
    expect(notice).to_be_visible()


def test_language_and_theme_are_kept(street: Street, owner: Account) -> None:
    page = street.browser(owner.space, color_scheme="light")
    page.goto("/login")
    light = background(page)

    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert background(page) != light
    page.get_by_label("Language").select_option("fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto("/about")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_account_is_deleted(street: Street, owner: Account) -> None:
    page = street.logged_in(owner, PASSWORD)

    page.get_by_role("link", name="Delete my account").click()
    fill(page, identifier=f"sip:{owner.identifier}")
    page.locator("main form button[type=submit]").click()

    expect(page.get_by_role("status")).to_contain_text("Your account was deleted.")
    log_in(page, "owner", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Incorrect username or password")


def background(page: Page) -> str:
    """The colour behind the page."""
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found
