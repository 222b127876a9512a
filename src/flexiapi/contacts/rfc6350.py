"""The syntax of vCards (RFC 6350): what is accepted from apps, how it is stored, how text is escaped."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

LARGEST = 64 * 1024
"""Octets of a card, as sent and as stored."""

LONGEST_UID = 255
"""Characters of a UID: the size of its column."""

_FOLD = 75  # octets of a line without its end, RFC 6350 section 3.2
_VERSIONS = ("2.1", "3.0", "4.0")
_ENCODINGS = {"2.1": ("QUOTED-PRINTABLE", "BASE64", "8BIT"), "3.0": ("B",), "4.0": ()}
_EXACTLY_ONE = ("VERSION", "FN", "UID")
_AT_MOST_ONE = ("ANNIVERSARY", "BDAY", "GENDER", "KIND", "N", "PRODID", "REV")
_COMPONENTS = {"N": 5, "ADR": 7}
_DATES = ("BDAY", "ANNIVERSARY", "DEATHDATE")

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_VALUES = r'(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*'
_LINE = re.compile(
    rf"(?:(?P<group>[A-Za-z0-9-]+)\.)?(?P<name>[A-Za-z0-9.-]+)"
    rf"(?P<parameters>(?:;[A-Za-z0-9-]+={_VALUES})*)(?::(?P<value>.*))?",
    re.DOTALL,
)
_PARAMETER = re.compile(rf";(?P<name>[A-Za-z0-9-]+)=(?P<values>{_VALUES})")
_DATE = (
    r"(?:(?P<year>\d{4})(?:-?(?P<month>\d\d)-?(?P<day>\d\d)|-(?P<month_of_year>\d\d))?"
    r"|--(?P<yearless_month>\d\d)(?:-?(?P<yearless_day>\d\d))?|---(?P<only_day>\d\d))"
)
_TIME = (
    r"(?:(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?(?:[0-5]\d|60))?)?|-[0-5]\d(?::?(?:[0-5]\d|60))?|--(?:[0-5]\d|60))"
    r"(?:[.,]\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?"
)
_DATE_AND_OR_TIME = re.compile(rf"(?:{_DATE}(?:[Tt]{_TIME})?|[Tt]{_TIME})", re.ASCII)
_LEAP_YEAR = 2000  # knows every day that some year has


class Malformed(ValueError):
    """The text is no vCard that can be stored."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the form that is stored, and the value of its `UID` as it was written."""

    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: tuple[tuple[str, str], ...]
    value: str
    line: str


def read(text: str) -> Card:
    """Check a card and bring it into the stored form.

    That has LF ends, `VERSION` right after `BEGIN`, names of properties and parameters in capitals, lines
    folded at 75 octets, no blank lines, and ends with `END:VCARD` and LF. Order and values stay as they were.
    A missing `END` is supplied, text after it is dropped.

    Raises:
        Malformed: a rule of `docs/wire/contacts.md` is broken.
    """
    if len(text.encode()) > LARGEST:
        raise Malformed("too large")
    lines = _unfolded(text.removeprefix("\ufeff"))
    if next(lines, "").rstrip().upper() != "BEGIN:VCARD":
        raise Malformed("no vCard")
    properties = list(_properties(lines))
    _check(properties)
    uid = next(found.value for found in properties if found.name == "UID")
    if not uid.strip() or len(uid) > LONGEST_UID:
        raise Malformed("UID")
    ordered = sorted(properties, key=lambda found: found.name != "VERSION")
    stored = "\n".join(("BEGIN:VCARD", *(_folded(found.line) for found in ordered), "END:VCARD", ""))
    if len(stored.encode()) > LARGEST:
        raise Malformed("too large")
    return Card(uid, stored)


def escaped(text: str) -> str:
    """Text as the value, or one component of the value, of a property (RFC 6350 section 3.4)."""
    text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return plain(_LINE_END.sub(r"\\n", text))


def plain(text: str) -> str:
    """Text without control characters: it cannot end its line."""
    return _CONTROL.sub("", text)


def _unfolded(text: str) -> Iterator[str]:
    parts: list[str] = []
    for line in _LINE_END.split(text):
        if line[:1] in (" ", "\t") and line:
            if not parts:
                raise Malformed("continues nothing")
            parts.append(line[1:])
        elif line:
            if parts:
                yield "".join(parts)
            parts = [line]
    if parts:
        yield "".join(parts)


def _properties(lines: Iterator[str]) -> Iterator[_Property]:
    for line in lines:
        found = _property(line)
        if found.name == "END":
            if found.value.strip().upper() != "VCARD":
                raise Malformed("END")
            return
        if found.name == "BEGIN":
            raise Malformed("nested")
        yield found


def _property(line: str) -> _Property:
    match = _LINE.fullmatch(line)
    if match is None or _CONTROL.search(line):
        raise Malformed("content line")
    name, value = match["name"].upper(), match["value"] or ""
    pairs = [(found["name"].upper(), found["values"]) for found in _PARAMETER.finditer(match["parameters"])]
    group = f"{match['group']}." if match["group"] else ""
    written = "".join(f";{parameter}={values}" for parameter, values in pairs)
    return _Property(name, tuple(pairs), value, f"{group}{name}{written}:{value}")


def _check(properties: list[_Property]) -> None:
    count = Counter(found.name for found in properties)
    if any(count[name] != 1 for name in _EXACTLY_ONE) or any(count[name] > 1 for name in _AT_MOST_ONE):
        raise Malformed("cardinality")
    version = next(found.value.strip() for found in properties if found.name == "VERSION")
    if version not in _VERSIONS:
        raise Malformed("VERSION")
    for found in properties:
        encodings = [values.upper() for name, values in found.parameters if name == "ENCODING"]
        if not set(encodings) <= set(_ENCODINGS[version]):
            raise Malformed("ENCODING")
        if _components(found.value) < _COMPONENTS.get(found.name, 0):
            raise Malformed("components")
        as_text = ("VALUE", "text") in ((name, values.lower()) for name, values in found.parameters)
        if found.name in _DATES and not as_text and not _is_date_and_or_time(found.value):
            raise Malformed("date")


def _components(value: str) -> int:
    return re.sub(r"\\.", "", value).count(";") + 1


def _is_date_and_or_time(value: str) -> bool:
    """Whether a value is a date, a time or both, as a whole or truncated (RFC 6350 section 4.3.4).

    The extended forms with hyphens and colons that vCard 3.0 has (RFC 2426) are read too.
    """
    match = _DATE_AND_OR_TIME.fullmatch(value)
    if match is None:
        return False
    month = match["month"] or match["month_of_year"] or match["yearless_month"] or "01"
    day = match["day"] or match["yearless_day"] or match["only_day"] or "01"
    try:
        date(int(match["year"] or _LEAP_YEAR) or _LEAP_YEAR, int(month), int(day))
    except ValueError:
        return False
    return True


def _folded(line: str) -> str:
    octets, start, room = line.encode(), 0, _FOLD
    pieces = []
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        pieces.append(octets[start:end].decode())
        start, room = end, _FOLD - 1
    return "\n ".join([*pieces, octets[start:].decode()])
