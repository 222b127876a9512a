"""The dictionary of an account. Each change is a change of the account: hooks learn of it."""

from django.db import transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.events import AccountChanged, account_changed
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Origin, Scope
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.intercom.models import DictionaryEntry

LONGEST_KEY = 255


@transaction.atomic
def set_entry(scope: Scope, account_id: int, key: str, value: str, *, origin: Origin) -> None:
    """Write a value under a key, in the place of what stood there.

    Raises:
        NotFound: no such account within reach.
        Invalid: the key is too long.
    """
    if len(key) > LONGEST_KEY:
        raise Invalid({"key": [sentence("max", "key", max=LONGEST_KEY)]})
    account = accounts.locked(scope, account_id)
    DictionaryEntry.objects.filter(account=account, key=key).delete()
    DictionaryEntry.objects.create(account=account, key=key, value=value)
    _announce(scope, account, origin)


@transaction.atomic
def delete_entry(scope: Scope, account_id: int, key: str, *, origin: Origin) -> int:
    """Take a key out. Returns how many entries that were: 1 or 0.

    Raises:
        NotFound: no such account within reach.
    """
    account = accounts.locked(scope, account_id)
    deleted = DictionaryEntry.objects.filter(account=account, key=key).delete()[0]
    if deleted:
        _announce(scope, account, origin)
    return deleted


@transaction.atomic
def clear(scope: Scope, account_id: int, *, origin: Origin) -> int:
    """Take every key out. Returns how many entries that were.

    Raises:
        NotFound: no such account within reach.
    """
    account = accounts.locked(scope, account_id)
    deleted = DictionaryEntry.objects.filter(account=account).delete()[0]
    if deleted:
        _announce(scope, account, origin)
    return deleted


def _announce(scope: Scope, account: Account, origin: Origin) -> None:
    name = (account.username, account.domain)
    account_changed.announce(AccountChanged(account.pk, *name, scope.caller, origin, *name))
