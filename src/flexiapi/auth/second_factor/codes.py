"""Codes that people type: those of an authenticator app, and recovery codes."""

from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.auth import limits
from flexiapi.auth.scope import Origin
from flexiapi.http.errors import Invalid
from flexiapi.spaces.models import Space

from . import recovery_codes, totp


def spend(account: Account, code: str, *, space: Space, origin: Origin) -> str:
    """Use a code of either kind up; returns which kind it was.

    Raises:
        Invalid: it is none of the account's (422).
        TooManyRequests: too many were wrong.
    """
    with limits.guarded(limits.SECOND_FACTORS, origin, space=space, account=account.identifier, failures=(Invalid,)):
        if totp.spend(account.pk, "".join(code.split())):
            return "code"
        if recovery_codes.spend(account.pk, code, origin=origin):
            return "recovery code"
        raise Invalid({"one_time_code": [_("This code is wrong, or was used already.")]})
