"""Periodic work of this room."""

from datetime import time, timedelta

from flexiapi import schedule
from flexiapi.http.dates import now
from flexiapi.schedule import Job
from flexiapi.spaces.services import expiry

from .services import cleaning, expiration_notices, leftovers

_TOMBSTONE_DAYS = 7
_UNCONFIRMED_DAYS = 30


def _clear_tombstones() -> None:
    cleaning.clear_tombstones(now() - timedelta(days=_TOMBSTONE_DAYS))


def _clear_unconfirmed() -> None:
    before = now() - timedelta(days=_UNCONFIRMED_DAYS)
    cleaning.clear_accounts(before, activated=False, stopping=schedule.stopping)


def _clear_leftovers() -> None:
    leftovers.clear(stopping=schedule.stopping)


def _announce_expiry() -> None:
    for expiring in expiry.expiring():
        expiration_notices.send_notices(expiring)


JOBS = [
    Job("spaces:expiration-emails", _announce_expiry, at=time(6, 0)),
    Job("accounts:clear-accounts-tombstones", _clear_tombstones, at=time(0, 10)),
    Job("accounts:clear-unconfirmed", _clear_unconfirmed, at=time(0, 15)),
    Job("accounts:clear-leftovers", _clear_leftovers, at=time(0, 20)),
]
