"""API keys: the check of every request and its bookkeeping, issuing and replacing."""

import secrets
import string
import threading
from datetime import datetime, timedelta

from django.db import transaction

from flexiapi.config import instance
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Unauthenticated

from .events import WayInEvent, key_created, key_deleted, key_replaced
from .gate import KeyRow, hashed
from .models import ApiKey
from .scope import Caller, Origin
from .second_factor import queries as factors

LENGTH = 40
_ALPHABET = string.ascii_letters + string.digits
_WRITE_AFTER = timedelta(seconds=30)

_USED = Statement("UPDATE api_keys SET last_used_at = %(now)s, requests = requests + %(count)s WHERE id = %(id)s")
_counts: dict[int, int] = {}
_counts_lock = threading.Lock()


def random_text(length: int) -> str:
    """Random letters and digits from the system's generator."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def check(row: KeyRow | None, address: str) -> KeyRow:
    """Accept a key that exists, is bound to no other address and was used within its idle window.

    Raises:
        Unauthenticated: `Invalid API Key` (401).
    """
    if row is None or not is_good(row, address):
        raise Unauthenticated("Invalid API Key")
    _count_use(row.key_id, row.last_used_at, idle_window(row.idle_minutes), now())
    return row


def is_good(row: KeyRow, address: str) -> bool:
    """Whether a key works from an address at present: it is bound to no other one, and was used lately."""
    if row.ip and row.ip != address:
        return False
    window = idle_window(row.idle_minutes)
    return window is None or row.last_used_at + window >= now()


def idle_window(minutes: int | None) -> timedelta | None:
    """How long a key lives unused; None is for ever. A personal key (no minutes) follows the instance's setting."""
    if minutes is None:
        minutes = instance.current().app_api_key_expiration_minutes
    return timedelta(minutes=minutes) if minutes > 0 else None


def _count_use(key_id: int, last_used: datetime, window: timedelta | None, moment: datetime) -> None:
    """Write the use at once when the stored moment is old, else count it for the next write.

    A proxy sends hundreds of requests a second with one key: a row written by each of them would be the
    slowest part of all.
    """
    after = _WRITE_AFTER if window is None else min(_WRITE_AFTER, window / 4)
    with _counts_lock:
        count = _counts.pop(key_id, 0) + 1
        if moment - last_used < after:
            _counts[key_id] = count
            return
    _USED.execute(now=moment, count=count, id=key_id)


def refuse_password_alone(account_id: int, *, admin: bool) -> None:
    """Refuse a key to somebody who has shown no more than the password of an administrator with a second factor.

    The key would open what the portal guards by that factor. The portal makes one.

    Raises:
        Forbidden: the account is such an administrator's.
    """
    if admin and factors.is_set_up(account_id):
        raise Forbidden("Administrators with a second factor make their API keys in the portal")


@transaction.atomic
def issue_personal_key(account_id: int, *, ip: str | None) -> str:
    """Replace the account's personal key by a new one, bound to an address if one is given; returns it in clear.

    The clear key is shown once and never stored.
    """
    ApiKey.objects.filter(account_id=account_id, expires_after_last_used_minutes=None).delete()
    key = random_text(LENGTH)
    ApiKey.objects.create(account_id=account_id, key=hashed(key), ip=ip or None, last_used_at=now())
    key_replaced.announce(WayInEvent(account_id, "personal API key", None, Origin(ip=ip or "", user_agent=None)))
    return key


@transaction.atomic
def issue_managed_key(name: str, idle_minutes: int, *, by: Caller, origin: Origin) -> str:
    """Make a key for a program, which acts as the administrator who makes it; returns it in clear.

    It works from every address and ends when it was idle for so many minutes, 0 is never.
    """
    key = random_text(LENGTH)
    ApiKey.objects.create(
        account_id=by.account_id,
        key=hashed(key),
        name=name,
        expires_after_last_used_minutes=idle_minutes,
        last_used_at=now(),
    )
    key_created.announce(WayInEvent(by.account_id, f"managed API key: {name}", by, origin))
    return key


@transaction.atomic
def delete_managed_key(key: ApiKey, *, by: Caller, origin: Origin) -> None:
    """Delete the key of a program."""
    if ApiKey.objects.filter(pk=key.pk).delete()[0]:
        key_deleted.announce(WayInEvent(key.account_id, f"managed API key: {key.name}", by, origin))


def set_personal_key(account_id: int, key: str) -> None:
    """Replace all keys of an account by a known one without address (test fixtures)."""
    with transaction.atomic():
        ApiKey.objects.filter(account_id=account_id).delete()
        ApiKey.objects.create(account_id=account_id, key=hashed(key), last_used_at=now())
