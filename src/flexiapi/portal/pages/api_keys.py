"""The API keys of programs, which administrators manage."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth import keys, queries, seals
from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.http import forms, inputs
from flexiapi.http.routing import path
from flexiapi.portal import paging
from flexiapi.portal.serializers import KeyForm

_PLACE = "/admin/api_keys"
_PER_PAGE = 50
_NEW_KEY = "new_managed_key"


class ApiKeys(AdministratorPage):
    """The keys of the Space's administrators; super administrators see those of all. One is shown when it is made."""

    form_page = f"{_PLACE}/create"

    def get(self, request: PageRequest) -> HttpResponse:
        sealed = request.session.pop(_NEW_KEY, None)
        rows = queries.managed_keys(request.scope)
        ids, pager = paging.page(request, rows, per_page=_PER_PAGE)
        new_key = (seals.opened(_NEW_KEY, sealed) or b"").decode() if sealed else None
        context = {"keys": rows.filter(pk__in=ids), "pager": pager, "new_key": new_key}
        return render(request, "portal/api_keys.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        wanted = KeyForm.read(request)
        minutes = wanted.expires_after_last_used_minutes
        key = keys.issue_managed_key(wanted.name, minutes, by=request.caller, origin=request.origin)
        request.session[_NEW_KEY] = seals.seal(_NEW_KEY, key.encode())
        forms.flash(request, _("The API key was made."))
        return forms.go(_PLACE)

    def delete(self, request: PageRequest) -> HttpResponse:
        found = queries.managed_key(request.scope, str(inputs.read(request).get("key")))
        keys.delete_managed_key(found, by=request.caller, origin=request.origin)
        forms.flash(request, _("The API key was deleted."))
        return forms.go(_PLACE)


class NewKey(AdministratorPage):
    """The form of a new key."""

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/api_keys_form.html")


class KeyDeletion(AdministratorPage):
    """The question before a key is deleted."""

    def get(self, request: PageRequest, key: str) -> HttpResponse:
        return render(request, "portal/api_keys_delete.html", {"key": queries.managed_key(request.scope, key)})


routes = [
    path("admin/api_keys", ApiKeys.as_view()),
    path("admin/api_keys/create", NewKey.as_view()),
    path("admin/api_keys/<seg:key>/delete", KeyDeletion.as_view()),
]
