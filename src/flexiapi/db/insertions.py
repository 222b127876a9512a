"""INSERTs that leave a row with the same key alone: the engines write them differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .statements import Statement


class Insertion(Statement[tuple[Any, ...]]):
    """`INSERT INTO {into} {source}` into a table with a column `id`.

    `source` is `VALUES (…)` or a SELECT with a WHERE clause. Nothing is written when a row with the same unique
    columns exists. A foreign key without its row is an IntegrityError, except on MySQL, where nothing is written
    either.
    """

    def __init__(self, into: str, source: str) -> None:
        super().__init__(f"INSERT INTO {into} {source}")

    def new_id(self, **parameters: Any) -> Any | None:
        """The id of the new row, None when none was written."""
        vendor = connections["default"].vendor
        with self._run(parameters) as cursor:
            if vendor == "postgresql":
                row = cursor.fetchone()
                return None if row is None else row[0]
            return cursor.lastrowid if cursor.rowcount > 0 else None

    def execute_many(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows with one statement; the caller opens the transaction."""
        connection = connections["default"]
        batch = [dict(row) for row in rows]
        sql = [self._prepare(connection, row) for row in batch]
        with connection.cursor() as cursor:
            cursor.executemany(sql[0], batch)

    def _compile(self, connection: BaseDatabaseWrapper, lengths: tuple[int, ...]) -> str:
        sql = super()._compile(connection, lengths)
        if connection.vendor == "mysql":
            return sql.replace("INSERT INTO", "INSERT IGNORE INTO", 1)
        sql += " ON CONFLICT DO NOTHING"
        return f"{sql} RETURNING id" if connection.vendor == "postgresql" else sql
