"""What pages do beyond what forms need: readable passwords, shortcuts, messages that go, sheets for paper."""

import pytest
from playwright.sync_api import Page, expect

from flexiapi.accounts.models import Account
from tests import factories

from .atlas import PASSWORD
from .people import Street, fill
from .test_pages import PICTURES, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(transactional_db: None) -> Account:
    """Somebody with a password and a provisioning link."""
    owner = factories.an_account(factories.a_space(), "owner", password=PASSWORD, display_name="Olivia Owner")
    factories.a_token(owner)
    return owner


@pytest.fixture
def page(street: Street, owner: Account) -> Page:
    """The owner's browser."""
    return street.logged_in(owner, PASSWORD)


class TestPasswords:
    def test_can_be_looked_at_while_they_are_typed(self, street: Street, owner: Account) -> None:
        page = street.browser(owner.space)
        page.goto("/login")
        field, button = page.locator("[name=password]"), page.get_by_role("button", name="Show what is typed")
        expect(field).to_have_attribute("type", "password")

        button.click()
        expect(field).to_have_attribute("type", "text")
        expect(button).to_have_attribute("aria-pressed", "true")
        fill(page, username="owner", password=PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()

        expect(page).to_have_url(street.url(owner.space, "/dashboard"))

    def test_without_script_there_is_no_button(self, street: Street, owner: Account) -> None:
        page = street.browser(owner.space, java_script_enabled=False)
        page.goto("/login")

        expect(page.locator("[data-reveal]")).to_be_hidden()
        expect(page.locator("[data-opens='shortcuts']")).to_be_hidden()


class TestShortcuts:
    def test_a_slash_searches(self, page: Page) -> None:
        page.goto("/documentation")
        contents = page.get_by_role("navigation", name="Contents")
        search = page.get_by_role("searchbox")

        page.keyboard.press("/")
        expect(search).to_be_focused()
        page.keyboard.type("api key")
        expect(contents.get_by_role("link", name="API key", exact=True)).to_be_visible()
        expect(contents.get_by_role("link", name="Registration", exact=True)).to_be_hidden()
        search.fill("")
        expect(contents.get_by_role("link", name="Registration", exact=True)).to_be_visible()


class TestMessages:
    @pytest.fixture
    def told(self, page: Page) -> Page:
        """A page with a message."""
        page.goto("/telephony")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("Call forwarding was saved.")
        return page

    def test_go_by_their_button(self, told: Page) -> None:
        told.get_by_role("status").get_by_role("button", name="Close").click()

        expect(told.get_by_role("status")).to_be_empty()

    def test_go_by_the_escape_key(self, told: Page) -> None:
        told.keyboard.press("Escape")

        expect(told.get_by_role("status")).to_be_empty()

    def test_of_several_faults_stand_above_the_form(self, page: Page) -> None:
        page.goto("/password")
        fill(page, password="short", password_confirmation="other", old_password="x" * 1025)
        page.get_by_role("button", name="Save").click()
        summary = page.get_by_role("alert")
        expect(summary.get_by_role("link")).to_have_count(2)

        summary.get_by_role("link", name="8 characters").click()

        expect(page.locator("[name=password]")).to_be_focused()


class TestForwarding:
    def test_shows_what_its_target_needs(self, page: Page) -> None:
        page.goto("/telephony")
        section = page.get_by_role("group", name="When I am busy")
        address, contact = section.get_by_label("SIP address"), section.get_by_label("Contact")
        expect(address).to_be_hidden()

        section.get_by_role("switch").check()
        expect(address).to_be_visible()
        expect(contact).to_be_hidden()
        section.get_by_label("To").select_option("contact")
        expect(address).to_be_hidden()
        expect(contact).to_be_visible()


def test_the_sheet_is_all_that_is_printed(page: Page, owner: Account) -> None:
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.reload()

    page.get_by_role("button", name="Print a sheet").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")

    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.locator(".on-paper")).to_contain_text(f"Olivia Owner · sip:{owner.identifier}")
    for hidden in ("Devices", "My account", "Security"):
        expect(page.get_by_role("heading", name=hidden)).to_be_hidden()
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


def test_the_menu_of_a_phone(street: Street, owner: Account) -> None:
    page = street.logged_in(owner, PASSWORD, viewport={"width": 360, "height": 780})
    menu = page.locator("summary", has_text="Menu")
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Devices")
    expect(link).to_be_hidden()

    menu.click()
    expect(link).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert violations(page) == []
    page.screenshot(path=PICTURES / "menu-narrow.png")
    link.click()

    expect(page).to_have_url(street.url(owner.space, "/devices"))
    expect(link).to_be_hidden()
