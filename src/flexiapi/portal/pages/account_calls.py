"""The calls of an account, for its administrators."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal import lines, paging
from flexiapi.portal.filters import given
from flexiapi.statistics import queries
from flexiapi.statistics.serializers import CallFilterInput

from .account_pages import AccountPage, place

_PER_PAGE = 30
_TAB = "/statistics/call_logs"
_FILTERS = ("from", "to")


class AccountCalls(AccountPage):
    """The call log, newest first, by days."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        wanted = given(request, _FILTERS)
        context: dict[str, Any] = {"account": account, "filters": wanted}
        try:
            chosen = CallFilterInput.check(dict(wanted))
        except errors.Invalid as error:
            return render(request, "portal/account_calls.html", {**context, "errors": error.errors}, status=422)
        ids, pager = paging.page(request, queries.call_log(account, chosen), per_page=_PER_PAGE)
        found = {"calls": lines.calls(account, ids), "pager": pager}
        return render(request, "portal/account_calls.html", {**context, **found})

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        """The same filters as a link that can be kept."""
        account = self.find(request, account_id)
        wanted = urlencode(given(request, _FILTERS))
        return forms.go(place(account, f"{_TAB}?{wanted}" if wanted else _TAB))


routes = [path("admin/accounts/<id:account_id>/statistics/call_logs", AccountCalls.as_view())]
