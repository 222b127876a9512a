"""What the auth room announces."""

from dataclasses import dataclass

from flexiapi.events import Event

from .scope import Origin


@dataclass(frozen=True, slots=True)
class CredentialRefused:
    """Somebody presented a wrong secret; `account` is what they called the account, if they named one."""

    kind: str
    account: str | None
    space: str | None
    """SIP domain of the Space of the request's host."""
    origin: Origin


credential_refused: Event[CredentialRefused] = Event("credential refused")
