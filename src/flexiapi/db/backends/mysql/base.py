"""MySQL and MariaDB whose foreign keys cascade."""

from django.db.backends.mysql import base, schema

from flexiapi.db.backends.freshness import RestedHealthCheck


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Writes ON DELETE CASCADE into every foreign key, and the character set into every table.

    The character set is written down because the database's default is the operator's, and a foreign key
    between two collations is refused.
    """

    sql_create_table = (
        "CREATE TABLE %(table)s (%(definition)s) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
    )
    sql_create_fk = (
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) "
        "REFERENCES %(to_table)s (%(to_column)s) ON DELETE CASCADE%(deferrable)s"
    )
    sql_create_column_inline_fk = (
        ", ADD CONSTRAINT %(name)s FOREIGN KEY (%(column)s) REFERENCES %(to_table)s(%(to_column)s) ON DELETE CASCADE"
    )


class DatabaseWrapper(RestedHealthCheck, base.DatabaseWrapper):
    """Django's own, with that schema editor and fewer checks of kept connections."""

    SchemaEditorClass = DatabaseSchemaEditor
