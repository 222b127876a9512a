"""The accounts room's lines in the event log: who did what, never a secret."""

from typing import Any

from django.db import transaction

from flexiapi.config.logging import event_log


def record(message: str, /, **context: Any) -> None:
    """Add a line once the present transaction is committed; `context` holds ids, no codes, tokens or numbers."""
    transaction.on_commit(lambda: event_log().record(message, **context))
