"""The page on which the API is tried out; whatever it complains about or asks of other hosts fails the test."""

import pytest
from playwright.sync_api import expect

from tests import factories

from .people import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_shows_the_operations(street: Street) -> None:
    page = street.browser(factories.a_space())
    page.goto("/api/docs")

    page.locator("#operations-tag-accounts").click()
    page.locator("#operations-accounts-getAccountsMe .opblock-summary-control").click()

    expect(page.get_by_role("button", name="Execute")).to_be_visible()
