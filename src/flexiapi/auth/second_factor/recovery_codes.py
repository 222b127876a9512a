"""Codes on paper for the day on which app or authenticator is lost."""

import re
import secrets

from django.db import transaction

from flexiapi.accounts.models import Account
from flexiapi.auth.events import WayInEvent, recovery_code_used, recovery_codes_replaced
from flexiapi.auth.gate import hashed
from flexiapi.auth.models import FactorRecoveryCode
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.errors import NotFound

from . import queries

HOW_MANY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz123456789"  # 32, none that is easily taken for another
_LENGTH = 16  # 80 bits
_GROUP = 4
_WRITTEN_BETWEEN = re.compile(r"[\s-]+")


def issue_first(account_id: int) -> list[str]:
    """New codes for an account that has none, in the caller's transaction; else nothing."""
    return [] if queries.recovery_codes_left(account_id) else _issue(account_id)


@transaction.atomic
def replace(account: Account, *, by: Caller, origin: Origin) -> list[str]:
    """New codes for an account; the former ones are dead.

    Raises:
        NotFound: it has no second factor that they could stand for.
    """
    queries.hold(account.pk)
    if not queries.is_set_up(account.pk):
        raise NotFound
    recovery_codes_replaced.announce(WayInEvent(account.pk, "recovery codes", by, origin))
    return _issue(account.pk)


def spend(account_id: int, code: str, *, origin: Origin) -> bool:
    """Use a code up; of two who send it at the same moment one is right."""
    written = _WRITTEN_BETWEEN.sub("", code).lower()
    if len(written) != _LENGTH:
        return False
    if FactorRecoveryCode.objects.filter(account_id=account_id, code=hashed(written)).delete()[0] != 1:
        return False
    recovery_code_used.announce(WayInEvent(account_id, "recovery code", None, origin))
    return True


def end_with_last_factor(account_id: int) -> None:
    """Delete the codes of an account that has no factor any more, in the caller's transaction."""
    if not queries.is_set_up(account_id):
        FactorRecoveryCode.objects.filter(account_id=account_id).delete()


def _issue(account_id: int) -> list[str]:
    FactorRecoveryCode.objects.filter(account_id=account_id).delete()
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    FactorRecoveryCode.objects.bulk_create(
        FactorRecoveryCode(account_id=account_id, code=hashed(code)) for code in codes
    )
    return ["-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP)) for code in codes]
