"""Messages, calls and new accounts over time, and the calls one by one, for administrators."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any, cast, get_args
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.dates import wire
from flexiapi.http.routing import path
from flexiapi.portal import charts, lines, paging
from flexiapi.portal.filters import given, space_choices
from flexiapi.portal.serializers import SpaceFilterInput
from flexiapi.statistics import queries
from flexiapi.statistics.queries import Measure
from flexiapi.statistics.serializers import CallFilterInput, ChartInput

from .account_statistics import periods

_PLACE = "/admin/statistics"
_PER_PAGE = 30
_LOG_FILTERS = ("from", "to", "domain", "contacts_list")
_CHART_FILTERS = ("by", *_LOG_FILTERS)


class Statistics(AdministratorPage):
    """Leads to the messages, or to the chart that a form asks for."""

    form_page = f"{_PLACE}/messages"

    def get(self, request: PageRequest) -> HttpResponse:
        return forms.go(self.form_page)

    def post(self, request: PageRequest) -> HttpResponse:
        measure = known(given(request, ("type",)).get("type", "messages"))
        return _link(measure, given(request, _CHART_FILTERS))


class OverTime(AdministratorPage):
    """One measure as a chart, by days, and as a file."""

    def get(self, request: PageRequest, measure: str) -> HttpResponseBase:
        counted = known(measure)
        sent = given(request, _CHART_FILTERS)
        titles = {"messages": _("Messages sent"), "calls": _("Calls"), "accounts": _("New accounts")}
        context = {**_context(request, counted, sent), "periods": periods(), "title": titles[counted]}
        try:
            wanted = ChartInput.check(dict(sent))
            part = SpaceFilterInput.check(dict(sent))
        except errors.Invalid as error:
            return render(request, "portal/statistics.html", {**context, "errors": error.errors}, status=422)
        bars = queries.space_chart(request.scope, counted, wanted, domain=part.domain, contacts_list=part.contacts_list)
        if _is_export(request):
            return _file(bars)
        return render(request, "portal/statistics.html", {**context, "chart": charts.drawing(titles[counted], bars)})


class CallLogs(AdministratorPage):
    """The calls one by one, newest first, and as a file."""

    def get(self, request: PageRequest) -> HttpResponseBase:
        sent = given(request, _LOG_FILTERS)
        context = _context(request, "call_logs", sent)
        try:
            wanted = CallFilterInput.check(dict(sent))
            part = SpaceFilterInput.check(dict(sent))
        except errors.Invalid as error:
            return render(request, "portal/statistics_calls.html", {**context, "errors": error.errors}, status=422)
        log = queries.space_call_log(request.scope, wanted, domain=part.domain, contacts_list=part.contacts_list)
        if _is_export(request):
            return _file(_rows(log))
        ids, pager = paging.page(request, log, per_page=_PER_PAGE)
        found = {"calls": lines.calls(None, ids), "pager": pager}
        return render(request, "portal/statistics_calls.html", {**context, **found})

    def post(self, request: PageRequest) -> HttpResponse:
        """The same filters as a link that can be kept."""
        return _link("call_logs", given(request, _LOG_FILTERS))


def known(measure: str) -> Measure:
    """What is counted.

    Raises:
        NotFound: there is no such thing.
    """
    if measure not in get_args(Measure):
        raise errors.NotFound
    return cast(Measure, measure)


def _context(request: PageRequest, tab: str, sent: dict[str, str]) -> dict[str, Any]:
    domain = sent.get("domain") if request.scope.super_admin else request.space.domain
    return {
        "tab": tab,
        "tabs": [
            ("accounts", _("Accounts")),
            ("calls", _("Calls")),
            ("call_logs", _("Call logs")),
            ("messages", _("Messages")),
        ],
        "filters": sent,
        "export": paging.url(request, export="1", page=None),
        **space_choices(request.scope, domain),
    }


def _link(tab: str, wanted: dict[str, str]) -> HttpResponse:
    return forms.go(f"{_PLACE}/{tab}?{urlencode(wanted)}" if wanted else f"{_PLACE}/{tab}")


def _is_export(request: PageRequest) -> bool:
    return request.GET.get("export") == "1"


def _rows(log: queries.CallLog) -> Iterator[tuple[Any, ...]]:
    """The calls of a log under a header; addresses are SIP URIs, which no spreadsheet takes for a formula."""
    yield ("id", "from", "to", "initiated_at", "ended_at", "seconds", "state")
    for ids in queries.batches(log):
        for call in lines.calls(None, ids):
            yield (
                call.id,
                f"sip:{call.caller}",
                f"sip:{call.callee}",
                wire(call.started_at),
                wire(call.ended_at),
                call.seconds,
                call.state,
            )


class _Line:
    """What the CSV writer writes to: a line is what `writerow` returns."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def _file(rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Rows as a CSV file, sent while they are read."""
    writer = csv.writer(_Line())
    return StreamingHttpResponse(
        (writer.writerow(row) for row in rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=export.csv"},
    )


routes = [
    path("admin/statistics", Statistics.as_view()),
    path("admin/statistics/call_logs", CallLogs.as_view()),
    path("admin/statistics/<seg:measure>", OverTime.as_view()),
]
