"""Counts over time: messages sent, calls begun, accounts created."""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.db import buckets
from flexiapi.http.dates import now
from flexiapi.statistics.models import Call, Message, MessageDevice

from .logs import Party, listed

Measure = Literal["messages", "calls", "accounts"]
Period = Literal["day", "week", "month", "year"]
Bars = list[tuple[str, int]]

_WIDTHS: dict[Period, buckets.Width] = {"day": "hour", "week": "day", "month": "day", "year": "month"}
_WIDER: dict[buckets.Width, buckets.Width] = {"hour": "day", "day": "month"}
_LENGTHS: dict[buckets.Width, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
_MOST_BARS = 1500
_LONGEST = timedelta(days=36_525)
_EARLIEST_END = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chart:
    """Which time a chart shows: from `start` on and before `end`, by default one period that ends now.

    A day has bars of an hour, a week and a month of a day, a year of a month; wider ones when they would be more
    than 1,500. Nothing older than a hundred years is shown.
    """

    by: Period = "day"
    start: datetime | None = None
    end: datetime | None = None

    def range(self) -> tuple[datetime, datetime, buckets.Width]:
        """Start, end and width of the bars."""
        end = max(self.end or now() + timedelta(microseconds=1), _EARLIEST_END)
        start = max(self.start or _earlier(end, self.by), end - _LONGEST)
        width = _WIDTHS[self.by]
        while width in _LENGTHS and (end - start) / _LENGTHS[width] > _MOST_BARS:
            width = _WIDER[width]
        return start, end, width


def space_chart(
    scope: Scope, measure: Measure, chart: Chart, *, domain: str | None = None, contacts_list: int | None = None
) -> Bars:
    """The bars of a Space, the empty ones too: messages sent from it, calls from or to it, its new accounts.

    Administrators see those of the host's Space; a super administrator all of them, or those of `domain`.
    With a contacts list only its members count, as senders, as callers or callees, as accounts.
    """
    if not scope.super_admin:
        domain = scope.listed_domain
    if measure == "accounts":
        accounts = Account.objects.all() if domain is None else Account.objects.filter(Q(domain=domain))
        if contacts_list is not None:
            accounts = accounts.filter(list_memberships__contacts_list_id=contacts_list)
        return _bars(chart, "created_at", accounts)
    if measure == "messages":
        messages = Message.objects.all() if domain is None else Message.objects.filter(from_domain=domain)
        if contacts_list is not None:
            messages = messages.filter(listed(contacts_list, "from"))
        return _bars(chart, "sent_at", messages)
    calls = Call.objects.all()
    if contacts_list is not None:
        calls = calls.filter(listed(contacts_list, "from") | listed(contacts_list, "to"))
    if domain is None:
        return _bars(chart, "initiated_at", calls)
    ours = Q(from_domain=domain)
    return _bars(chart, "initiated_at", calls.filter(ours), calls.filter(to_domain=domain).exclude(ours))


def account_chart(
    party: Party, measure: Literal["messages", "calls"], side: Literal["from", "to"], chart: Chart
) -> Bars:
    """The bars of one account: messages sent by or delivered to it, calls from or to it.

    A message counts once a bar, however many devices it was delivered to (SIP status 2xx).
    """
    place = {f"{side}_username": party.username, f"{side}_domain": party.domain}
    if measure == "calls":
        return _bars(chart, "initiated_at", Call.objects.filter(**place))
    if side == "from":
        return _bars(chart, "sent_at", Message.objects.filter(**place))
    delivered = MessageDevice.objects.filter(**place, last_status__gte=200, last_status__lt=300)
    return _bars(chart, "received_at", delivered, counted=Count("message_id", distinct=True))


def _bars(chart: Chart, column: str, *parts: QuerySet[Any], counted: Count | None = None) -> Bars:
    """The counts of rows that no two of `parts` share, by the bucket of a column."""
    start, end, width = chart.range()
    found: Counter[str] = Counter()
    for rows in parts:
        period = rows.filter(**{f"{column}__gte": start, f"{column}__lt": end}).order_by()
        bucketed = period.annotate(bucket=buckets.Bucket(column, width)).values("bucket")
        found.update(dict(bucketed.annotate(rows=counted or Count("pk")).values_list("bucket", "rows")))
    return [(name, found[name]) for name in buckets.names(start, end, width)]


def _earlier(end: datetime, by: Period) -> datetime:
    """The beginning of the period that ends at a moment."""
    if by in ("day", "week"):
        return end - timedelta(days=1 if by == "day" else 7)
    month = end.year * 12 + end.month - 1 - (1 if by == "month" else 12)
    year, month = divmod(month, 12)
    return end.replace(year=year, month=month + 1, day=min(end.day, monthrange(year, month + 1)[1]))
