"""The end of credentials that nobody can use any more."""

from datetime import timedelta
from typing import NamedTuple

from flexiapi.auth import queries
from flexiapi.auth.digest import LIFETIME_SECONDS
from flexiapi.auth.models import ApiKey, Opaque
from flexiapi.http.dates import now


class Removed(NamedTuple):
    """A managed key that is gone: its owner's address and its idle time in minutes."""

    owner: str
    minutes: int


def clear_opaques(minutes: int) -> int:
    """Delete the counters of nonces first used more than `minutes` ago; returns how many.

    A nonce is good for an hour, and its counter is what refuses a replay: younger ones always stay.
    """
    age = max(timedelta(minutes=minutes), timedelta(seconds=LIFETIME_SECONDS))
    return Opaque.objects.filter(created_at__lt=now() - age).delete()[0]


def clear_personal_keys(minutes: int) -> int:
    """Delete the accounts' own keys that were not used for `minutes`; returns how many."""
    limit = now() - timedelta(minutes=minutes)
    return ApiKey.objects.filter(expires_after_last_used_minutes=None, last_used_at__lt=limit).delete()[0]


def clear_managed_keys() -> list[Removed]:
    """Delete the managed keys whose idle time is over."""
    removed = []
    for key in queries.overdue_managed_keys(now()):
        # Unless it was used just now, where its owner's clock is right.
        if ApiKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at).delete()[0]:
            removed.append(Removed(key.account.identifier, key.expires_after_last_used_minutes or 0))
    return removed
