"""Reads around what administrators do to accounts."""

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.http import inputs
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space


def target_space(scope: Scope, domain: object, present: Space | None = None) -> Space | None:
    """The Space that a creation or change aims at: `domain` counts for super administrators only.

    Without, or with something that is no text, it is the `present` one, else the host's; None where a super
    administrator names a domain that no Space has.
    """
    if not scope.super_admin or not inputs.storable(domain):
        return present or scope.space
    return spaces.find(domain)


def has_other_administrator(account: Account) -> bool:
    """Whether the Space of an account has an administrator besides it who is not blocked."""
    others = Account.objects.filter(space__domain=account.domain, admin=True, blocked=False)
    return others.exclude(pk=account.pk).exists()
