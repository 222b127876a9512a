"""PostgreSQL whose foreign keys cascade."""

from typing import Any

from django.db.backends.postgresql import base, schema

from flexiapi.db.backends.freshness import RestedHealthCheck


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Writes ON DELETE CASCADE into every foreign key, and no second index for patterns.

    Django adds a `varchar_pattern_ops` twin to each index on text; texts are looked up whole here.
    """

    sql_create_fk = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) "
        "REFERENCES %(to_table)s (%(to_column)s) ON DELETE CASCADE%(deferrable)s"
    )
    sql_create_column_inline_fk = (
        "CONSTRAINT %(name)s REFERENCES %(to_table)s(%(to_column)s) ON DELETE CASCADE%(deferrable)s"
        "; SET CONSTRAINTS %(namespace)s%(name)s IMMEDIATE"
    )

    def _create_like_index_sql(self, *_: Any, **__: Any) -> None:
        return None


class DatabaseWrapper(RestedHealthCheck, base.DatabaseWrapper):
    """Django's own, with that schema editor and fewer checks of kept connections."""

    SchemaEditorClass = DatabaseSchemaEditor
