"""What follows the end of a Space."""

from .events import SpaceDeleted, space_deleted
from .services import logos


def connect() -> None:
    """Listen to the room's own events."""
    space_deleted.connect(delete_logo)


def delete_logo(event: SpaceDeleted) -> None:
    """The file of its logo goes too."""
    logos.remove_file(event.logo)
