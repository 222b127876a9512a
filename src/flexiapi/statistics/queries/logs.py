"""Reads of call logs; each starts from one account that the caller may see, or from a Scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.db.merged import Merged
from flexiapi.db.statements import Statement
from flexiapi.statistics.models import Call

Direction = Literal["both", "incoming", "outgoing"]
CallLog = QuerySet[Call] | Merged[Call]

_NEWEST_FIRST = ("-initiated_at", "-id")
_BATCH = 500


class Party(Protocol):
    """Whoever calls and is called: an account, or a Caller."""

    @property
    def username(self) -> str: ...
    @property
    def domain(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls of a log are wanted: those that began from `start` on and before `end`."""

    start: datetime | None = None
    end: datetime | None = None
    direction: Direction = "both"


EVERYTHING = CallFilter()


def call_log(party: Party, wanted: CallFilter = EVERYTHING) -> CallLog:
    """The calls of one account, newest first."""
    outgoing = Q(from_username=party.username, from_domain=party.domain)
    incoming = Q(to_username=party.username, to_domain=party.domain)
    return _directed(_calls(wanted), outgoing, incoming, wanted.direction)


_LATEST = Statement(
    """SELECT id, initiated_at
         FROM (SELECT id, initiated_at FROM statistics_calls
                WHERE from_username = %(username)s AND from_domain = %(domain)s
                ORDER BY initiated_at DESC, id DESC LIMIT %(most)s) made
        UNION
       SELECT id, initiated_at
         FROM (SELECT id, initiated_at FROM statistics_calls
                WHERE to_username = %(username)s AND to_domain = %(domain)s
                ORDER BY initiated_at DESC, id DESC LIMIT %(most)s) taken
        ORDER BY initiated_at DESC, id DESC LIMIT %(most)s"""
)


def latest_calls(party: Party, most: int) -> list[str]:
    """The ids of somebody's latest calls, newest first: what `call_log` begins with, in one compiled statement."""
    return [row[0] for row in _LATEST.rows(username=party.username, domain=party.domain, most=most)]


def space_call_log(
    scope: Scope,
    wanted: CallFilter = EVERYTHING,
    *,
    domain: str | None = None,
    contacts_list: int | None = None,
) -> CallLog:
    """The calls from or to a Space, newest first.

    Administrators see those of the host's Space; a super administrator all of them, or those of `domain`.
    With a contacts list its members have to be among the callers or callees.
    """
    rows = _calls(wanted)
    if contacts_list is not None:
        rows = rows.filter(listed(contacts_list, "from") | listed(contacts_list, "to"))
    if not scope.super_admin:
        domain = scope.listed_domain
    if domain is None:
        return rows
    return _directed(rows, Q(from_domain=domain), Q(to_domain=domain), wanted.direction)


def batches(log: CallLog) -> Iterator[list[str]]:
    """The ids of a whole log, newest first, 500 at a time: each batch begins by index where the one before ended."""
    left = log
    while found := list(left.values_list("pk", "initiated_at")[:_BATCH]):
        yield [call_id for call_id, _ in found]
        last, moment = found[-1]
        left = log.filter(Q(initiated_at__lte=moment) & (Q(initiated_at__lt=moment) | Q(pk__lt=last)))


def listed(contacts_list: int, side: str) -> Exists:
    """The condition that the account on one side (`from`, `to`) is in a contacts list."""
    return Exists(
        Account.objects.filter(
            username=OuterRef(f"{side}_username"),
            domain=OuterRef(f"{side}_domain"),
            list_memberships__contacts_list_id=contacts_list,
        )
    )


def _calls(wanted: CallFilter) -> QuerySet[Call]:
    rows = Call.objects.order_by(*_NEWEST_FIRST)
    if wanted.start is not None:
        rows = rows.filter(initiated_at__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(initiated_at__lt=wanted.end)
    return rows


def _directed(rows: QuerySet[Call], outgoing: Q, incoming: Q, direction: Direction) -> CallLog:
    """The rows of one direction, or of both; a call to oneself is in either, and once in both."""
    if direction == "outgoing":
        return rows.filter(outgoing)
    if direction == "incoming":
        return rows.filter(incoming)
    return Merged(rows.filter(outgoing), rows.filter(incoming).exclude(outgoing))
