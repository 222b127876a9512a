"""Spaces that expire soon, and who should know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flexiapi.http.dates import now
from flexiapi.spaces import queries
from flexiapi.spaces.models import Space

DEFAULT_DAYS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class Expiring:
    """A Space, the days from today (UTC) to its day of expiry, and the addresses of its administrators."""

    space: Space
    days_left: int
    recipients: tuple[str, ...]


def midnight() -> datetime:
    """The midnight that today began with, in UTC."""
    return datetime.combine(now().date(), datetime.min.time(), tzinfo=UTC)


def expiring(days: Sequence[int] = DEFAULT_DAYS) -> list[Expiring]:
    """The Spaces that expire in exactly one of these numbers of days (0 is today), the soonest first."""
    if not days:
        return []
    today = midnight()
    found = []
    for space in queries.expiring(since=today, until=today + timedelta(days=max(days) + 1)):
        day = space.expiry_day
        if day is not None and (left := (day - today).days) in days:
            found.append(Expiring(space, left, tuple(queries.administrators_addresses(space))))
    return found
