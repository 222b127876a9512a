"""The end of accounts that nobody ever used, and of reserved names."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from flexiapi.accounts import queries
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Origin

from .deletion import delete_account

_ORIGIN: Final = Origin(ip="0.0.0.0", user_agent=None)  # noqa: S104 the word for "nobody's request" in the column
_BATCH = 500


def clear_accounts(before: datetime, *, activated: bool, stopping: Callable[[], bool] = lambda: False) -> int:
    """Delete the accounts older than a moment that have (not) been activated; returns how many.

    Each is deleted as everywhere, in a transaction of its own, and its name becomes free at once. One that is
    activated or promoted meanwhile stays, and so does every administrator.
    """
    deleted, last = 0, 0
    while not stopping():
        ids = list(
            queries.old_accounts(before, activated=activated)
            .filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:_BATCH]
        )
        if not ids:
            break
        deleted += sum(_delete(account_id, before, activated=activated) for account_id in ids)
        last = ids[-1]
    return deleted


@transaction.atomic
def _delete(account_id: int, before: datetime, *, activated: bool) -> bool:
    """Whether the account was still there, and still what is to go."""
    account: Account | None = (
        queries.old_accounts(before, activated=activated).select_for_update().filter(pk=account_id).first()
    )
    if account is None:
        return False
    delete_account(account, by=None, origin=_ORIGIN, tombstone=False)
    return True


def clear_tombstones(before: datetime) -> int:
    """Free the names that were reserved before a moment; returns how many."""
    return queries.old_tombstones(before).delete()[0]
