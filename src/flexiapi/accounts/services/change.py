"""Changes of accounts by their administrators."""

from django.db import IntegrityError, transaction
from msgspec import UnsetType

from flexiapi.accounts import queries
from flexiapi.accounts.events import (
    AccountChanged,
    AccountEvent,
    AccountStateChanged,
    account_changed,
    account_state_changed,
    password_changed,
)
from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers import AccountChange
from flexiapi.auth.scope import Origin, Scope
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Invalid
from flexiapi.http.messages import sentence
from flexiapi.intercom.models import DictionaryEntry
from flexiapi.spaces import services as spaces
from flexiapi.spaces.models import Space

from . import passwords, uniqueness
from .creation import USER_AGENT_COLUMN, write_dictionary

_TOLD = ("username", "domain", "email", "phone", "display_name", "dtmf_protocol", "activated", "blocked", "admin")


@transaction.atomic
def change_account(scope: Scope, account_id: int, change: AccountChange, *, space: Space, origin: Origin) -> Account:
    """Replace what an administrator may set; `space` is the Space that the account belongs to afterwards.

    HA1 holds the username and the realm: after a rename or a move without a new password the account
    cannot authenticate any more.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it moves to a Space without a free seat, or gets a password where Digest is not enabled.
        Invalid: the new name was taken meanwhile.
    """
    seat = spaces.take_seat(space)
    account = queries.locked(scope, account_id)
    former = (account.username, account.domain)
    before = {name: getattr(account, name) for name in _TOLD}
    if space.domain != account.domain and not seat:
        raise Forbidden("This action is unauthorized.")
    uniqueness.refuse_taken(space, username=change.username, email=change.email, phone=change.phone, but=account.pk)
    account.username = change.username
    account.domain = space.domain
    account.email = change.email
    account.phone = change.phone
    account.display_name = change.display_name
    account.dtmf_protocol = change.dtmf_protocol
    account.user_agent = (origin.user_agent or space.name)[:USER_AGENT_COLUMN]
    account.updated_at = now()
    for flag in ("activated", "blocked", "admin"):
        value = getattr(change, flag)
        if value is not None:
            setattr(account, flag, value)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:
        raise Invalid({"username": [sentence("unique", "username")]}) from None
    if change.password:
        passwords.set_password(account, change.password, space=space)
        own = scope.caller is not None and scope.caller.account_id == account.pk
        passwords.revoke_ways_in(account, keep_key=own)
        password_changed.announce(AccountEvent(account.pk, account.username, account.domain, scope.caller, origin))
    if not isinstance(change.dictionary, UnsetType):
        DictionaryEntry.objects.filter(account=account).delete()
        write_dictionary(account, change.dictionary or {})
    differences = {name: (old, new) for name, old in before.items() if (new := getattr(account, name)) != old}
    account_changed.announce(
        AccountChanged(account.pk, account.username, account.domain, scope.caller, origin, *former, differences)
    )
    return account


@transaction.atomic
def set_state(
    scope: Scope,
    account_id: int,
    *,
    origin: Origin,
    activated: bool | None = None,
    blocked: bool | None = None,
) -> Account:
    """Activate, deactivate, block or unblock an account; setting what is set already changes nothing.

    Raises:
        NotFound: no such account within reach.
    """
    account = queries.locked(scope, account_id)
    if activated is not None:
        account.activated = activated
    if blocked is not None:
        account.blocked = blocked
    account.updated_at = now()
    account.save(update_fields=["activated", "blocked", "updated_at"])
    account_state_changed.announce(
        AccountStateChanged(account.pk, account.username, account.domain, scope.caller, origin, activated, blocked)
    )
    return account
