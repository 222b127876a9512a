"""What the room of Spaces announces."""

from dataclasses import dataclass

from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class SpaceDeleted:
    """A Space is gone with everything that hung on it; `logo` is the file that it showed, if any."""

    space_id: int
    domain: str
    host: str
    logo: str | None


space_deleted: Event[SpaceDeleted] = Event("Space deleted")
