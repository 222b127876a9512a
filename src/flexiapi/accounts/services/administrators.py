"""Administrators made on the console, where nobody is calling yet."""

from datetime import timedelta

from django.db import transaction

from flexiapi.accounts import queries
from flexiapi.accounts.models import Account, ProvisioningToken
from flexiapi.auth import keys
from flexiapi.auth.scope import Origin
from flexiapi.auth.second_factor import removal
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound, Unprocessable
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services

from . import passwords, provisioning_tokens

CONSOLE = Origin(ip="0.0.0.0", user_agent="Console")  # noqa: S104 a text in a column, nothing listens there
_AGE = timedelta(days=3 * 365)


@transaction.atomic
def create_administrator(*, username: str, domain: str, password: str, key_ip: str | None) -> str:
    """Create an activated administrator, or make the account of that address one; returns its new API key.

    Raises:
        NotFound: no Space has this domain.
    """
    space = spaces.by_domain(domain)
    if space.digest is None:
        space_services.configure_digest(space, realm=domain, algorithm=space_services.DEFAULT_ALGORITHM)
        space = spaces.by_domain(domain)
    moment = now()
    account = Account.objects.select_for_update().filter(username=username, space__domain=domain).first()
    if account is None:
        account = Account.objects.create(
            username=username,
            domain=domain,
            activated=True,
            admin=True,
            ip_address=CONSOLE.ip,
            user_agent="Test",
            created_at=moment - _AGE,
            updated_at=moment,
        )
    else:
        account.activated, account.admin, account.blocked = True, True, False
        account.save()
        ProvisioningToken.objects.filter(account=account, used=False).update(used=True, updated_at=moment)
    provisioning_tokens.issue_token(account, origin=CONSOLE)
    passwords.set_password(account, password, space=space)
    return keys.issue_personal_key(account.pk, ip=key_ip)


def set_known_key(*, username: str, domain: str, key: str) -> None:
    """Replace all keys of an account by a known one (test fixtures)."""
    keys.set_personal_key(queries.id_of(username, domain), key)


@transaction.atomic
def promote(account_id: int) -> str:
    """Make an account an administrator; returns its `username@domain`.

    Raises:
        NotFound: no such account.
        Unprocessable: it is one already.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("Unable to find an account with this id")
    if account.admin:
        raise Unprocessable("The account is already admin")
    account.admin = True
    account.save()
    return account.identifier


@transaction.atomic
def reset_second_factor(account_id: int) -> tuple[str, bool]:
    """Take the second factor of an account away; returns its `username@domain` and whether it had one.

    Raises:
        NotFound: no such account.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("Unable to find an account with this id")
    return account.identifier, removal.reset(account, by=None, origin=CONSOLE)
