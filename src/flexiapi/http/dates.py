"""Dates on the wire: UTC, six fractional digits, `Z`."""

import re
from datetime import UTC, datetime, timedelta

_ISO = re.compile(
    r"""^(?P<year>[+-]?\d{4})
        (?:-?(?:
            (?P<month>0[1-9]|1[0-2])(?:-?(?P<day>0[1-9]|[12]\d|3[01]))?
          | W(?P<week>[0-4]\d|5[0-3])(?:-?(?P<weekday>[1-7]))?
          | (?P<ordinal>00[1-9]|0[1-9]\d|[12]\d{2}|3(?:[0-5]\d|6[0-6]))
        ))?
        (?:[Tt ]
            (?P<hour>[01]\d|2[0-4])(?::?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d))?)?
            (?P<fraction>[.,]\d{1,18})?
            (?P<zone>[zZ]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?
        )?$""",
    re.VERBOSE | re.ASCII,
)


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


def wire(moment: datetime | None) -> str | None:
    """Write a moment as `YYYY-MM-DDTHH:MM:SS.ffffffZ`; None stays None."""
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def expiry(created_at: datetime | None, minutes: int) -> datetime | None:
    """When something created then expires, or None when it never does (0 or negative minutes)."""
    if created_at is None or minutes <= 0:
        return None
    return created_at + timedelta(minutes=minutes)


def expired(created_at: datetime | None, minutes: int, *, at: datetime | None = None) -> bool:
    """Whether `at` (now by default) is strictly later than the expiry."""
    limit = expiry(created_at, minutes)
    return limit is not None and (at or now()) > limit


def parse_iso(text: str) -> datetime:
    """Read an ISO 8601 date or date-time; missing parts take their lowest value, no zone means UTC.

    Calendar (`2023`, `2023-01`, `2023-01-02`, `20230102`), week (`2023-W05-3`) and ordinal (`2023-045`) dates
    are read. A day past the end of its month is carried over into the next one, as senders that count on a
    pure shape check expect.

    Raises:
        ValueError: the text has another shape or lies outside the years 1 to 9999.
    """
    found = _ISO.match(text)
    if found is None or (re.match(r"^[+-]?\d{6}(?!\d)", text) and "-" not in text[1:]):
        raise ValueError("not an ISO 8601 date")
    part = found.groupdict()
    if part["hour"] == "24" and {part["minute"], part["second"], part["fraction"]} - {None, "00"}:
        raise ValueError("a day ends at 24:00")
    year = int(part["year"])
    try:
        if part["week"]:
            day = datetime.fromisocalendar(year, int(part["week"]) or 1, int(part["weekday"] or 1))
        elif part["ordinal"]:
            day = datetime(year, 1, 1) + timedelta(days=int(part["ordinal"]) - 1)  # noqa: DTZ001 zone added below
        else:
            day = datetime(year, int(part["month"] or 1), 1) + timedelta(days=int(part["day"] or 1) - 1)  # noqa: DTZ001
        moment = (
            day
            + timedelta(
                hours=int(part["hour"] or 0),
                minutes=int(part["minute"] or 0),
                seconds=int(part["second"] or 0),
            )
            + _fraction(part)
        )
        return (moment - _offset(part["zone"])).replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("not an ISO 8601 date") from error


def _fraction(part: dict[str, str | None]) -> timedelta:
    if not part["fraction"]:
        return timedelta()
    share = float("0." + part["fraction"][1:])
    if part["second"]:
        return timedelta(seconds=share)
    return timedelta(minutes=share) if part["minute"] else timedelta(hours=share)


def _offset(zone: str | None) -> timedelta:
    if not zone or zone in "zZ":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset
