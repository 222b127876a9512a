"""The messages and calls of an account over time, for its administrators."""

from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal import charts
from flexiapi.portal.filters import given
from flexiapi.statistics import queries
from flexiapi.statistics.serializers import ChartInput

from .account_pages import AccountPage, place

_TAB = "/statistics"
_FILTERS = ("from", "to", "by")
_CHARTS: list[tuple[Literal["messages", "calls"], Literal["from", "to"]]] = [
    ("messages", "from"),
    ("messages", "to"),
    ("calls", "from"),
    ("calls", "to"),
]


class AccountStatistics(AccountPage):
    """Four charts: messages sent and received, calls made and received."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        sent = given(request, _FILTERS)
        context: dict[str, Any] = {"account": account, "filters": sent, "periods": periods()}
        try:
            wanted = ChartInput.check(dict(sent))
        except errors.Invalid as error:
            return render(request, "portal/account_statistics.html", {**context, "errors": error.errors}, status=422)
        titles = (_("Messages sent"), _("Messages received"), _("Calls made"), _("Calls received"))
        drawn = [
            charts.drawing(title, queries.account_chart(account, measure, side, wanted))
            for title, (measure, side) in zip(titles, _CHARTS, strict=True)
        ]
        return render(request, "portal/account_statistics.html", {**context, "charts": drawn})

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        """The same filters as a link that can be kept."""
        account = self.find(request, account_id)
        wanted = urlencode(given(request, _FILTERS))
        return forms.go(place(account, f"{_TAB}?{wanted}" if wanted else _TAB))


def periods() -> list[tuple[str, str]]:
    """The periods that charts show, with the width of their bars."""
    return [
        ("day", _("Day (hours)")),
        ("week", _("Week (days)")),
        ("month", _("Month (days)")),
        ("year", _("Year (months)")),
    ]


routes = [path("admin/accounts/<id:account_id>/statistics", AccountStatistics.as_view())]
