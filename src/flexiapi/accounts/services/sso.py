"""The account of somebody whom the Space's identity provider has logged in, created at the first login."""

from django.db import transaction
from django.utils.translation import gettext as _

from flexiapi.accounts import queries
from flexiapi.accounts.events import AccountStateChanged, account_state_changed
from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers import NewAccount
from flexiapi.accounts.serializers.sso import ProvisionedName
from flexiapi.auth import sessions
from flexiapi.auth.keys import random_text
from flexiapi.auth.oidc import Identity, LoginRefused
from flexiapi.auth.scope import Origin
from flexiapi.http import rules as common
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Invalid
from flexiapi.spaces import services as spaces
from flexiapi.spaces.models import Space

from .creation import create_by_administrator

_PASSWORD_LENGTH = 12
_MOST_TRIES = 100
_LONGEST_LOCAL_PART = 60  # leaves room for a number in the column


def log_in(space: Space, identity: Identity, *, origin: Origin) -> Account:
    """The account of the Space that an identity may use.

    Where the Space creates accounts by itself, the configured role decides: who lacks it loses the use of
    the account, who has it again gets it back, and who has no account gets one.

    Raises:
        LoginRefused: there is none for this person.
    """
    provider = space.oidc
    if not identity.email:
        raise LoginRefused(
            _("Your OpenID Connect account has no confirmed e-mail address. Please contact your administrator.")
        )
    if provider is None or not provider.auto_provisioning:
        account = _first(space, identity.email)
        if account is None:
            raise LoginRefused(_("No account was found for you. Please contact your administrator."))
    elif provider.role_provisioning not in identity.roles:
        _deactivate(space, identity.email, origin=origin)
        raise LoginRefused(_("You have no access to this application. Please contact your administrator."))
    else:
        account = _provisioned(space, identity.email, origin=origin)
    if account.blocked:
        raise LoginRefused(_("Your account is blocked. Please contact your administrator."))
    return account


@transaction.atomic
def _provisioned(space: Space, email: str, *, origin: Origin) -> Account:
    """The account with an address, activated again or created; the Space's row makes simultaneous logins one."""
    spaces.locked(space.domain)
    account = _first(space, email)
    if account is not None:
        if not account.activated and not account.blocked:
            _set_activated(account, True, origin=origin)
        return account
    new = NewAccount(
        username=_free_username(space, email),
        password=random_text(_PASSWORD_LENGTH),
        email=email,
        activated=True,
    )
    try:
        return create_by_administrator(space, new, by=None, origin=origin)
    except Forbidden:
        raise LoginRefused(_("There is no room for another account. Please contact your administrator.")) from None


def _first(space: Space, email: str) -> Account | None:
    found = queries.with_email(space, email)
    return found[0] if found else None


def _free_username(space: Space, email: str) -> str:
    """The local part of an address, with a number after it while the name is taken.

    Raises:
        LoginRefused: it cannot be a username here.
    """
    wanted = email.rpartition("@")[0].lower()
    plausible = len(wanted) <= _LONGEST_LOCAL_PART and common.is_sip_uri(f"sip:{wanted}@{space.domain}")
    for number in range(_MOST_TRIES if plausible else 0):
        try:
            name = f"{wanted}{number or ''}"
            return ProvisionedName.check({"username": name, "email": email}, domain=space.domain).username
        except Invalid:
            continue
    raise LoginRefused(_("No account can be created: your address makes no username that is allowed here."))


@transaction.atomic
def _deactivate(space: Space, email: str, *, origin: Origin) -> None:
    for account in queries.with_email(space, email):
        if account.activated:
            _set_activated(account, False, origin=origin)
        sessions.end_all(account.pk)


def _set_activated(account: Account, activated: bool, *, origin: Origin) -> None:
    account.activated = activated
    Account.objects.filter(pk=account.pk).update(activated=activated, updated_at=now())
    account_state_changed.announce(
        AccountStateChanged(
            account.pk, account.username, account.domain, None, origin, activated=activated, blocked=None
        )
    )
