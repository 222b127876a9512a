"""The dictionary of an account, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms, inputs
from flexiapi.http.routing import path
from flexiapi.intercom import queries
from flexiapi.intercom.serializers import EntryFields, NewEntryFields
from flexiapi.intercom.services import dictionary

from .account_information import Card
from .account_pages import AccountPage, place


class Dictionary(Card):
    """All entries: a new one, or one less."""

    card = "dictionary"

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        entry = NewEntryFields.read(request)
        dictionary.set_entry(request.scope, account.pk, entry.key, entry.value, origin=request.origin)
        forms.flash(request, _("The entry was saved."))
        return forms.go(place(account, "#dictionary"))

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        key = inputs.read(request).get("key")
        if not inputs.storable(key) or not dictionary.delete_entry(
            request.scope, account.pk, key, origin=request.origin
        ):
            raise errors.NotFound
        forms.flash(request, _("The entry was deleted."))
        return forms.go(place(account, "#dictionary"))


class NewEntry(AccountPage):
    """The form of a new entry."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        return render(request, "portal/account_entry.html", {"account": self.find(request, account_id)})


class Entry(AccountPage):
    """The value of an entry; its key stays."""

    def put(self, request: PageRequest, account_id: int, entry_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        entry = queries.entry(account, entry_id)
        value = EntryFields.read(request).value
        dictionary.set_entry(request.scope, account.pk, entry.key, value, origin=request.origin)
        forms.flash(request, _("The entry was saved."))
        return forms.go(place(account, "#dictionary"))


class EntryEditing(AccountPage):
    """The form of an entry that is there."""

    def get(self, request: PageRequest, account_id: int, key: str) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "entry": queries.entry_of_key(account, key)}
        return render(request, "portal/account_entry.html", context)


class EntryDeletion(AccountPage):
    """The question before an entry is deleted."""

    def get(self, request: PageRequest, account_id: int, key: str) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "entry": queries.entry_of_key(account, key)}
        return render(request, "portal/account_entry_delete.html", context)


class DictionaryClearing(AccountPage):
    """The question before all entries are deleted, and their end."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        context = {"account": account, "number": len(queries.dictionary(account))}
        return render(request, "portal/account_dictionary_clear.html", context)

    def delete(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        dictionary.clear(request.scope, account.pk, origin=request.origin)
        forms.flash(request, _("The dictionary was cleared."))
        return forms.go(place(account, "#dictionary"))


routes = [
    path("admin/accounts/<id:account_id>/dictionary", Dictionary.as_view()),
    path("admin/accounts/<id:account_id>/dictionary/create", NewEntry.as_view()),
    path("admin/accounts/<id:account_id>/dictionary/clear", DictionaryClearing.as_view()),
    path("admin/accounts/<id:account_id>/dictionary/<id:entry_id>", Entry.as_view()),
    path("admin/accounts/<id:account_id>/dictionary/<path:key>/edit", EntryEditing.as_view()),
    path("admin/accounts/<id:account_id>/dictionary/<path:key>/delete", EntryDeletion.as_view()),
]
