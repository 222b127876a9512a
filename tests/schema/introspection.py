"""What a migrated database consists of, read from the engine's own catalogue.

For each table its columns with their declarations, its primary key, the columns of its unique constraints and
indexes, and the targets of its foreign keys. The names of indexes and constraints are left out.
"""

import re
from collections import defaultdict
from typing import Any

from django.db import connection

Schema = dict[str, dict[str, Any]]

_FOREIGN_TABLES = ("django_", "sqlite_", "auth_", "otp_")


def read() -> Schema:
    """The schema of the default database."""
    tables: Schema = defaultdict(
        lambda: {"columns": {}, "primary_key": [], "unique": [], "indexes": [], "foreign_keys": {}}
    )
    {"sqlite": _sqlite, "mysql": _mysql, "postgresql": _postgresql}[connection.vendor](tables)
    ours = {name: table for name, table in tables.items() if not name.startswith(_FOREIGN_TABLES)}
    for table in ours.values():
        table["unique"].sort()
        table["indexes"].sort()
    return ours


def _query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _column(kind: str, *, null: bool, default: object, extra: str = "") -> str:
    words = [kind, extra, "null" if null else "not null"]
    if default is not None:
        words.append(f"default {default}")
    return " ".join(word for word in words if word)


def _sqlite(tables: Schema) -> None:
    for (name,) in _query("SELECT name FROM sqlite_master WHERE type = 'table'"):
        table = tables[name]
        for _, column, kind, not_null, default, key in _query(f"PRAGMA table_info('{name}')"):
            table["columns"][column] = _column(kind, null=not not_null, default=default)
            if key:
                table["primary_key"].append(column)
        for _, index, unique, origin, _ in _query(f"PRAGMA index_list('{name}')"):
            columns = [row[2] for row in _query(f"PRAGMA index_info('{index}')")]
            if origin != "pk":
                table["unique" if unique else "indexes"].append(columns)
        for _, _, target, column, referred, _, on_delete, _ in _query(f"PRAGMA foreign_key_list('{name}')"):
            table["foreign_keys"][column] = f"{target}({referred}) on delete {on_delete.lower()}"


def _mysql(tables: Schema) -> None:
    columns = _query(
        """SELECT table_name, column_name, column_type, is_nullable, column_default, collation_name, extra
             FROM information_schema.columns WHERE table_schema = DATABASE()
            ORDER BY table_name, ordinal_position"""
    )
    for name, column, kind, nullable, default, collation, extra in columns:
        # MySQL 8 leaves out the display width that MariaDB tells.
        kind = re.sub(r"\b(smallint|int|bigint)\(\d+\)", r"\1", kind)
        if collation not in (None, "utf8mb4_unicode_ci"):
            kind += f" {collation}"
        default = None if default in (None, "NULL") else str(default).strip("'")
        tables[name]["columns"][column] = _column(kind, null=nullable == "YES", default=default, extra=extra)
    indexes: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for name, index, not_unique, column, part in _query(
        """SELECT table_name, index_name, non_unique, column_name, sub_part
             FROM information_schema.statistics WHERE table_schema = DATABASE()
            ORDER BY table_name, index_name, seq_in_index"""
    ):
        indexes[(name, index, not_unique)].append(f"{column}({part})" if part else column)
    for (name, index, not_unique), parts in indexes.items():
        if index == "PRIMARY":
            tables[name]["primary_key"] = parts
        else:
            tables[name]["indexes" if not_unique else "unique"].append(parts)
    for name, column, target, referred, on_delete in _query(
        """SELECT k.table_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
                  r.delete_rule
             FROM information_schema.key_column_usage k
             JOIN information_schema.referential_constraints r
               ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
              AND r.table_name = k.table_name
            WHERE k.table_schema = DATABASE()"""
    ):
        tables[name]["foreign_keys"][column] = f"{target}({referred}) on delete {on_delete.lower()}"


def _postgresql(tables: Schema) -> None:
    for name, column, kind, not_null, default, identity in _query(
        """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_get_expr(d.adbin, d.adrelid), a.attidentity
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
              AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum"""
    ):
        extra = "identity" if identity not in ("", b"") else ""
        tables[name]["columns"][column] = _column(kind, null=not not_null, default=default, extra=extra)
    for name, unique, primary, columns in _query(
        """SELECT c.relname, i.indisunique, i.indisprimary,
                  ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true)
                          FROM generate_series(1, i.indnkeyatts) AS n ORDER BY n)
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            WHERE c.relnamespace = 'public'::regnamespace"""
    ):
        if primary:
            tables[name]["primary_key"] = columns
        else:
            tables[name]["unique" if unique else "indexes"].append(columns)
    for name, column, target, referred, rule in _query(
        """SELECT c.relname, a.attname, t.relname, b.attname, k.confdeltype
             FROM pg_constraint k
             JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
            WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace"""
    ):
        on_delete = {"c": "cascade", "a": "no action", "r": "restrict", "n": "set null"}[
            rule.decode() if isinstance(rule, bytes) else rule
        ]
        tables[name]["foreign_keys"][column] = f"{target}({referred}) on delete {on_delete}"
