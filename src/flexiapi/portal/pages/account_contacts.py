"""The contacts of an account and the lists that it sees, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.page_access import PageRequest
from flexiapi.contacts import queries
from flexiapi.contacts.models import ContactsList
from flexiapi.contacts.services import contacts, lists
from flexiapi.http import errors, forms
from flexiapi.http.messages import sentence
from flexiapi.http.routing import path
from flexiapi.portal import paging
from flexiapi.portal.serializers import ContactForm, ContactId, ListId

from .account_pages import AccountPage, place

_PER_PAGE = 50
_TAB = "/contacts"


class AccountContacts(AccountPage):
    """The contacts that were added to the account itself, and its lists."""

    tab = _TAB

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        rows = queries.direct(request.scope, account)
        ids, pager = paging.page(request, rows, per_page=_PER_PAGE)
        context = {
            "account": account,
            "contacts": rows.filter(pk__in=ids),
            "pager": pager,
            "lists": queries.viewed(account),
            "other_lists": [(row.pk, row.title) for row in queries.not_viewed(account)],
        }
        return render(request, "portal/account_contacts.html", context)

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        self.form_page = place(account, "/contacts/create")
        try:
            contact = accounts.by_address(request.scope, ContactForm.read(request).sip)
        except errors.NotFound:
            raise errors.Invalid({"sip": [sentence("exists", "sip")]}) from None
        contacts.add_contact(request.scope, account.pk, contact.pk, origin=request.origin)
        forms.flash(request, _("The contact was added."))
        return forms.go(place(account, _TAB))

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        contact_id = ContactId.read(request).contact_id
        contacts.remove_contact(request.scope, account.pk, contact_id, origin=request.origin)
        forms.flash(request, _("The contact was removed."))
        return forms.go(place(account, _TAB))


class NewContact(AccountPage):
    """The form of a new contact."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        return render(request, "portal/account_contact.html", {"account": self.find(request, account_id)})


class ContactDeletion(AccountPage):
    """The question before a contact is removed."""

    def get(self, request: PageRequest, account_id: int, contact_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "contact": queries.direct_contact(request.scope, account, contact_id)}
        return render(request, "portal/account_contact_delete.html", context)


class AccountLists(AccountPage):
    """One more list that the account sees."""

    tab = _TAB

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        list_id = ListId.read(request).contacts_list_id
        if list_id not in {row.pk for row in queries.viewed(account)}:  # sent twice is done once
            lists.attach_list(request.scope, account.pk, list_id)
        forms.flash(request, _("The account sees the list now."))
        return forms.go(place(account, f"{_TAB}#contacts_lists"))


class ListDetachment(AccountPage):
    """The question before a list is taken out of the account's sight, and the taking."""

    tab = _TAB

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        found = chosen(request, account)
        return render(request, "portal/account_list_detach.html", {"account": account, "list": found})

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        found = chosen(request, account)
        lists.detach_list(request.scope, account.pk, found.pk)
        forms.flash(request, _("The account does not see the list any more."))
        return forms.go(place(account, f"{_TAB}#contacts_lists"))


def chosen(request: PageRequest, account: Account) -> ContactsList:
    """The list that the query or the form names, of those that the account sees.

    Raises:
        NotFound: it names none.
    """
    try:
        list_id = ListId.read(request).contacts_list_id
    except errors.Invalid:
        raise errors.NotFound from None
    return queries.viewed_list(account, list_id)


routes = [
    path("admin/accounts/<id:account_id>/contacts", AccountContacts.as_view()),
    path("admin/accounts/<id:account_id>/contacts/create", NewContact.as_view()),
    path("admin/accounts/<id:account_id>/contacts/<id:contact_id>/delete", ContactDeletion.as_view()),
    path("admin/accounts/<id:account_id>/contacts_lists", AccountLists.as_view()),
    path("admin/accounts/<id:account_id>/contacts_lists/detach", ListDetachment.as_view()),
]
