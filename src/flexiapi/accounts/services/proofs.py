"""Who changes how an account is protected shows once more that it is theirs."""

from django.utils.translation import gettext as _

from flexiapi.accounts import queries
from flexiapi.accounts.models import Account
from flexiapi.auth import limits
from flexiapi.auth.scope import Origin
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor import recovery_codes, totp
from flexiapi.http.errors import Invalid
from flexiapi.spaces.models import Space

from . import passwords


def is_possible(account: Account) -> bool:
    """Whether there is anything to show: not for who logs in at an identity provider and has no factor yet."""
    return queries.has_password(account) or factors.is_set_up(account.pk)


def check(account: Account, text: str | None, *, space: Space, origin: Origin) -> None:
    """Accept the account's password, a code of its authenticator app, or one of its recovery codes.

    Raises:
        Invalid: it is none of them (422).
        TooManyRequests: too many were wrong.
    """
    if not is_possible(account):
        return
    with limits.guarded(limits.SECOND_FACTORS, origin, space=space, account=account.identifier, failures=(Invalid,)):
        given = text or ""
        if not (
            passwords.matches(account, given, space=space)
            or totp.spend(account.pk, given.strip())
            or recovery_codes.spend(account.pk, given, origin=origin)
        ):
            raise Invalid({"current_password": [_("This is neither the password nor a usable code.")]})
