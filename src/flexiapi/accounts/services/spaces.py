"""The deletion of a Space with all of its accounts.

It stands here and not beside the other writes of Spaces because each account must go the way of every deleted
account (tombstone, statistics, uploads, bridge, hooks), which the room of Spaces, below this one, knows nothing of.
"""

from django.db import transaction

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.errors import Forbidden, NotFound
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services
from flexiapi.spaces.models import Space

from .deletion import delete_account

BATCH = 200


def delete_space(domain: str, *, by: Caller | None, origin: Origin) -> bool:
    """Delete the Space of a SIP domain; false when there is none.

    Accounts are deleted in batches, each in a transaction of its own, so that the rest of the instance goes on
    meanwhile; after an interruption the Space is still there with those that are left, and the request can be
    repeated. The last transaction holds the Space's row: nobody can take a seat in it any more.

    Raises:
        Forbidden: it is the caller's own Space.
    """
    space = spaces.find(domain)
    if space is None:
        return False
    if by is not None and by.domain == space.domain:
        raise Forbidden("The own Space cannot be deleted")
    while _delete_some(space, by=by, origin=origin):
        pass
    return _delete_rest(space, by=by, origin=origin)


@transaction.atomic
def _delete_some(space: Space, *, by: Caller | None, origin: Origin) -> bool:
    """Delete the accounts of a batch; true while there may be more."""
    batch = list(Account.objects.select_for_update().filter(space=space).order_by("id")[:BATCH])
    for account in batch:
        delete_account(account, by=by, origin=origin)
    return len(batch) == BATCH


@transaction.atomic
def _delete_rest(space: Space, *, by: Caller | None, origin: Origin) -> bool:
    try:
        locked = space_services.locked(space.domain)
    except NotFound:
        return False
    while _delete_some(locked, by=by, origin=origin):
        pass
    space_services.remove_space(locked)
    return True
