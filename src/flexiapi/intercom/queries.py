"""Reads of account types, actions and dictionaries."""

from collections.abc import Sequence

from django.db.models import QuerySet

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.http import inputs
from flexiapi.http.errors import Forbidden, NotFound

from .models import AccountAction, AccountType, AccountTypeMembership, DictionaryEntry


def types() -> QuerySet[AccountType]:
    """The account types, the same for all Spaces."""
    return AccountType.objects.order_by("id")


def account_type(type_id: int) -> AccountType:
    """An account type.

    Raises:
        NotFound: there is none with this id.
    """
    found = types().filter(pk=type_id).first()
    if found is None:
        raise NotFound
    return found


def type_key_taken(key: str, *, but: int | None = None) -> bool:
    """Whether another account type has this key."""
    rows = AccountType.objects.filter(key=key)
    return (rows if but is None else rows.exclude(pk=but)).exists()


def types_of(account: Account) -> Sequence[AccountType]:
    """The types of an account."""
    return list(AccountType.objects.filter(memberships__account=account).order_by("key"))


def types_beside(account: Account) -> Sequence[AccountType]:
    """The types that an account is not of."""
    return list(AccountType.objects.exclude(memberships__account=account).order_by("key"))


def changeable_type(scope: Scope, type_id: int) -> AccountType:
    """A type that the caller may change.

    Raises:
        NotFound: there is none with this id.
        Forbidden: accounts that the caller does not reach are of it.
    """
    found, reach = account_type(type_id), scope.reach
    if reach is None:
        return found
    if AccountTypeMembership.objects.filter(account_type=found).exclude(account__space__domain__in=reach).exists():
        raise Forbidden("Other Spaces use this type: a super administrator can change it")
    return found


def account_with_dtmf(scope: Scope, account_id: int) -> Account:
    """An account that may have actions.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it has no DTMF protocol, so that nothing could send a code.
    """
    return with_dtmf(accounts.account(scope, account_id))


def with_dtmf(account: Account) -> Account:
    """The same account, if it may have actions.

    Raises:
        Forbidden: it has no DTMF protocol.
    """
    if account.dtmf_protocol is None:
        raise Forbidden("DTMF Protocol must be configured")
    return account


def actions(account: Account) -> QuerySet[AccountAction]:
    """The actions of an account."""
    return AccountAction.objects.filter(account=account).order_by("id")


def action(account: Account, action_id: int) -> AccountAction:
    """An action of an account.

    Raises:
        NotFound: the account has none with this id.
    """
    found = actions(account).filter(pk=action_id).first()
    if found is None:
        raise NotFound
    return found


def dictionary(account: Account) -> dict[str, str]:
    """The dictionary of an account, by age of its entries."""
    return dict(DictionaryEntry.objects.filter(account=account).order_by("id").values_list("key", "value"))


def dictionary_value(account: Account, key: str) -> str:
    """What stands under a key of an account's dictionary.

    Raises:
        NotFound: nothing does.
    """
    return entry_of_key(account, key).value


def entry_of_key(account: Account, key: str) -> DictionaryEntry:
    """The entry of an account's dictionary under a key.

    Raises:
        NotFound: there is none.
    """
    rows = DictionaryEntry.objects.filter(account=account, key=key)
    found = rows.first() if inputs.storable(key) else None
    if found is None:
        raise NotFound
    return found


def entry(account: Account, entry_id: int) -> DictionaryEntry:
    """An entry of an account's dictionary.

    Raises:
        NotFound: there is none with this id.
    """
    found = DictionaryEntry.objects.filter(account=account, pk=entry_id).first()
    if found is None:
        raise NotFound
    return found
