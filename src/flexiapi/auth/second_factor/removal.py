"""The way back in for who has lost every factor: an administrator takes them away."""

from django.db import transaction

from flexiapi.accounts.models import Account
from flexiapi.auth.events import WayInEvent, factors_reset
from flexiapi.auth.models import FactorRecoveryCode, Passkey, TotpSecret
from flexiapi.auth.scope import Caller, Origin

from . import queries


@transaction.atomic
def reset(account: Account, *, by: Caller | None, origin: Origin) -> bool:
    """Take all second factors and recovery codes of an account away; false when it had none."""
    queries.hold(account.pk)
    had = queries.is_set_up(account.pk)
    for table in (TotpSecret, Passkey, FactorRecoveryCode):
        table.objects.filter(account=account).delete()
    if had:
        factors_reset.announce(WayInEvent(account.pk, "all", by, origin))
    return had
