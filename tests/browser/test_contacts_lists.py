"""The choice of many accounts for a contacts list."""

import pytest
from playwright.sync_api import expect

from flexiapi.contacts.models import ContactsListMember
from tests import factories

from .people import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_choice_stays_from_page_to_page(street: Street) -> None:
    space = factories.a_space()
    found = factories.a_contacts_list(space)
    for number in range(24):
        factories.an_account(space, f"user{number:02}")
    page = street.browser(space)
    street.let_in(page, factories.an_account(space, "zoe", admin=True))
    page.goto(f"/admin/spaces/{space.pk}/contacts_lists/{found.pk}/contacts/add?order_by=username")

    page.get_by_label("All on this page").check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_label("All on this page")).not_to_be_checked()
    page.get_by_label("user22@").check()
    page.get_by_role("button", name="Add the chosen ones (21)").click()

    expect(page.locator("[role=status] p")).to_contain_text("21 contacts were added.")
    assert ContactsListMember.objects.filter(contacts_list=found).count() == 21
    page.go_back()
    expect(page.get_by_role("button", name="Add the chosen ones", exact=True)).to_be_visible()
