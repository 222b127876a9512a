"""What the intercom room announces."""

from dataclasses import dataclass
from typing import Literal

from flexiapi.accounts.events import AccountEvent
from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class TypeEvent(AccountEvent):
    """An account got or lost a type."""

    type_id: int


@dataclass(frozen=True, slots=True)
class ActionEvent(AccountEvent):
    """An action of an account was created, changed or deleted."""

    action_id: int


@dataclass(frozen=True, slots=True)
class TypeChanged:
    """An account type, which all Spaces share, came, went or was renamed; `before` is its former key."""

    type_id: int
    how: Literal["created", "changed", "deleted"]
    key: str
    before: str | None = None


type_changed: Event[TypeChanged] = Event("account type created, renamed or deleted")
type_attached: Event[TypeEvent] = Event("type attached")
type_detached: Event[TypeEvent] = Event("type detached")
action_created: Event[ActionEvent] = Event("action created")
action_changed: Event[ActionEvent] = Event("action changed")
action_deleted: Event[ActionEvent] = Event("action deleted")
