"""Named locks in the database: of N processes on M machines, one does the work.

A lock has an end, so that the death of its holder blocks nobody for longer than that. Time is the
application's clock; machines that share a database are expected to keep theirs within a few seconds.
"""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from .models import Lock
from .statements import Statement

_TAKE = Statement(
    """UPDATE locks SET owner = %(owner)s, expires_at = %(until)s
        WHERE name = %(name)s AND expires_at <= %(now)s"""
)
_RELEASE = Statement(
    """UPDATE locks SET expires_at = %(now)s
        WHERE name = %(name)s AND owner = %(owner)s AND expires_at > %(now)s"""
)


def take_turn(name: str, duration: timedelta) -> bool:
    """Whether this process got the lock; it is kept until `duration` is over.

    For periodic tasks: with a duration a little below the period, one of all workers runs each period's task,
    even when it is done long before another worker's clock strikes.
    """
    return _take(name, duration) is not None


def known(name: str) -> bool:
    """Whether anybody ever took the lock."""
    return Lock.objects.filter(name=name).exists()


@contextmanager
def held(name: str, duration: timedelta) -> Iterator[bool]:
    """Hold the lock for a block of at most `duration`; gives False when another one has it.

    The block has to leave by itself when it was given False.
    """
    owner = _take(name, duration)
    try:
        yield owner is not None
    finally:
        if owner is not None:
            _RELEASE.execute(name=name, owner=owner, now=timezone.now())


def _take(name: str, duration: timedelta) -> str | None:
    """The owner's name under which the lock was taken, None when somebody else holds it."""
    now = timezone.now()
    owner = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid.uuid4().hex}"[:64]
    until = now + duration
    if _TAKE.execute(name=name, owner=owner, now=now, until=until):
        return owner
    if Lock.objects.filter(name=name).exists():
        return None
    return owner if _insert(name, owner, until) else None


def _insert(name: str, owner: str, until: datetime) -> bool:
    """Whether the lock's first row could be written; somebody else may be faster."""
    try:
        with transaction.atomic():
            Lock.objects.create(name=name, owner=owner, expires_at=until)
    except IntegrityError:
        return False
    return True
