"""What other rooms write of a Space: a seat taken in it, and that it has changed."""

from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.spaces import queries
from flexiapi.spaces.models import Space


def locked(domain: str) -> Space:
    """The Space of a SIP domain, its row locked until the transaction ends.

    Raises:
        NotFound: there is none (any more).
    """
    space = Space.objects.select_for_update().filter(domain=domain).first()
    if space is None:
        raise NotFound
    return space


def take_seat(space: Space, number: int = 1) -> bool:
    """Whether one more account, or so many, fit into a Space; its row stays locked until the transaction ends.

    Raises:
        NotFound: the Space was deleted meanwhile.
    """
    return queries.has_seats(locked(space.domain), number)


def touch(space: Space) -> None:
    """Mark a Space as changed, so that every process reads it anew."""
    Space.objects.filter(pk=space.pk).update(updated_at=now())
