"""Constraints that the engines' own limits make special."""

from typing import Any, cast

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class PrefixedUniqueConstraint(models.UniqueConstraint):
    """A unique constraint over columns too long for MySQL's keys (3,072 bytes, 4 a character).

    `mysql_prefixes` says how many characters of which columns count there; others compare whole values.
    """

    def __init__(self, *, mysql_prefixes: dict[str, int], **kwargs: Any) -> None:
        self.mysql_prefixes = mysql_prefixes
        super().__init__(**kwargs)

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """The clause inside CREATE TABLE."""
        if model is None or schema_editor is None or schema_editor.connection.vendor != "mysql":
            return super().constraint_sql(model, schema_editor)
        name = schema_editor.quote_name(self.name)
        return f"CONSTRAINT {name} UNIQUE ({self._columns(model, schema_editor)})"

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """The statement that adds it to a table."""
        if model is None or schema_editor is None or schema_editor.connection.vendor != "mysql":
            return super().create_sql(model, schema_editor)
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def deconstruct(self) -> Any:
        """How a migration writes it down."""
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "mysql_prefixes": self.mysql_prefixes}

    def _columns(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        parts = []
        for name in self.fields:
            field = cast("models.Field[Any, Any]", model._meta.get_field(name))
            column = schema_editor.quote_name(field.column)
            parts.append(f"{column}({self.mysql_prefixes[name]})" if name in self.mysql_prefixes else column)
        return ", ".join(parts)
