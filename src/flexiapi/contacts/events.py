"""What the contacts room announces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flexiapi.accounts.events import AccountEvent
from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class ContactEvent(AccountEvent):
    """A contact was added to an account, or taken away from it."""

    contact_id: int
    contact: str
    """`username@domain`"""


contact_added: Event[ContactEvent] = Event("contact added")
contact_removed: Event[ContactEvent] = Event("contact removed")


@dataclass(frozen=True, slots=True)
class ListChanged:
    """A contacts list came, went or changed; `differences` tells what something was and what it is."""

    list_id: int
    domain: str
    """Of its Space."""
    title: str
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


list_created: Event[ListChanged] = Event("contacts list created")
list_changed: Event[ListChanged] = Event("contacts list changed")
list_deleted: Event[ListChanged] = Event("contacts list deleted")
