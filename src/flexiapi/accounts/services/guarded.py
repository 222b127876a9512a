"""Changes and deletions in the portal: nobody locks themselves out, and every Space keeps an administrator.

The API is free to do what these refuse: there scripts move whole Spaces, and have no session to lose.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from flexiapi.accounts import queries
from flexiapi.accounts.models import Account
from flexiapi.accounts.queries.administration import has_other_administrator
from flexiapi.accounts.serializers import AccountChange
from flexiapi.auth.scope import Origin, Scope
from flexiapi.http.errors import Forbidden, Invalid
from flexiapi.spaces import services as space_services
from flexiapi.spaces.models import Space

from . import change as changes
from . import deletion


@transaction.atomic
def change_account(scope: Scope, account_id: int, change: AccountChange, *, space: Space, origin: Origin) -> Account:
    """Change an account as `change.change_account` does.

    Raises:
        NotFound, Forbidden, Invalid: as there.
        Invalid: somebody would demote, block or move themselves, or the last administrator of a Space.
    """
    account = _held(scope, account_id, space.domain)
    loss = _loss(account, change, space)
    if loss is not None and _is_own(scope, account):
        raise Invalid({loss: [_("You cannot take your own rights away.")]})
    if loss is not None and not has_other_administrator(account):
        raise Invalid({loss: [_("This is the last administrator of the Space.")]})
    return changes.change_account(scope, account_id, change, space=space, origin=origin)


@transaction.atomic
def delete_account(scope: Scope, account_id: int, *, origin: Origin) -> Account:
    """Delete an account; returns what it was.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it is the caller's own, or the last administrator of its Space.
    """
    account = _held(scope, account_id)
    if _is_own(scope, account):
        raise Forbidden("You cannot delete your own account here")
    if is_last(account):
        raise Forbidden("The last administrator of a Space cannot be deleted")
    deletion.delete_account(account, by=scope.caller, origin=origin)
    return account


def is_last(account: Account) -> bool:
    """Whether a Space would have no administrator without an account."""
    return account.admin and not account.blocked and not has_other_administrator(account)


def _held(scope: Scope, account_id: int, *domains: str) -> Account:
    """An account, while no administrator of its Space can change: their Spaces are locked in one order."""
    for domain in sorted({queries.account(scope, account_id).domain, *domains}):
        space_services.locked(domain)
    return queries.locked(scope, account_id)


def _is_own(scope: Scope, account: Account) -> bool:
    return scope.caller is not None and scope.caller.account_id == account.pk


def _loss(account: Account, change: AccountChange, space: Space) -> str | None:
    """The field by which an administrator who can act now could not any more."""
    if not account.admin or account.blocked:
        return None
    if change.admin is False:
        return "role"
    if change.blocked:
        return "blocked"
    return "domain" if space.domain != account.domain else None
