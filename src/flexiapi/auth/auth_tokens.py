"""Auth tokens: one device lets another in.

A device without credentials makes a token, a device that has them attaches its account, and the first trades
the token for an API key (or a session, or a provisioning document). All within five minutes, once.
"""

from datetime import timedelta

from django.db import transaction

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, NotFound
from flexiapi.spaces.models import Space

from . import keys, queries
from .models import AuthToken
from .scope import Caller, Origin

LIFETIME = timedelta(minutes=5)
LENGTH = 32


def create(*, origin: Origin, account_id: int | None = None) -> AuthToken:
    """A new token, attached to an account if one is given; all that are too old go, and that account's others."""
    moment = now()
    clear_expired()
    if account_id is not None:
        AuthToken.objects.filter(account_id=account_id).delete()
    return AuthToken.objects.create(
        token=keys.random_text(LENGTH),
        account_id=account_id,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )


def clear_expired() -> None:
    """Delete the tokens that are too old."""
    AuthToken.objects.filter(created_at__lt=now() - LIFETIME).delete()


def attach(token: str, caller: Caller) -> None:
    """Attach a token to the caller's account: one of all callers that try.

    Raises:
        NotFound: it is unknown, too old or attached already.
    """
    moment = now()
    attached = AuthToken.objects.filter(
        token=token[: LENGTH + 1], account=None, created_at__gt=moment - LIFETIME
    ).update(account_id=caller.account_id, updated_at=moment)
    if attached != 1:
        raise NotFound


@transaction.atomic
def redeem(space: Space, token: str) -> Account:
    """Use a token up for the account that it was attached to, of this Space; returns the account.

    Raises:
        NotFound: it is unknown, too old, not attached, attached elsewhere, or another request was faster.
        Forbidden: the account is blocked; the token stays.
    """
    found = queries.attached_token(space, token[: LENGTH + 1], since=now() - LIFETIME)
    if found is None or found.account is None:
        raise NotFound
    if found.account.blocked:
        raise Forbidden("Account blocked")
    if AuthToken.objects.filter(pk=found.pk).delete()[0] != 1:
        raise NotFound
    return found.account


@transaction.atomic
def redeem_for_key(space: Space, token: str, *, origin: Origin) -> str:
    """Trade an attached token for a fresh personal API key that works from the caller's address only.

    Whoever knows the account's password may have attached the token.

    Raises:
        NotFound, Forbidden: as `redeem`.
        Forbidden: the account is an administrator's who has a second factor; the token stays.
    """
    account = redeem(space, token)
    keys.refuse_password_alone(account.pk, admin=account.admin)
    return keys.issue_personal_key(account.pk, ip=origin.ip)
