"""The accounts that somebody administers, as a list with filters."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import filters
from flexiapi.accounts.queries import listing
from flexiapi.accounts.queries.listing import Wanted
from flexiapi.accounts.services import guarded
from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal import lines, paging, queries
from flexiapi.portal.filters import given, space_choices
from flexiapi.portal.serializers import AccountId

_FILTERS = ("search", "match", "domain", "contacts_list", "updated_date", "order_by", "order_sort", "per_page")
_BEGINNING = "beginning"
_SIZES = (20, 50, 100, 500)


class Accounts(AdministratorPage):
    """The accounts of the Space; for super administrators those of all Spaces."""

    form_page = "/admin/accounts"

    def get(self, request: PageRequest) -> HttpResponse:
        sent = given(request, _FILTERS)
        context: dict[str, Any] = {
            "filters": sent,
            "kept": [(name, sent[name]) for name in ("order_by", "order_sort") if name in sent],
            **self._choices(request, sent),
        }
        try:
            wanted = read(request)
        except errors.Invalid as error:
            return render(request, "portal/accounts.html", {**context, "errors": error.errors}, status=422)
        size = _size(sent.get("per_page"))
        leaf = listing.leaf(
            request.scope, wanted, most=size, after=request.GET.get("after"), before=request.GET.get("before")
        )
        return render(
            request,
            "portal/accounts.html",
            {
                **context,
                "accounts": lines.accounts(leaf.rows, queries.super_domains(request.scope)),
                "narrowed": any(name in sent for name in ("search", "domain", "contacts_list", "updated_date")),
                "wanted": wanted,
                "columns": [self._column(request, wanted, name) for name in ("username", "updated_at")],
                "sizes": [(number, number) for number in _SIZES],
                "size": size,
                "pager": paging.around(request, leaf.before, leaf.after),
            },
        )

    def delete(self, request: PageRequest) -> HttpResponse:
        """Delete the account that the form names."""
        account_id = AccountId.read(request).account_id
        account = guarded.delete_account(request.scope, account_id, origin=request.origin)
        forms.flash(request, _("%(address)s was deleted.") % {"address": account.identifier})
        return forms.go("/admin/accounts")

    def _choices(self, request: PageRequest, sent: dict[str, str]) -> dict[str, Any]:
        """The seats of the Space, and what the filters offer."""
        domain = sent.get("domain") if request.scope.super_admin else request.space.domain
        most = request.space.max_accounts if domain == request.space.domain else 0
        total = listing.total(request.scope, domain)
        return {
            "total": total,
            "most": most,
            "full": most > 0 and total >= most,
            "domain": domain if request.scope.super_admin else None,
            **space_choices(request.scope, domain),
            "matches": [(_BEGINNING, _("Begins with")), ("part", _("Contains"))],
            # Links of others search within usernames; our form begins with what an index finds.
            "match": sent.get("match") or ("part" if "search" in sent else _BEGINNING),
        }

    def _column(self, request: PageRequest, wanted: Wanted, name: str) -> dict[str, Any]:
        """The head of a sortable column: its link sorts the other way round, at first upwards."""
        here = wanted.order_by == name
        order = "asc" if not here or wanted.descending else "desc"
        url = paging.url(request, order_by=name, order_sort=order, after=None, before=None)
        return {"name": name, "here": here, "descending": wanted.descending, "url": url}


class AccountsSearch(AdministratorPage):
    """The filters as a link that can be kept."""

    form_page = "/admin/accounts"

    def post(self, request: PageRequest) -> HttpResponse:
        wanted = urlencode(given(request, _FILTERS))
        return forms.go(f"/admin/accounts?{wanted}" if wanted else "/admin/accounts")


def read(request: PageRequest) -> Wanted:
    """What the query asks for; usernames that begin with something come in their own order.

    Raises:
        Invalid: a value has the wrong shape.
    """
    found = filters.read(request)
    beginning = "search" in found and request.GET.get("match") == _BEGINNING
    if beginning and "order_by" not in found:
        found.update(order_by="username", descending=False)
    return Wanted(beginning=beginning, **found)


def _size(text: str | None) -> int:
    return int(text) if text in {str(size) for size in _SIZES} else _SIZES[0]


routes = [
    path("admin/accounts", Accounts.as_view()),
    path("admin/accounts/search", AccountsSearch.as_view()),
]
