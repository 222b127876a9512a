"""The contacts of an account and the lists that it sees, for its administrators."""

from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.contacts.models import Contact, ContactsList, ContactsListViewer
from flexiapi.spaces.models import Space
from tests import factories
from tests.portal.visitor import Visitor

from .test_account_editing import write
from .test_accounts import an_administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna")


@pytest.fixture
def bob(space: Space) -> Account:
    return factories.an_account(space, "bob")


@pytest.fixture
def page(anna: Account) -> str:
    return f"/admin/accounts/{anna.pk}/contacts"


class TestContacts:
    def test_one_comes_and_goes(self, chief: Visitor, anna: Account, bob: Account, page: str) -> None:
        assert f"{page}/create" in chief.open(page).links()
        chief.open(f"{page}/create")
        seen = chief.submit({"sip": f"sip:BOB@{bob.domain}"})
        assert (seen.url, seen.toasts) == (page, ["The contact was added."])
        assert f"/admin/accounts/{bob.pk}" in seen.links()
        write(chief, page, "POST", sip=bob.identifier)
        assert Contact.objects.get().contact == bob

        assert bob.identifier in chief.open(f"{page}/{bob.pk}/delete").text
        assert chief.submit().toasts == ["The contact was removed."]
        assert not Contact.objects.exists()

    @pytest.mark.parametrize(
        ("sip", "text"), [("", "required"), ("bob", "valid SIP"), ("nobody@sip.example.org", "invalid")]
    )
    def test_refused(self, chief: Visitor, page: str, sip: str, text: str) -> None:
        chief.open(f"{page}/create")
        seen = chief.submit({"sip": sip})

        assert seen.url == f"{page}/create"
        assert text in seen.error_of("sip")

    def test_accounts_of_other_spaces_are_unknown(self, chief: Visitor, page: str) -> None:
        stranger = factories.an_account(factories.a_space(), "stranger")

        chief.open(f"{page}/create")
        assert "invalid" in chief.submit({"sip": stranger.identifier}).error_of("sip")

    def test_unknown_ones(self, chief: Visitor, bob: Account, page: str) -> None:
        assert chief.open(f"{page}/{bob.pk}/delete").status == 404
        assert write(chief, page, "DELETE", contact_id=bob.pk).status == 404
        assert write(chief, page, "DELETE", contact_id="x").status == 302

    def test_costs_the_same_for_many(
        self, chief: Visitor, anna: Account, space: Space, page: str, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(60):
            factories.a_contact(anna, factories.an_account(space))

        with django_assert_max_num_queries(10):
            seen = chief.open(page)
        assert len(seen.dom.xpath("//tbody/tr")) == 50


class TestLists:
    def test_one_comes_and_goes(self, chief: Visitor, space: Space, anna: Account, bob: Account, page: str) -> None:
        sales = factories.a_contacts_list(space, members=[bob, anna], title="Sales")
        factories.a_contacts_list(factories.a_space(), title="Elsewhere")

        assert chief.open(page).dom.xpath("//select[@name='contacts_list_id']/option/text()") == ["Sales"]
        seen = chief.submit({"contacts_list_id": str(sales.pk)}, action=f"{page}_lists")
        assert (seen.url, seen.toasts) == (page, ["The account sees the list now."])
        assert [cell.text_content() for cell in seen.dom.xpath("//td")[:2]] == ["Sales", "2"]
        assert write(chief, f"{page}_lists", "POST", contacts_list_id=sales.pk).status == 302
        assert ContactsListViewer.objects.get().account == anna

        link = f"{page}_lists/detach?contacts_list_id={sales.pk}"
        assert link in chief.open(page).links()
        assert "Sales" in chief.open(link).text
        assert ContactsListViewer.objects.exists()
        assert chief.submit().toasts == ["The account does not see the list any more."]
        assert not ContactsListViewer.objects.exists()
        assert ContactsList.objects.count() == 2

    def test_others_are_unknown(self, chief: Visitor, space: Space, page: str) -> None:
        theirs = factories.a_contacts_list(factories.a_space())
        unseen = factories.a_contacts_list(space)

        assert write(chief, f"{page}_lists", "POST", contacts_list_id=theirs.pk).status == 404
        assert write(chief, f"{page}_lists", "POST", contacts_list_id="x").status == 302
        assert chief.open(f"{page}_lists/detach?contacts_list_id={unseen.pk}").status == 404
        assert write(chief, f"{page}_lists/detach", "DELETE", contacts_list_id=unseen.pk).status == 404
        assert chief.open(f"{page}_lists/detach").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/contacts"),
        ("GET", "/contacts/create"),
        ("GET", "/contacts/1/delete"),
        ("GET", "/contacts_lists/detach?contacts_list_id=1"),
        ("POST", "/contacts"),
        ("DELETE", "/contacts"),
        ("POST", "/contacts_lists"),
        ("DELETE", "/contacts_lists/detach"),
    ],
)
def test_others_accounts_are_not_there(chief: Visitor, bob: Account, method: str, path: str) -> None:
    stranger = factories.an_account(factories.a_space())
    path = f"/admin/accounts/{stranger.pk}{path}"

    found = chief.open(path) if method == "GET" else write(chief, path, method, sip=bob.identifier, contact_id=bob.pk)

    assert found.status == 404
    assert not Contact.objects.exists()
