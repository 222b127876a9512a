"""Periodic work of this room."""

from datetime import time, timedelta

from flexiapi.config import instance
from flexiapi.schedule import Job

from . import cleaning, limit_store
from .auth_tokens import clear_expired
from .session_store import SessionStore

_OPAQUES_MINUTES = 60


def _clear_opaques() -> None:
    cleaning.clear_opaques(_OPAQUES_MINUTES)


def _clear_sessions() -> None:
    SessionStore.clear_expired()
    clear_expired()


def _clear_keys() -> None:
    minutes = instance.current().app_api_key_expiration_minutes
    if minutes:
        cleaning.clear_personal_keys(minutes)
    cleaning.clear_managed_keys()


JOBS = [
    Job("digest:clear-opaques", _clear_opaques, at=time(0, 0)),
    Job("accounts:clear-api-keys", _clear_keys, at=time(0, 5)),
    Job("sessions:clear", _clear_sessions, every=timedelta(hours=1)),
    Job("limits:clear", limit_store.clear_expired, every=timedelta(minutes=10)),
]
