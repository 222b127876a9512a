"""What the accounts room announces."""

from dataclasses import dataclass

from flexiapi.auth.scope import Caller, Origin
from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something happened to an account; the row may be gone already."""

    account_id: int
    username: str
    domain: str
    by: Caller | None
    origin: Origin

    @property
    def identifier(self) -> str:
        """`username@domain`."""
        return f"{self.username}@{self.domain}"


@dataclass(frozen=True, slots=True)
class AccountChanged(AccountEvent):
    """An account was changed; the name that it had before is kept."""

    former_username: str
    former_domain: str


@dataclass(frozen=True, slots=True)
class AccountDeleted(AccountEvent):
    """An account is gone; `external_account` is the (id, username, domain) that went with it, `files` its uploads."""

    external_account: tuple[int, str, str] | None
    files: tuple[str, ...]


account_created: Event[AccountEvent] = Event("account created")
account_changed: Event[AccountChanged] = Event("account changed")
account_deleted: Event[AccountDeleted] = Event("account deleted")
account_state_changed: Event[AccountEvent] = Event("account activated, deactivated, blocked or unblocked")
account_provisioned: Event[AccountEvent] = Event("provisioning token issued")
password_changed: Event[AccountEvent] = Event("password changed")
