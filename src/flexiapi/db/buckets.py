"""Moments cut to an hour, a day or a month, as text, in each engine's own way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, F, Func
from django.db.models.sql.compiler import SQLCompiler

Width = Literal["hour", "day", "month"]

_PYTHON = {"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d", "month": "%Y-%m"}
_LENGTHS = {"hour": 13, "day": 10, "month": 7}
_POSTGRESQL = {"hour": "YYYY-MM-DD HH24", "day": "YYYY-MM-DD", "month": "YYYY-MM"}


class Bucket(Func):
    """The bucket that a datetime column falls into, in UTC: `2026-03-01 17`, `2026-03-01` or `2026-03`."""

    arity = 1
    output_field = CharField()

    def __init__(self, column: str | F, width: Width, **extra: Any) -> None:
        self.width: Width = width
        super().__init__(column, **extra)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Dates are stored as text there."""
        return self.as_sql(compiler, connection, template=f"SUBSTR(%(expressions)s, 1, {_LENGTHS[self.width]})")

    def as_mysql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Dates are stored in UTC, without a zone."""
        pattern = _PYTHON[self.width].replace("%", "%%%%")
        return self.as_sql(compiler, connection, template=f"DATE_FORMAT(%(expressions)s, '{pattern}')")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Dates are shown in the session's zone unless told otherwise."""
        template = f"to_char(%(expressions)s AT TIME ZONE 'UTC', '{_POSTGRESQL[self.width]}')"
        return self.as_sql(compiler, connection, template=template)


def names(start: datetime, end: datetime, width: Width) -> Iterator[str]:
    """All buckets from the one of `start` to the one of the last moment before `end` (both UTC), in order."""
    moment = start.replace(minute=0, second=0, microsecond=0)
    if width != "hour":
        moment = moment.replace(hour=0)
    if width == "month":
        moment = moment.replace(day=1)
    while moment < end:
        yield moment.strftime(_PYTHON[width])
        if width == "hour":
            moment += timedelta(hours=1)
        elif width == "day":
            moment += timedelta(days=1)
        else:
            moment = (moment + timedelta(days=31)).replace(day=1)
