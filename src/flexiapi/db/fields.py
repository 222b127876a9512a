"""Model fields that give the same table on SQLite, MySQL/MariaDB and PostgreSQL."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

CASCADE_IN_DATABASE = models.DO_NOTHING
"""`on_delete` of every relation: the database itself cascades (see `flexiapi.db.backends`), Django has
nothing to do."""


_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

if TYPE_CHECKING:
    from django.db.models import AutoField, BigAutoField, CharField, DateTimeField
else:
    # Fields are generic for the type checker alone; the types of a subclass's values depend on saying so.
    def _subscriptable(field):
        return type(field.__name__, (field,), {"__class_getitem__": classmethod(lambda cls, _: cls)})

    AutoField = _subscriptable(models.AutoField)
    BigAutoField = _subscriptable(models.BigAutoField)
    CharField = _subscriptable(models.CharField)
    DateTimeField = _subscriptable(models.DateTimeField)

_INTEGER: "models.IntegerField[int, int]" = models.IntegerField()
_BIG_INTEGER: "models.BigIntegerField[int, int]" = models.BigIntegerField()


class UnsignedAutoField(AutoField[_Set_contra, _Get_co]):
    """Automatic id: `INT UNSIGNED` on MySQL, a plain integer elsewhere; foreign keys to it follow."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's SQL type."""
        if connection.vendor == "mysql":
            return "integer UNSIGNED AUTO_INCREMENT"
        return super().db_type(connection)

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The SQL type of a column that refers to this one."""
        if connection.vendor == "mysql":
            return "integer UNSIGNED"
        return _INTEGER.db_type(connection)


class UnsignedBigAutoField(BigAutoField[_Set_contra, _Get_co]):
    """Automatic id: `BIGINT UNSIGNED` on MySQL, a plain big integer elsewhere; foreign keys to it follow."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's SQL type."""
        if connection.vendor == "mysql":
            return "bigint UNSIGNED AUTO_INCREMENT"
        return super().db_type(connection)

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The SQL type of a column that refers to this one."""
        if connection.vendor == "mysql":
            return "bigint UNSIGNED"
        return _BIG_INTEGER.db_type(connection)


class ExactCharField(CharField[_Set_contra, _Get_co]):
    """Text compared as written.

    MySQL's default collation takes `Abc`, `abc` and `àbc` for equal; identifiers that others chose (Call-ID,
    RFC 3261 §8.1.1.4; UID of a vCard) differ by case. Trailing spaces still compare equal on MySQL.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """The column's SQL type, with the collation that the engine needs."""
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


class SecretField(ExactCharField[_Set_contra, _Get_co]):
    """A token, code or key, or the hash of one: compared as written, so that no letter loses its case."""


class UpdatedAtField(DateTimeField[_Set_contra, _Get_co]):
    """When the row was last saved.

    Set by `save()`; a value given at creation is kept, so that imported rows stay as they were. A queryset's
    `update()` must name it.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value to write: the present time, except for a new row that brings its own."""
        given = getattr(model_instance, self.attname)
        if add and given is not None:
            return given
        now = timezone.now()
        setattr(model_instance, self.attname, now)
        return now


class NaturalForeignKey(models.ForeignKey[_Set_contra, _Get_co]):
    """A foreign key to a readable value, whose raw value is read under its column's own name."""

    def get_attname(self) -> str:
        """The attribute that holds the raw value."""
        assert self.db_column is not None  # noqa: S101 - a mistake of the model's author
        return self.db_column


class Timestamped(models.Model):
    """The pair of timestamps that nearly every table has."""

    created_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    updated_at = UpdatedAtField(null=True, editable=False)

    class Meta:
        abstract = True


class IndexedTimestamped(models.Model):
    """The same pair for tables that are purged by age."""

    created_at = models.DateTimeField(null=True, default=timezone.now, editable=False, db_index=True)
    updated_at = UpdatedAtField(null=True, editable=False)

    class Meta:
        abstract = True
