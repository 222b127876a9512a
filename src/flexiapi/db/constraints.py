"""Constraints that the engines' own limits make special."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement as DdlStatement


class PrefixedUniqueConstraint(models.UniqueConstraint):
    """A unique constraint over columns too long for MySQL's keys (3,072 bytes, 4 a character).

    `mysql_prefixes` says how many characters of which columns count there; others compare whole values.
    """

    def __init__(self, *, mysql_prefixes: dict[str, int], **kwargs: Any) -> None:
        self.mysql_prefixes = mysql_prefixes
        super().__init__(**kwargs)

    def constraint_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        """The clause inside CREATE TABLE."""
        if schema_editor.connection.vendor != "mysql":
            return super().constraint_sql(model, schema_editor)  # type: ignore[return-value,arg-type]
        return (
            f"CONSTRAINT {schema_editor.quote_name(self.name)} UNIQUE ({self._columns(model, schema_editor)})"
        )

    def create_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> DdlStatement:
        """The statement that adds it to a table."""
        if schema_editor.connection.vendor != "mysql":
            return super().create_sql(model, schema_editor)  # type: ignore[return-value,arg-type]
        return DdlStatement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s UNIQUE (%(columns)s)",
            table=schema_editor.quote_name(model._meta.db_table),
            name=schema_editor.quote_name(self.name),
            columns=self._columns(model, schema_editor),
        )

    def deconstruct(self) -> Any:
        """How a migration writes it down."""
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "mysql_prefixes": self.mysql_prefixes}

    def _columns(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        parts = []
        for name in self.fields:
            column = schema_editor.quote_name(model._meta.get_field(name).column)  # type: ignore[union-attr]
            parts.append(f"{column}({self.mysql_prefixes[name]})" if name in self.mysql_prefixes else column)
        return ", ".join(parts)
