"""Accounts from a CSV file: checked as a whole, then created together or not at all.

The file is read line by line and checked in portions: in memory are one portion, the names so far, and the faults
that are shown.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from flexiapi.accounts import phones
from flexiapi.accounts.queries.batch import Batch
from flexiapi.accounts.serializers import ImportedAccount, NewAccount, administrators_context
from flexiapi.accounts.services import creation
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http import inputs
from flexiapi.http.errors import Invalid
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services
from flexiapi.spaces.models import Space
from flexiapi.telephony import queries as telephony
from flexiapi.telephony.serializers import ExternalAccountData
from flexiapi.telephony.services.external_accounts import add_external_accounts

from .account_forms import ImportedExternalAccount

MOST_SHOWN = 500
_PORTION = 500
_DELIMITERS = ",;\t"
_COLUMNS = ("username", "password", "role", "status", "phone", "email")
_EXTERNAL = ("username", "domain", "password", "realm", "registrar", "outbound_proxy", "protocol")
_HEADER = (
    *(name.capitalize() for name in _COLUMNS),
    *(f"External {name.replace('_', ' ').title()}" for name in _EXTERNAL),
)

Values = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; without `line` in the whole file."""

    line: int | None
    text: str


@dataclass(slots=True)
class Report:
    """What a file holds: the number of its accounts, the first faults, and the number of all."""

    accounts: int = 0
    faults: list[Fault] = field(default_factory=list)
    total: int = 0

    @property
    def shown(self) -> list[Fault]:
        """The first faults by line, those of the whole file before all others."""
        return sorted(self.faults, key=lambda fault: fault.line or 0)

    @property
    def untold(self) -> int:
        """How many faults are not shown."""
        return self.total - len(self.faults)

    def add(self, line: int | None, text: str) -> None:
        """Note a fault."""
        self.total += 1
        if len(self.faults) < MOST_SHOWN:
            self.faults.append(Fault(line, text))


class Refused(Exception):
    """The file has faults."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    account: Values
    external: Values | None


@dataclass(frozen=True, slots=True)
class _Planned:
    account: NewAccount
    external: ExternalAccountData | None


def check(file: IO[bytes], space: Space) -> Report:
    """What the file holds, and everything that is wrong with it."""
    report = Report()
    for _portion in _portions(file, space, report):
        pass
    return report


def create(file: IO[bytes], space: Space, *, by: Caller | None, origin: Origin) -> Report:
    """Check the file again and create its accounts, all of them or, where the report has faults, none.

    Raises:
        NotFound: the Space was deleted meanwhile.
    """
    report = Report()
    imported = Origin(origin.ip, "CSV Import", origin.view)
    try:
        with transaction.atomic():
            space_services.locked(space.domain)
            space = spaces.by_id(space.pk)
            full = False
            for portion in _portions(file, space, report):
                if not report.total and not full:
                    full = not _store(portion, space, by=by, origin=imported)
            if report.total:
                raise Refused
    except Refused:
        pass
    except Invalid as error:
        for messages in error.errors.values():
            report.add(None, messages[0])
    return report


def _store(portion: Sequence[_Planned], space: Space, *, by: Caller | None, origin: Origin) -> bool:
    """Create the accounts of a portion; false where the Space has no room for them."""
    if not spaces.has_seats(space, len(portion)):
        return False
    ids = creation.create_many(space, [planned.account for planned in portion], by=by, origin=origin)
    add_external_accounts(
        {ids[planned.account.username]: planned.external for planned in portion if planned.external is not None}
    )
    return True


def _portions(file: IO[bytes], space: Space, report: Report) -> Iterator[list[_Planned]]:
    """The accounts of the file that are in order; faults are noted in the report."""
    if space.digest is None:
        report.add(None, _("This Space has no passwords: switch on digest authentication first."))
        return
    room = space.max_accounts - spaces.account_count(space) if space.max_accounts > 0 else None
    seen: set[tuple[str, ...]] = set()
    for lines in _gathered(_lines(file, report)):
        planned = _checked(lines, space, seen, report)
        report.accounts += len(lines)
        yield planned
    if room is not None and report.accounts > room:
        text = _("The file has %(accounts)s accounts, and the Space has room for %(room)s.")
        report.add(None, text % {"accounts": report.accounts, "room": max(0, room)})
    if not report.accounts and not report.total:
        report.add(None, _("There is no account in this file."))


def _checked(lines: Sequence[_Line], space: Space, seen: set[tuple[str, ...]], report: Report) -> list[_Planned]:
    names = {name for line in lines for name in (line.account["username"], _phone(line)) if inputs.storable(name)}
    emails = {email for line in lines if inputs.storable(email := line.account["email"])}
    context = {**administrators_context(space), "batch": Batch(space.domain, names, emails)}
    outside = [line.external["username"] for line in lines if line.external]
    external = {"account_id": 0, "batch": telephony.ExternalAddresses(filter(inputs.storable, outside))}
    found = []
    for line in lines:
        before = report.total
        _note_repeated(line, seen, report)
        account = _valid(ImportedAccount, line.account, context, line, report)
        text = _("External account: %(fault)s")
        other = _valid(ImportedExternalAccount, line.external, external, line, report, text)
        if account is not None and report.total == before:
            found.append(_Planned(account, other))
    return found


def _valid(
    form: Any, values: Values | None, context: dict[str, Any], line: _Line, report: Report, text: str = "%(fault)s"
) -> Any:
    if values is None:
        return None
    try:
        return form.check(values, **context)
    except Invalid as error:
        for messages in error.errors.values():
            for message in messages:
                report.add(line.number, text % {"fault": message})
    return None


def _note_repeated(line: _Line, seen: set[tuple[str, ...]], report: Report) -> None:
    """Note what an earlier line has too; usernames and phones are one kind of name."""
    email = line.account["email"]
    named: set[tuple[str, ...]] = {("name", name) for name in (line.account["username"], _phone(line)) if name}
    named |= {("email", email.lower())} if email else set()
    if line.external and line.external["username"] and line.external["domain"]:
        named.add(("external", line.external["username"], line.external["domain"]))
    for repeated in sorted(named & seen):
        text = _("%(value)s stands in an earlier line too.") % {"value": "@".join(repeated[1:])}
        report.add(line.number, text)
    seen |= named


def _phone(line: _Line) -> str | None:
    phone = line.account["phone"]
    return phones.normalised(phone) if phone else None


def _gathered(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    portion: list[_Line] = []
    for line in lines:
        portion.append(line)
        if len(portion) == _PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _lines(file: IO[bytes], report: Report) -> Iterator[_Line]:
    """The lines below the header; those of another shape are noted. Blank ones are passed over."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _read(text, report)
    except UnicodeDecodeError:
        report.add(None, _("The file is not encoded in UTF-8."))
    except csv.Error:
        report.add(None, _("The file is no CSV file."))
    finally:
        text.detach()


def _read(text: io.TextIOWrapper, report: Report) -> Iterator[_Line]:
    header = text.readline(4096)
    delimiter = max(_DELIMITERS, key=header.count)
    named = tuple(cell.strip() for cell in next(csv.reader([header], delimiter=delimiter), []))
    width = len(_HEADER) if named[: len(_HEADER)] == _HEADER else len(_COLUMNS)
    if width == len(_COLUMNS) and named != _HEADER[:width]:
        report.add(1, _("The first line has to name the columns, as the example file does."))
        return
    reader = csv.reader(text, delimiter=delimiter)
    for cells in reader:
        number = reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            report.add(
                number, _("There are %(found)s columns instead of %(width)s.") % {"found": len(cells), "width": width}
            )
            continue
        yield _line(number, cells)


def _line(number: int, cells: Sequence[str]) -> _Line:
    account = _values(_COLUMNS, cells)
    external = _values(_EXTERNAL, cells[len(_COLUMNS) :])
    return _Line(number, account, external if any(external.values()) else None)


def _values(names: Sequence[str], cells: Sequence[str]) -> Values:
    padded = [*cells, *[""] * (len(names) - len(cells))]
    return {
        name: (cell if name in inputs.UNTRIMMED else inputs.trimmed(cell)) or None
        for name, cell in zip(names, padded, strict=False)
    }
