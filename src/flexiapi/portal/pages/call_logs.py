"""The calls of the account."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.auth.page_access import PageRequest, UserPage
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal import lines, paging
from flexiapi.portal.filters import given
from flexiapi.statistics import queries
from flexiapi.statistics.serializers import CallFilterInput

_PER_PAGE = 30
_FILTERS = ("from", "to", "direction")


class CallLogs(UserPage):
    """The call log, newest first, by days and direction."""

    def get(self, request: PageRequest) -> HttpResponse:
        wanted = given(request, _FILTERS)
        context: dict[str, Any] = {
            "filters": wanted,
            "directions": [("both", _("Both")), ("incoming", _("Incoming")), ("outgoing", _("Outgoing"))],
        }
        try:
            chosen = CallFilterInput.check(dict(wanted))
        except errors.Invalid as error:
            return render(request, "portal/call_logs.html", {**context, "errors": error.errors}, status=422)
        account = accounts.own(request.scope)
        ids, pager = paging.page(request, queries.call_log(account, chosen), per_page=_PER_PAGE)
        return render(request, "portal/call_logs.html", {**context, "calls": lines.calls(account, ids), "pager": pager})

    def post(self, request: PageRequest) -> HttpResponse:
        """The same filters as a link that can be kept."""
        wanted = urlencode(given(request, _FILTERS))
        return forms.go(f"/statistics/call_logs?{wanted}" if wanted else "/statistics/call_logs")


routes = [path("statistics/call_logs", CallLogs.as_view())]
