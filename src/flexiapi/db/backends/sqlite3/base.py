"""SQLite whose foreign keys cascade."""

from django.db.backends.sqlite3 import base, schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Writes ON DELETE CASCADE into every foreign key."""

    sql_create_inline_fk = "REFERENCES %(to_table)s (%(to_column)s) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
    sql_create_column_inline_fk = sql_create_inline_fk


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with that schema editor."""

    SchemaEditorClass = DatabaseSchemaEditor
