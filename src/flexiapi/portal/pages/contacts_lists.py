"""The contacts lists of a Space and who is in them, for its administrators."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.contacts import queries
from flexiapi.contacts.models import ContactsList
from flexiapi.contacts.serializers import ListForm, MembersInput
from flexiapi.contacts.services import lists
from flexiapi.http import forms
from flexiapi.http.routing import path
from flexiapi.portal import paging
from flexiapi.portal.filters import given
from flexiapi.spaces.models import Space

from .space_pages import SpacePage, place

_TAB = "/contacts_lists"
_PER_PAGE = 20
_MEMBERS = 500
_COLUMNS = ("title", "contacts_count", "updated_at")
_CANDIDATE_COLUMNS = ("username", "updated_at")


class ListPage(SpacePage):
    """A page about one list of a Space."""

    tab = _TAB

    def find_list(self, request: PageRequest, space_id: int, list_id: int) -> tuple[Space, ContactsList]:
        """The Space and its list; refused forms go back to the list's page.

        Raises:
            NotFound: there is none, or it lies out of reach.
        """
        space = self.find(request, space_id)
        found = queries.contacts_list(space, list_id)
        self.form_page = edit_place(space, found.pk)
        return space, found


class Lists(SpacePage):
    """All lists of a Space, and one more."""

    tab = _TAB

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        column, descending = paging.order(request, _COLUMNS, default="updated_at")
        sign = "-" if descending else ""
        rows = queries.lists(space).order_by(f"{sign}{column}", f"{sign}id")
        ids, pager = paging.page(request, rows, per_page=_PER_PAGE)
        context = {
            "space": space,
            "lists": rows.filter(pk__in=ids),
            "pager": pager,
            "heads": paging.heads(request, _COLUMNS, order_by=column, descending=descending),
        }
        return render(request, "portal/contacts_lists.html", context)

    def post(self, request: PageRequest, space_id: int) -> HttpResponse:
        space = self.find(request, space_id)
        self.form_page = place(space, f"{_TAB}/create")
        made = lists.create_list(space, ListForm.read(request, space=space))
        forms.flash(request, _("The contacts list was created."))
        return forms.go(edit_place(space, made.pk))


class NewList(SpacePage):
    """The form of a new list."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        return render(request, "portal/contacts_list_form.html", {"space": self.find(request, space_id)})


class OneList(ListPage):
    """A list, changed or deleted."""

    def put(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        lists.change_list(space, found.pk, ListForm.read(request, space=space, list_id=found.pk))
        forms.flash(request, _("The contacts list was saved."))
        return forms.go(place(space, _TAB))

    def delete(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        lists.delete_list(space, found.pk)
        forms.flash(request, _("The contacts list was deleted."))
        return forms.go(place(space, _TAB))


class ListEditing(ListPage):
    """The texts of a list and the accounts in it."""

    def get(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        filters = given(request, ("search", "domain"))
        rows = queries.members(request.scope, found, **filters)
        ids, pager = paging.page(request, rows, per_page=_MEMBERS)
        context = {
            "space": space,
            "list": found,
            "filters": filters,
            "members": rows.filter(pk__in=ids),
            "pager": pager,
        }
        return render(request, "portal/contacts_list.html", context)


class ListDeletion(ListPage):
    """The question before a list is deleted."""

    def get(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        return render(request, "portal/contacts_list_delete.html", {"space": space, "list": found})


class ListSearch(ListPage):
    """The filters as a link that can be kept."""

    page = "/edit"

    def post(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        wanted = urlencode(given(request, ("search", "domain", "order_by", "order_sort")))
        target = place(space, f"{_TAB}/{found.pk}{self.page}")
        return forms.go(f"{target}?{wanted}" if wanted else target)


class Candidates(ListPage):
    """The accounts of the Space that are not in a list."""

    def get(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        filters = given(request, ("search", "order_by", "order_sort"))
        column, descending = paging.order(request, _CANDIDATE_COLUMNS, default="updated_at")
        sign = "-" if descending else ""
        rows = queries.others(request.scope, space, found, search=filters.get("search", ""))
        rows = rows.order_by(f"{sign}{column}", f"{sign}id")
        ids, pager = paging.page(request, rows, per_page=_PER_PAGE)
        context: dict[str, Any] = {
            "space": space,
            "list": found,
            "filters": filters,
            "kept": [(name, filters[name]) for name in ("order_by", "order_sort") if name in filters],
            "accounts": rows.filter(pk__in=ids),
            "pager": pager,
            "heads": paging.heads(request, _CANDIDATE_COLUMNS, order_by=column, descending=descending),
        }
        return render(request, "portal/contacts_list_add.html", context)


class Members(ListPage):
    """Accounts that come into a list, or go."""

    def post(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        self.form_page = place(space, f"{_TAB}/{found.pk}/contacts/add")
        number = lists.add_members(request.scope, space, found.pk, MembersInput.read(request).contacts_ids)
        text = ngettext("%(number)s contact was added.", "%(number)s contacts were added.", number)
        forms.flash(request, text % {"number": number})
        return forms.go(edit_place(space, found.pk))

    def delete(self, request: PageRequest, space_id: int, list_id: int) -> HttpResponse:
        space, found = self.find_list(request, space_id, list_id)
        number = lists.remove_members(space, found.pk, MembersInput.read(request).contacts_ids)
        text = ngettext("%(number)s contact was removed.", "%(number)s contacts were removed.", number)
        forms.flash(request, text % {"number": number})
        return forms.go(edit_place(space, found.pk))


class OldLists(AdministratorPage):
    """The former address of the lists of the own Space."""

    def get(self, request: PageRequest, rest: str = "") -> HttpResponse:
        return forms.go(place(request.space, f"{_TAB}/{rest}".rstrip("/")))


def edit_place(space: Space, list_id: int) -> str:
    """The page of a list."""
    return place(space, f"{_TAB}/{list_id}/edit")


_LISTS = "admin/spaces/<id:space_id>/contacts_lists"

routes = [
    path("admin/contacts_lists", OldLists.as_view()),
    path("admin/contacts_lists/<path:rest>", OldLists.as_view()),
    path(_LISTS, Lists.as_view()),
    path(f"{_LISTS}/create", NewList.as_view()),
    path(f"{_LISTS}/<id:list_id>", OneList.as_view()),
    path(f"{_LISTS}/<id:list_id>/edit", ListEditing.as_view()),
    path(f"{_LISTS}/<id:list_id>/delete", ListDeletion.as_view()),
    path(f"{_LISTS}/<id:list_id>/search", ListSearch.as_view()),
    path(f"{_LISTS}/<id:list_id>/contacts", Members.as_view()),
    path(f"{_LISTS}/<id:list_id>/contacts/add", Candidates.as_view()),
    path(f"{_LISTS}/<id:list_id>/contacts/search", ListSearch.as_view(page="/contacts/add")),
]
