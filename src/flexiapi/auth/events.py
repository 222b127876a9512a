"""What the auth room announces."""

from dataclasses import dataclass

from flexiapi.events import Event

from .scope import Caller, Origin


@dataclass(frozen=True, slots=True)
class CredentialRefused:
    """Somebody presented a wrong secret; `account` is what they called the account, if they named one."""

    kind: str
    account: str | None
    space: str | None
    """SIP domain of the Space of the request's host."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class WayInEvent:
    """A way into an account was opened or closed; `how` says which (a method of logging in, a kind of key)."""

    account_id: int
    how: str
    by: Caller | None
    """None: whoever holds the account, or the console."""
    origin: Origin


credential_refused: Event[CredentialRefused] = Event("credential refused")
logged_in: Event[WayInEvent] = Event("logged in to the portal")
logged_out: Event[WayInEvent] = Event("logged out of the portal")
sessions_ended: Event[WayInEvent] = Event("portal sessions ended")
key_replaced: Event[WayInEvent] = Event("personal API key replaced")
key_created: Event[WayInEvent] = Event("managed API key created")
key_deleted: Event[WayInEvent] = Event("managed API key deleted")
factor_added: Event[WayInEvent] = Event("second factor set up")
factor_removed: Event[WayInEvent] = Event("second factor removed")
factors_reset: Event[WayInEvent] = Event("second factors taken away by an administrator")
recovery_codes_replaced: Event[WayInEvent] = Event("recovery codes replaced")
recovery_code_used: Event[WayInEvent] = Event("recovery code used")
