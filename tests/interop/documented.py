"""The SQL of `docs/operators/flexisip.md`: what operators copy is what the tests run."""

import re
from pathlib import Path
from typing import Any

from django.db import connection

_PAGE = Path(__file__).resolve().parents[2] / "docs/operators/flexisip.md"
_BLOCK = re.compile(r"```sql\n-- ([\w-]+)\n(.*?)\n```", re.DOTALL)
_CONCAT = re.compile(r"CONCAT\(([^)]*)\)")


def request(name: str) -> str:
    """One statement of the page, in the dialect of the test's database where the page names a difference."""
    found = dict(_BLOCK.findall(_PAGE.read_text()))[name]
    if connection.vendor == "sqlite":
        found = _CONCAT.sub(lambda match: match[1].replace(", ", " || "), found)
    if connection.vendor == "postgresql":
        found = found.replace("= :identifier", "= CAST(:identifier AS bigint)")
    return found


def named(statement: str, **parameters: str | list[str]) -> list[dict[str, Any]]:
    """The same with the names of the columns, by which the B2BUA bridge reads them."""
    found, names = _run(statement, parameters)
    return [dict(zip(names, row, strict=True)) for row in found]


def rows(statement: str, **parameters: str | list[str]) -> list[tuple[Any, ...]]:
    """Run a statement with Flexisip's parameters: texts are bound, lists are written in as quoted texts."""
    return _run(statement, parameters)[0]


def _run(statement: str, parameters: dict[str, str | list[str]]) -> tuple[list[tuple[Any, ...]], list[str]]:
    for name, value in parameters.items():
        if isinstance(value, list):
            statement = statement.replace(f":{name}", ", ".join(f"'{text}'" for text in value))
    texts = {name: value for name, value in parameters.items() if isinstance(value, str)}
    statement = re.sub(r":([a-z]+)\b", r"%(\1)s", statement) if texts else statement
    with connection.cursor() as cursor:
        cursor.execute(statement, texts or None)
        return [tuple(row) for row in cursor.fetchall()], [column[0] for column in cursor.description]
