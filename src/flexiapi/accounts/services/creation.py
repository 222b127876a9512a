"""The creation of accounts."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from flexiapi.accounts import queries
from flexiapi.accounts.events import AccountEvent, account_created
from flexiapi.accounts.models import Account, ActivationExpiration
from flexiapi.accounts.serializers import NewAccount
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Invalid
from flexiapi.http.messages import sentence
from flexiapi.intercom.models import DictionaryEntry
from flexiapi.spaces import services as spaces
from flexiapi.spaces.models import Space

from . import passwords, provisioning_tokens, uniqueness

KEY_LENGTH = 13
USER_AGENT_COLUMN = 256


@transaction.atomic
def create_by_administrator(space: Space, new: NewAccount, *, by: Caller | None, origin: Origin) -> Account:
    """Create an account with all that an administrator may set.

    Where old Linphone apps are served, one that is not activated gets a key to activate itself with.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name was taken meanwhile.
    """
    account = _create(
        space, new, origin=origin, user_agent=origin.user_agent or space.name, **_administrators_columns(new)
    )
    write_dictionary(account, new.dictionary)
    if account.confirmation_key is not None and new.confirmation_key_expires is not None:
        ActivationExpiration.objects.create(account=account, expires=new.confirmation_key_expires)
    account_created.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))
    return account


@transaction.atomic
def create_many(space: Space, accounts: Sequence[NewAccount], *, by: Caller | None, origin: Origin) -> dict[str, int]:
    """Create accounts as `create_by_administrator` does, in as many statements as for one; the id of each username.

    They were validated while the Space's row was locked: nothing can have been taken meanwhile.

    Raises:
        Forbidden: the Space has not so many seats left.
        Invalid: two of the names are one to the database.
    """
    if not spaces.take_seat(space, len(accounts)):
        raise Forbidden("This action is unauthorized.")
    agent = origin.user_agent or space.name
    rows = [_built(space, new, origin=origin, user_agent=agent, **_administrators_columns(new)) for new in accounts]
    try:
        with transaction.atomic():
            Account.objects.bulk_create(rows)
    except IntegrityError:  # names that differ, though not for this database
        raise Invalid({"username": [sentence("unique", "username")]}) from None
    stored = queries.by_username(space.domain, [new.username for new in accounts])
    provisioning_tokens.issue_tokens(stored.values(), origin=origin)
    passwords.set_first_passwords([(stored[new.username], new.password) for new in accounts], space=space)
    for new in accounts:
        account_created.announce(AccountEvent(stored[new.username].pk, new.username, space.domain, by, origin))
    return {username: account.pk for username, account in stored.items()}


def register(space: Space, new: NewAccount, *, origin: Origin, **columns: str | None) -> Account:
    """Create an account for its owner, with a name and a password only; runs in the caller's transaction.

    `columns` are those of the old ways to register: `email`, `phone`, `confirmation_key`.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name was taken meanwhile.
    """
    account = _create(space, new, origin=origin, user_agent=space.name, activated=False, admin=False, **columns)
    account_created.announce(AccountEvent(account.pk, account.username, account.domain, None, origin))
    return account


def write_dictionary(account: Account, dictionary: dict[str, str]) -> None:
    """Store the entries of an account's dictionary."""
    moment = now()
    DictionaryEntry.objects.bulk_create(
        DictionaryEntry(account=account, key=key, value=value, created_at=moment, updated_at=moment)
        for key, value in dictionary.items()
    )


def _create(space: Space, new: NewAccount, *, origin: Origin, user_agent: str, **columns: object) -> Account:
    if not spaces.take_seat(space):
        raise Forbidden("This action is unauthorized.")
    uniqueness.refuse_taken(space, username=new.username, email=columns.get("email"), phone=columns.get("phone"))
    account = _built(space, new, origin=origin, user_agent=user_agent, **columns)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise Invalid({"username": [sentence("unique", "username")]}) from None
    provisioning_tokens.issue_token(account, origin=origin)
    if space.digest is not None:
        passwords.set_password(account, new.password, space=space)
    return account


def _built(space: Space, new: NewAccount, *, origin: Origin, user_agent: str, **columns: object) -> Account:
    """The row of a new account, not stored yet."""
    moment = now()
    return Account(
        username=new.username,
        domain=space.domain,
        dtmf_protocol=new.dtmf_protocol,
        ip_address=origin.ip,
        user_agent=user_agent[:USER_AGENT_COLUMN],
        created_at=moment,
        updated_at=moment,
        **columns,
    )


def _administrators_columns(new: NewAccount) -> dict[str, object]:
    """What an administrator may set besides; where old Linphone apps are served, a key if it is not activated."""
    needs_key = instance.current().app_dangerous_endpoints and not new.activated
    return {
        "confirmation_key": random_text(KEY_LENGTH) if needs_key else None,
        "email": new.email,
        "phone": new.phone,
        "display_name": new.display_name,
        "activated": bool(new.activated),
        "blocked": bool(new.blocked),
        "admin": bool(new.admin),
    }
