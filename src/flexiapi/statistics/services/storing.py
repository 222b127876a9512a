"""What the reports of calls, messages and conferences have in common when they are stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.db import DatabaseError

from flexiapi.config.logging import database_error_log
from flexiapi.http.errors import BadRequest

_COLUMN = 255


class NotStored(BadRequest):
    """400: what is reported has no place in the database; Flexisip drops it and goes on."""

    default = "Database error"


@contextmanager
def storing(kind: str, report_id: str) -> Iterator[None]:
    """Log a failure of the database by the report's kind and id, and answer it as one of the request.

    Raises:
        NotStored: the database refused (400).
    """
    try:
        yield
    except DatabaseError as error:
        log_failure(kind, report_id, type(error).__name__)
        raise NotStored from None


def log_failure(kind: str, report_id: str, reason: str) -> None:
    """Add a line to the log of database errors."""
    database_error_log().record("A report could not be stored", kind=kind, id=report_id[:64], reason=reason)


def unknown(kind: str, report_id: str) -> NotStored:
    """The refusal of a report about something that was never reported itself."""
    log_failure(kind, report_id, "unknown id")
    return NotStored()


def stored_key(key: str) -> str:
    """A device id or Call-ID as it is stored: as received, or its SHA-256 (hex) when it is longer than the column.

    Device ids are what the registrar knows a device by: its instance id with quotes and brackets (RFC 5626 §4.1),
    or else a push token of any length.
    """
    return key if len(key) <= _COLUMN else sha256(key.encode()).hexdigest()


def parts(address: str) -> tuple[str, str]:
    """User and domain of an address; domains are compared in lower case (RFC 3261 §19.1.4)."""
    user, _, domain = address.rpartition("@")
    return user, domain.lower()
