"""What the room of Spaces announces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class SpaceDeleted:
    """A Space is gone with everything that hung on it; `logo` is the file that it showed, if any."""

    space_id: int
    domain: str
    host: str
    logo: str | None


@dataclass(frozen=True, slots=True)
class SpaceChanged:
    """A Space was created, or its settings were changed.

    `differences` tells what a column was and what it is; a server's settings are told by their names alone.
    """

    space_id: int
    domain: str
    differences: Mapping[str, tuple[Any, Any]]


space_created: Event[SpaceChanged] = Event("Space created")
space_changed: Event[SpaceChanged] = Event("Space changed")
space_deleted: Event[SpaceDeleted] = Event("Space deleted")
