"""The messages and calls of an account over time, for its administrators."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.auth.page_access import PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.portal.charts import Chart, chart
from flexiapi.portal.filters import given
from flexiapi.statistics import queries
from flexiapi.statistics.serializers import ChartInput

from .account_pages import AccountPage, place

_TAB = "/statistics"
_FILTERS = ("from", "to", "by")


class AccountStatistics(AccountPage):
    """Four charts: messages sent by and delivered to the account, calls from and to it."""

    def get(self, request: PageRequest, account_id: int) -> HttpResponse:
        account = self.find(request, account_id)
        wanted = given(request, _FILTERS)
        periods = [("day", _("Day")), ("week", _("Week")), ("month", _("Month")), ("year", _("Year"))]
        context: dict[str, Any] = {"account": account, "filters": wanted, "periods": periods}
        try:
            period = ChartInput.check(dict(wanted))
        except errors.Invalid as error:
            return render(request, "portal/account_statistics.html", {**context, "errors": error.errors}, status=422)
        return render(request, "portal/account_statistics.html", {**context, "charts": charts(account, period)})

    def post(self, request: PageRequest, account_id: int) -> HttpResponse:
        """The same filters as a link that can be kept."""
        account = self.find(request, account_id)
        wanted = urlencode(given(request, _FILTERS))
        return forms.go(place(account, f"{_TAB}?{wanted}" if wanted else _TAB))


def charts(account: Account, period: queries.Chart) -> list[Chart]:
    """The charts of an account."""
    return [
        chart(_("Messages sent"), queries.account_chart(account, "messages", "from", period)),
        chart(_("Messages delivered"), queries.account_chart(account, "messages", "to", period)),
        chart(_("Calls made"), queries.account_chart(account, "calls", "from", period)),
        chart(_("Calls received"), queries.account_chart(account, "calls", "to", period)),
    ]


routes = [path("admin/accounts/<id:account_id>/statistics", AccountStatistics.as_view())]
