"""Passwords: stored as HA1 with the realm and algorithm of the account's own Space."""

import hmac
from collections.abc import Sequence

from django.db import transaction

from flexiapi.accounts import queries
from flexiapi.accounts.events import AccountEvent, password_changed
from flexiapi.accounts.models import Account, Password
from flexiapi.auth import digest
from flexiapi.auth.models import ApiKey, AuthToken, Opaque
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import DigestConfiguration, Space


def set_password(account: Account, password: str, *, space: Space | None = None) -> None:
    """Replace all passwords of an account by one.

    Raises:
        Forbidden: Digest is not enabled on the account's Space.
    """
    space = space or queries.space_of(account)
    configuration = space.digest
    if configuration is None:
        raise Forbidden("Digest is not enabled on this space")
    Password.objects.filter(account=account).delete()
    _hashed(account, password, configuration).save(force_insert=True)


def set_first_passwords(chosen: Sequence[tuple[Account, str]], *, space: Space) -> None:
    """Store the passwords of accounts that have none yet; nothing where Digest is not enabled on their Space."""
    configuration = space.digest
    if configuration is not None:
        Password.objects.bulk_create(_hashed(account, password, configuration) for account, password in chosen)


def _hashed(account: Account, password: str, configuration: DigestConfiguration) -> Password:
    algorithm = configuration.default_password_algorithm
    stored = digest.ha1(algorithm, account.username, configuration.realm, password)
    return Password(account=account, password=stored, algorithm=algorithm)


def replace_password(account: Account, password: str, *, space: Space, by: Caller | None, origin: Origin) -> None:
    """Set a password where nobody has shown the old one; every way in that the old one opened ends.

    Raises:
        Forbidden: Digest is not enabled on the Space.
    """
    set_password(account, password, space=space)
    revoke_ways_in(account)
    password_changed.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))


def matches(account: Account, password: str, *, space: Space | None = None) -> bool:
    """Whether a clear password fits any of the account's stored ones; takes the same time for all."""
    space = space or queries.space_of(account)
    realm = space.digest.realm if space.digest is not None else account.domain
    found = False
    for stored in queries.passwords(account):
        if stored.algorithm in digest.ALGORITHMS:
            expected = digest.ha1(stored.algorithm, account.username, realm, password)
            found |= hmac.compare_digest(expected.encode(), stored.password.lower().encode())
    return found


def spend_time(password: str, *, space: Space) -> None:
    """Do what a check does, so that an unknown name takes as long as a wrong password."""
    queries.passwords(Account(pk=0))
    algorithm = space.digest.default_password_algorithm if space.digest is not None else "SHA-256"
    digest.ha1(algorithm, "nobody", "nowhere", password)


@transaction.atomic
def change_own_password(
    account: Account,
    *,
    password: str,
    old_password: str | None,
    by: Caller,
    origin: Origin,
    recovered: bool = False,
) -> None:
    """Change the password of an account on its own request; it counts as activated from then on.

    Whoever has `recovered` the account by a code does not know the old one.

    All other ways in end: its personal API key, its Digest challenges and its unredeemed auth tokens.

    Raises:
        Invalid: the old password is wrong (422).
        Forbidden: Digest is not enabled on its Space.
    """
    account = queries.held(account.pk)
    if not recovered and queries.has_password(account) and not matches(account, old_password or ""):
        raise Invalid({"old_password": [sentence("old_password", "old_password")]})
    set_password(account, password)
    Account.objects.filter(pk=account.pk).update(activated=True, updated_at=now())
    revoke_ways_in(account, keep_key=by.method == "key")
    password_changed.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))


def revoke_ways_in(account: Account, *, keep_key: bool = False) -> None:
    """Delete what an old password opened: the personal key (unless it is in use), auth tokens, challenges."""
    if not keep_key:
        ApiKey.objects.filter(account=account, expires_after_last_used_minutes=None).delete()
    AuthToken.objects.filter(account=account).delete()
    Opaque.objects.filter(account=account).delete()
