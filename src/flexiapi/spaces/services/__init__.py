"""Writes of Spaces, a module a use case; the names that other rooms use are here."""

from .creation import create_or_update, create_space
from .digest import DEFAULT_ALGORITHM, configure_digest
from .removal import remove_space
from .seats import locked, take_seat, touch

__all__ = [
    "DEFAULT_ALGORITHM",
    "configure_digest",
    "create_or_update",
    "create_space",
    "locked",
    "remove_space",
    "take_seat",
    "touch",
]
