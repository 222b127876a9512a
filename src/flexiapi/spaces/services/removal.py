"""The end of a Space."""

from flexiapi.spaces.events import SpaceDeleted, space_deleted
from flexiapi.spaces.models import Space


def remove_space(space: Space) -> None:
    """Delete a Space without accounts; the database cascades to its servers, configurations and lists.

    Runs in the caller's transaction, which holds the row and has deleted the accounts
    (`flexiapi.accounts.services.spaces`).
    """
    gone = SpaceDeleted(space.pk, space.domain, space.host, space.logo)
    Space.objects.filter(pk=space.pk).delete()
    space_deleted.announce(gone)
