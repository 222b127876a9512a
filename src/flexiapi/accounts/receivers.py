"""What follows from changes of accounts, after their commit: lines in the event log, the operator's hooks."""

from collections.abc import Callable

from flexiapi import hooks
from flexiapi.auth import sessions
from flexiapi.auth.scope import Caller
from flexiapi.config import instance
from flexiapi.config.logging import event_log

from . import events, queries
from .events import AccountColumns, AccountDeleted, AccountEvent, AccountStateChanged

Call = Callable[[hooks.AccountHooks, hooks.HookContext, AccountColumns], None]


def connect() -> None:
    """Connect all receivers."""
    events.account_created.connect(created)
    events.account_changed.connect(changed)
    events.account_deleted.connect(deleted)
    events.account_state_changed.connect(state_changed)
    events.account_provisioned.connect(provisioned)
    events.password_changed.connect(password_changed)
    events.password_changed.connect(end_sessions)


def created(event: AccountEvent) -> None:
    """An account was created."""
    _record("account created", event)
    _call_hooks(event, lambda: queries.columns(event.account_id), lambda found, view, row: found.created(view, row))


def changed(event: AccountEvent) -> None:
    """An account was changed by an administrator."""
    _record("account updated", event)
    _call_hooks(event, lambda: queries.columns(event.account_id), lambda found, view, row: found.edited(view, row))


def deleted(event: AccountDeleted) -> None:
    """An account is gone."""
    _record("account destroyed", event)
    _call_hooks(event, lambda: event.columns, lambda found, view, row: found.destroyed(view, row))


def state_changed(event: AccountStateChanged) -> None:
    """A flag of an account was set."""
    for flag, on, off in (("activated", "activated", "deactivated"), ("blocked", "blocked", "unblocked")):
        value = getattr(event, flag)
        if value is not None:
            _record(f"account {on if value else off}", event)


def provisioned(event: AccountEvent) -> None:
    """A provisioning token was issued on request."""
    _record("account provisioned", event)


def password_changed(event: AccountEvent) -> None:
    """A password was set."""
    _record("password updated", event)


def end_sessions(event: AccountEvent) -> None:
    """Whoever is logged in to the portal has to know the new password."""
    sessions.end_all(event.account_id)


def _record(message: str, event: AccountEvent) -> None:
    event_log().record(message, id=event.identifier, by=_who(event.by), ip=event.origin.ip)


def _who(caller: Caller | None) -> str | None:
    return caller.identifier if caller is not None else None


def _call_hooks(event: AccountEvent, columns: Callable[[], AccountColumns | None], call: Call) -> None:
    """Call the operator's hooks; there are none on the console, where nobody makes a request."""
    installed = hooks.account(instance.current().flexiapi_config_dir)
    if installed is None or event.origin.view is None:
        return
    row = columns()
    if row is not None:
        call(installed, event.origin.view(), row)
