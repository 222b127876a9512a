"""What the contacts room announces."""

from dataclasses import dataclass

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
