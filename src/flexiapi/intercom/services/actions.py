"""Actions of accounts: what a DTMF code does at their device."""

from django.db import transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.auth.scope import Origin, Scope
from flexiapi.http.errors import NotFound
from flexiapi.intercom import queries
from flexiapi.intercom.events import ActionEvent, action_changed, action_created, action_deleted
from flexiapi.intercom.models import AccountAction
from flexiapi.intercom.serializers import ActionTexts


@transaction.atomic
def create_action(scope: Scope, account_id: int, texts: ActionTexts, *, origin: Origin) -> AccountAction:
    """Give an account an action.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it has no DTMF protocol.
    """
    account = queries.with_dtmf(accounts.locked(scope, account_id))
    action = AccountAction.objects.create(account=account, key=texts.key, code=texts.code)
    belongings.tell(account, "action", texts.key)
    action_created.announce(_event(scope, account, action.pk, origin))
    return action


@transaction.atomic
def change_action(
    scope: Scope, account_id: int, action_id: int, texts: ActionTexts, *, origin: Origin
) -> AccountAction:
    """Replace an action of an account.

    Raises:
        NotFound: no such account within reach, or it has no such action.
        Forbidden: it has no DTMF protocol.
    """
    account = queries.account_with_dtmf(scope, account_id)
    action = AccountAction.objects.select_for_update().filter(account=account, pk=action_id).first()
    if action is None:
        raise NotFound
    action.key, action.code = texts.key, texts.code
    action.save()
    belongings.tell(account, "action", texts.key)
    action_changed.announce(_event(scope, account, action_id, origin))
    return action


@transaction.atomic
def delete_action(scope: Scope, account_id: int, action_id: int, *, origin: Origin) -> int:
    """Take an action away from an account. Returns how many that were: 1 or 0.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it has no DTMF protocol.
    """
    account = queries.account_with_dtmf(scope, account_id)
    deleted = AccountAction.objects.filter(account=account, pk=action_id).delete()[0]
    if deleted:
        belongings.tell(account, "action", f"{action_id} deleted")
        action_deleted.announce(_event(scope, account, action_id, origin))
    return deleted


def _event(scope: Scope, account: Account, action_id: int, origin: Origin) -> ActionEvent:
    return ActionEvent(account.pk, account.username, account.domain, scope.caller, origin, action_id)
