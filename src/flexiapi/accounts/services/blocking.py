"""The blocking of accounts that ask for too many codes."""

from datetime import timedelta

from django.db import transaction

from flexiapi.accounts import queries
from flexiapi.accounts.events import AccountStateChanged, account_state_changed
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden


def refuse_excess(account: Account, *, origin: Origin) -> None:
    """Block an account that has asked for as many codes as allowed, and refuse a blocked one.

    Raises:
        Forbidden: `Account blocked`.
    """
    with transaction.atomic():
        refused = is_due(queries.held(account.pk), origin=origin)
    if refused:
        raise Forbidden("Account blocked")


def is_due(account: Account, *, origin: Origin) -> bool:
    """Whether an account, whose row the caller holds, is blocked by now; it is blocked here where it must be.

    Counted are its recovery, phone change and e-mail change codes of the last minutes, used ones too; the
    present request is not.
    """
    if account.blocked:
        return True
    settings = instance.current()
    most = settings.blocking_amount_events_authorized_during_period
    if most <= 0:
        return False
    since = now() - timedelta(minutes=settings.blocking_time_period_check)
    if queries.codes_since(account, since) < most:
        return False
    Account.objects.filter(pk=account.pk).update(blocked=True, updated_at=now())
    account_state_changed.announce(
        AccountStateChanged(account.pk, account.username, account.domain, None, origin, activated=None, blocked=True)
    )
    return True
