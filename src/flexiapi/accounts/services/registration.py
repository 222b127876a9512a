"""Accounts that their owners create themselves: through an app with a creation token, or by the portal's form."""

from django.db import transaction

from flexiapi.accounts import journal, queries
from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers import NewAccount
from flexiapi.accounts.serializers.registration import Registration
from flexiapi.auth.scope import Origin
from flexiapi.http.errors import Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import Space

from . import address_changes, creation, creation_tokens


@transaction.atomic
def register_with_token(space: Space, new: NewAccount, *, origin: Origin) -> Account:
    """Create a not activated account, using its creation token up in the same transaction.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name or the token was taken meanwhile.
    """
    account = creation.register(space, new, origin=origin)
    spend_token(new.account_creation_token or "", account)
    return account


def spend_token(token: str, account: Account) -> None:
    """Use a valid creation token up for an account, in the caller's transaction.

    Raises:
        Invalid: it was taken meanwhile.
    """
    found = queries.creation_token(token)
    try:
        if found is None:
            raise NotFound
        creation_tokens.take(found, account_id=account.pk)
    except NotFound:
        field = "account_creation_token"
        raise Invalid({field: [sentence(field, field)]}) from None
    journal.record("account creation token redeemed", id=account.identifier, token_id=found.pk)


@transaction.atomic
def register_by_form(space: Space, new: Registration, *, origin: Origin) -> Account:
    """Create a not activated account and send a code to the address or number that it is to be confirmed by.

    Neither is the account's own before its code is entered.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name was taken meanwhile.
    """
    account = creation.register(space, NewAccount(username=new.username, password=new.password), origin=origin)
    if new.email is not None:
        address_changes.request_email(account, new.email, origin=origin)
    elif new.phone is not None:
        address_changes.request_phone(account, new.phone, origin=origin)
    return account
