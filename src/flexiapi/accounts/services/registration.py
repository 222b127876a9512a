"""Accounts that their owners create themselves, vouched for by a creation token."""

from django.db import transaction

from flexiapi.accounts import journal, queries
from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers import NewAccount
from flexiapi.auth.scope import Origin
from flexiapi.http.errors import Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import Space

from . import creation, creation_tokens


@transaction.atomic
def register_with_token(space: Space, new: NewAccount, *, origin: Origin) -> Account:
    """Create a not activated account, using its creation token up in the same transaction.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name or the token was taken meanwhile.
    """
    token = queries.creation_token(new.account_creation_token or "")
    account = creation.register(space, new, origin=origin)
    try:
        if token is None:
            raise NotFound
        creation_tokens.take(token, account_id=account.pk)
    except NotFound:
        field = "account_creation_token"
        raise Invalid({field: [sentence(field, field)]}) from None
    journal.record("account creation token redeemed", id=account.identifier, token_id=token.pk)
    return account
