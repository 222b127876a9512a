"""The list of accounts that administrators leaf through: each page is found by index, wherever it lies."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from flexiapi.accounts.addresses import without_scheme
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.http.pagination import beyond

from . import visible

_MANY = 20_000
_TTL = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_totals: dict[str | None, tuple[int, float]] = {}

Place = tuple[str, str] | tuple[datetime | None, int]
"""Where a row stands in the order: (username, domain), or (changed at, id)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts are wanted and in which order; `beginning` says that the search is how the username begins."""

    search: str | None = None
    beginning: bool = True
    domain: str | None = None
    updated_date: date | None = None
    contacts_list: int | None = None
    order_by: str = "updated_at"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the list, and the cursors of the pages around it."""

    rows: Sequence[Account]
    before: str | None
    after: str | None


def leaf(scope: Scope, wanted: Wanted, *, most: int, after: str | None = None, before: str | None = None) -> Leaf:
    """The accounts after (or before) a cursor; without one, or with one of another order, the first of them.

    Super administrators see the accounts of all Spaces, or those of `domain`.
    """
    rows = _narrowed(scope, wanted)
    place = _place(wanted, before)
    if place is not None:
        found = _read(rows, wanted.order_by, not wanted.descending, place, most + 1)
        if len(found) > most:
            shown = found[most - 1 :: -1]
            return Leaf(shown, _cursor(wanted, shown[0]), _cursor(wanted, shown[-1]))
        place = None  # what stands before the cursor begins the list
    else:
        place = _place(wanted, after)
    found = _read(rows, wanted.order_by, wanted.descending, place, most + 1)
    shown = found[:most]
    more = len(found) > most
    return Leaf(
        shown,
        _cursor(wanted, shown[0]) if shown and place is not None else None,
        _cursor(wanted, shown[-1]) if more else None,
    )


def total(scope: Scope, domain: str | None) -> int:
    """The number of accounts within reach, of one Space or of all; a great one may be a minute old."""
    known = _totals.get(domain)
    if known is not None and known[1] > time.monotonic():
        return known[0]
    rows = visible(scope)
    number = (rows if domain is None else rows.filter(space__domain=domain)).count()
    if number > _MANY:
        _totals[domain] = (number, time.monotonic() + _TTL)
    return number


def _narrowed(scope: Scope, wanted: Wanted) -> QuerySet[Account]:
    rows = visible(scope)
    if wanted.domain is not None:
        rows = rows.filter(space__domain=wanted.domain)
    text = without_scheme(wanted.search or "").partition("@")[0].lower()
    if text and wanted.beginning:
        # `startswith` compares bytes on MySQL, past its index; the bound leads PostgreSQL and SQLite into theirs.
        rows = rows.filter(username__istartswith=text, username__gte=text)
    elif text:
        rows = rows.filter(username__contains=text)
    if wanted.updated_date is not None:
        start = datetime.combine(wanted.updated_date, datetime.min.time(), tzinfo=UTC)
        rows = rows.filter(updated_at__gte=start, updated_at__lt=start + timedelta(days=1))
    if wanted.contacts_list is not None:
        rows = rows.filter(viewed_lists__contacts_list_id=wanted.contacts_list)
    return rows


def _read(rows: QuerySet[Account], column: str, descending: bool, place: Place | None, most: int) -> list[Account]:
    found: list[Account] = []
    for part in _parts(rows, column, descending, place):
        if len(found) < most:
            found += part[: most - len(found)]
    return found


def _parts(rows: QuerySet[Account], column: str, descending: bool, place: Place | None) -> Iterator[QuerySet[Account]]:
    """The rows beyond a place, in parts that an index has in order.

    Engines sort NULL differently: accounts that never changed (`updated_at` is NULL) are read by themselves,
    and count as the oldest.
    """
    sign = "-" if descending else ""
    if column == "username":
        yield _ordered(rows, [f"{sign}username", f"{sign}domain"], place)
        return
    changed = rows.filter(updated_at__isnull=False)
    untouched = rows.filter(updated_at__isnull=True)
    order, by_id = [f"{sign}updated_at", f"{sign}id"], [f"{sign}id"]
    among_untouched = place is not None and place[0] is None
    if not descending and (place is None or among_untouched):
        yield _ordered(untouched, by_id, place and place[1:])
    if not (descending and among_untouched):
        yield _ordered(changed, order, None if among_untouched else place)
    if descending:
        yield _ordered(untouched, by_id, place[1:] if place is not None and among_untouched else None)


def _ordered(rows: QuerySet[Account], order: list[str], place: Sequence[object] | None) -> QuerySet[Account]:
    return (rows if place is None else rows.filter(beyond(order, place))).order_by(*order)


def _cursor(wanted: Wanted, row: Account) -> str:
    if wanted.order_by == "username":
        return row.identifier
    moment = "" if row.updated_at is None else str((row.updated_at - _EPOCH) // timedelta(microseconds=1))
    return f"{row.pk}.{moment}"


def _place(wanted: Wanted, cursor: str | None) -> Place | None:
    if not cursor or "\x00" in cursor or len(cursor) > 400:
        return None
    if wanted.order_by == "username":
        username, at, domain = cursor.rpartition("@")
        return (username, domain) if at else None
    row_id, dot, moment = cursor.partition(".")
    if not dot or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (row_id, moment or "0")):
        return None
    return (_EPOCH + timedelta(microseconds=int(moment)) if moment else None, min(int(row_id), 2**31 - 1))
