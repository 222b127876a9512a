"""SQL written once, compiled once per engine, executed with parameters: the hot reads and single-use writes.

A statement is written for all three engines:

- `%(name)s` is a parameter; `IN %(names)s` takes a list, tuple or set of any length (none matches nothing).
- `{key}` is a quoted identifier, for columns whose name is a reserved word.
- `true` and `false` are the literals of a boolean column; a literal percent sign is `%%`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints, overload

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils.dateparse import parse_datetime

Row = TypeVar("Row", bound=tuple[Any, ...])
Parameters = dict[str, Any]

_LIST = re.compile(r"\bIN\s+%\((\w+)\)s", re.IGNORECASE)
_NAME = re.compile(r"\{(\w+)\}")


class Statement(Generic[Row]):
    """One SQL statement.

    With `row`, a `typing.NamedTuple` whose fields are the columns in their order, rows are of that class
    and its annotations hold on every engine: `bool` columns are bools, `datetime` columns are aware and in
    UTC. Without it rows are plain tuples as the engine's driver makes them (on MySQL booleans are 0 and 1,
    dates naive).
    """

    @overload
    def __init__(self: "Statement[tuple[Any, ...]]", sql: str) -> None: ...
    @overload
    def __init__(self, sql: str, row: type[Row]) -> None: ...

    def __init__(self, sql: str, row: type[Row] | None = None) -> None:
        self._sql = sql
        self._lists = tuple(dict.fromkeys(_LIST.findall(sql)))
        self._compiled: dict[tuple[str, tuple[int, ...]], str] = {}
        self._make: Callable[[Iterable[Any]], Row] | None = getattr(row, "_make", None)
        self._flags, self._moments = _conversions(row) if row is not None else ((), ())

    def rows(self, **parameters: Any) -> list[Row]:
        """Every row of the result."""
        with self._run(parameters) as cursor:
            found = cursor.fetchall()
        if self._make is None:
            return cast(list[Row], found if isinstance(found, list) else list(found))
        if self._flags or self._moments:
            return [self._make(self._converted(values)) for values in found]
        return [self._make(values) for values in found]

    def one(self, **parameters: Any) -> Row | None:
        """The first row of the result, None when there is none."""
        with self._run(parameters) as cursor:
            values = cursor.fetchone()
        if values is None or self._make is None:
            return cast(Row | None, values)
        return self._make(self._converted(values))

    def execute(self, **parameters: Any) -> int:
        """The number of rows that the condition of an UPDATE or DELETE matched, or that an INSERT wrote."""
        with self._run(parameters) as cursor:
            return int(cursor.rowcount)

    def _run(self, parameters: Parameters) -> CursorWrapper:
        connection = connections["default"]
        sql = self._prepare(connection, parameters)
        cursor = connection.cursor()
        try:
            cursor.execute(sql, parameters)
        except BaseException:
            cursor.close()
            raise
        return cursor

    def _prepare(self, connection: BaseDatabaseWrapper, parameters: Parameters) -> str:
        """The SQL for this engine and these list lengths; makes `parameters` what the driver takes."""
        vendor = connection.vendor
        lengths: tuple[int, ...] = ()
        if self._lists:
            lengths = tuple(_spread(name, parameters) for name in self._lists)
        if vendor != "postgresql":
            for name, value in parameters.items():
                if isinstance(value, datetime):
                    parameters[name] = connection.ops.adapt_datetimefield_value(value)
        sql = self._compiled.get((vendor, lengths))
        if sql is None:
            sql = self._compiled[(vendor, lengths)] = self._compile(connection, lengths)
        return sql

    def _compile(self, connection: BaseDatabaseWrapper, lengths: tuple[int, ...]) -> str:
        sizes = dict(zip(self._lists, lengths, strict=True))

        def placeholders(match: re.Match[str]) -> str:
            name = match[1]
            return "IN (" + ", ".join(f"%({name}_{n})s" for n in range(sizes[name])) + ")"

        sql = _LIST.sub(placeholders, " ".join(self._sql.split()))
        return _NAME.sub(lambda match: connection.ops.quote_name(match[1]), sql)

    def _converted(self, values: tuple[Any, ...]) -> Iterable[Any]:
        if not self._flags and not self._moments:
            return values
        changed = list(values)
        for at in self._flags:
            if changed[at] is not None:
                changed[at] = bool(changed[at])
        for at in self._moments:
            changed[at] = _utc(changed[at])
        return changed


def _spread(name: str, parameters: Parameters) -> int:
    """Replace a list by one parameter an item; the number of places it takes.

    Places come in powers of two, filled up with the last item, so that a statement has few compiled forms.
    """
    items = list(parameters.pop(name))
    places = 1 if not items else 1 << (len(items) - 1).bit_length()
    filler = items[-1] if items else None  # `IN (NULL)` matches nothing
    for n in range(places):
        parameters[f"{name}_{n}"] = items[n] if n < len(items) else filler
    return places


def _conversions(row: type[Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Positions of the boolean and of the datetime fields of a NamedTuple."""
    hints: Mapping[str, Any] = get_type_hints(row)
    kinds = [_without_none(hints[field]) for field in row._fields]
    flags = tuple(at for at, kind in enumerate(kinds) if kind is bool)
    return flags, tuple(at for at, kind in enumerate(kinds) if kind is datetime)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else hint
    return hint


def _utc(value: Any) -> datetime | None:
    """A moment as SQLite (text from expressions), MySQL (naive) and PostgreSQL (aware) return it."""
    if isinstance(value, str):
        value = parse_datetime(value)
    if value is None:
        return None
    moment = cast(datetime, value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
