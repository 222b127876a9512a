"""Account types, and which accounts are of them."""

from django.db import IntegrityError, transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.auth.scope import Origin, Scope
from flexiapi.http.errors import Forbidden, Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.intercom.events import TypeChanged, TypeEvent, type_attached, type_changed, type_detached
from flexiapi.intercom.models import AccountType, AccountTypeMembership
from flexiapi.intercom.serializers import TypeTexts


@transaction.atomic
def create_type(texts: TypeTexts) -> AccountType:
    """Create an account type, for all Spaces.

    Raises:
        Invalid: the key was taken meanwhile.
    """
    created = _save(AccountType(key=texts.key))
    type_changed.announce(TypeChanged(created.pk, "created", created.key))
    return created


@transaction.atomic
def change_type(type_id: int, texts: TypeTexts) -> AccountType:
    """Rename an account type.

    Raises:
        NotFound: there is none with this id.
        Invalid: the key was taken meanwhile.
    """
    found = _locked(type_id)
    before, found.key = found.key, texts.key
    if before != found.key:
        type_changed.announce(TypeChanged(found.pk, "changed", found.key, before))
    return _save(found)


@transaction.atomic
def delete_type(type_id: int) -> int:
    """Delete an account type; its accounts stay. Returns how many types that were: 1 or 0."""
    found = AccountType.objects.select_for_update().filter(pk=type_id).first()
    if found is None:
        return 0
    found.delete()
    type_changed.announce(TypeChanged(type_id, "deleted", found.key))
    return 1


@transaction.atomic
def attach_type(scope: Scope, account_id: int, type_id: int, *, origin: Origin) -> None:
    """Make an account one of a type.

    Raises:
        NotFound: no such account within reach, or no such type.
        Forbidden: it is one already.
    """
    account = accounts.locked(scope, account_id)
    found = _locked(type_id)
    _, attached = AccountTypeMembership.objects.get_or_create(account=account, account_type=found)
    if not attached:
        raise Forbidden("Already attached")
    belongings.tell(account, "type", found.key)
    type_attached.announce(_event(scope, account, type_id, origin))


@transaction.atomic
def detach_type(scope: Scope, account_id: int, type_id: int, *, origin: Origin) -> None:
    """Make an account no longer one of a type.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it is none.
    """
    account = accounts.account(scope, account_id)
    if not AccountTypeMembership.objects.filter(account=account, account_type_id=type_id).delete()[0]:
        raise Forbidden("Not attached")
    belongings.tell(account, "type", f"{type_id} taken away")
    type_detached.announce(_event(scope, account, type_id, origin))


def _locked(type_id: int) -> AccountType:
    found = AccountType.objects.select_for_update().filter(pk=type_id).first()
    if found is None:
        raise NotFound
    return found


def _save(found: AccountType) -> AccountType:
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise Invalid({"key": [sentence("unique", "key")]}) from None
    return found


def _event(scope: Scope, account: Account, type_id: int, origin: Origin) -> TypeEvent:
    return TypeEvent(account.pk, account.username, account.domain, scope.caller, origin, type_id)
