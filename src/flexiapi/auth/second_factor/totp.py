"""Codes of authenticator apps (RFC 6238: SHA-1, 6 digits, 30 seconds), each good once and one step early or late."""

import base64
import logging
import secrets
from urllib.parse import quote, urlencode

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_otp.oath import TOTP  # type: ignore[import-untyped]

from flexiapi.accounts.models import Account
from flexiapi.auth import seals
from flexiapi.auth.events import WayInEvent, factor_added, factor_removed
from flexiapi.auth.models import TotpSecret
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.dates import now
from flexiapi.http.errors import Conflict, Invalid, NotFound

from . import queries, recovery_codes

HOW = "authenticator app"
_PURPOSE = "second factor"
_BYTES = 20  # RFC 4226 §4 R6 recommends 160 bits
_DIGITS = 6
_EARLY_OR_LATE = 1

log = logging.getLogger(__name__)


def begin(account_id: int) -> None:
    """Make a new secret for an account, to be confirmed by a code of it; a former unconfirmed one is dead.

    Raises:
        Conflict: the account has a confirmed one.
    """
    sealed = seals.seal(_PURPOSE, secrets.token_bytes(_BYTES))
    try:
        with transaction.atomic():
            TotpSecret.objects.filter(account_id=account_id, confirmed_at=None).delete()
            TotpSecret.objects.create(account_id=account_id, secret=sealed)
    except IntegrityError:
        raise Conflict(_("An authenticator app is set up already.")) from None


def unconfirmed_secret(account_id: int) -> str | None:
    """The secret to type into an app (base32), until it is confirmed."""
    row = queries.unconfirmed_totp(account_id)
    secret = _opened(row) if row is not None else None
    return base64.b32encode(secret).decode().rstrip("=") if secret is not None else None


def uri(secret: str, *, issuer: str, name: str) -> str:
    """What the QR code says: the key URI that authenticator apps read."""
    issuer = issuer.replace(":", " ")
    return (
        f"otpauth://totp/{quote(f'{issuer}:{name}')}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
    )


@transaction.atomic
def confirm(account: Account, code: str, *, by: Caller, origin: Origin) -> list[str]:
    """Let the unconfirmed secret count from now on, since the app gives codes of it.

    Returns the account's recovery codes if these are new, as with its first factor.

    Raises:
        NotFound: there is no unconfirmed secret.
        Invalid: the code is wrong.
    """
    queries.hold(account.pk)
    row = queries.unconfirmed_totp(account.pk)
    if row is None:
        raise NotFound
    step = _step(row, code)
    if step is None:
        raise Invalid({"one_time_code": [_("This code is wrong, or was used already.")]})
    TotpSecret.objects.filter(pk=row.pk).update(confirmed_at=now(), last_step=step, updated_at=now())
    factor_added.announce(WayInEvent(account.pk, HOW, by, origin))
    return recovery_codes.issue_first(account.pk)


def spend(account_id: int, code: str) -> bool:
    """Use a code up; of two who send it at the same moment one is right."""
    row = queries.confirmed_totp(account_id)
    step = _step(row, code) if row is not None else None
    if row is None or step is None:
        return False
    spent = TotpSecret.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step, updated_at=now())
    return spent == 1


@transaction.atomic
def remove(account: Account, *, by: Caller, origin: Origin) -> None:
    """Take the authenticator app away from an account.

    Raises:
        NotFound: there is none.
    """
    queries.hold(account.pk)
    if not TotpSecret.objects.filter(account=account, confirmed_at__isnull=False).delete()[0]:
        raise NotFound
    recovery_codes.end_with_last_factor(account.pk)
    factor_removed.announce(WayInEvent(account.pk, HOW, by, origin))


def _step(row: TotpSecret, code: str) -> int | None:
    """The time step that a code belongs to, if it is one that may still be used."""
    secret = _opened(row)
    if secret is None or not (len(code) == _DIGITS and code.isascii() and code.isdigit()):
        return None
    clock = TOTP(secret, digits=_DIGITS)
    clock.time = now().timestamp()
    found: bool = clock.verify(int(code), tolerance=_EARLY_OR_LATE, min_t=row.last_step + 1)
    return int(clock.t()) if found else None


def _opened(row: TotpSecret) -> bytes | None:
    secret = seals.opened(_PURPOSE, row.secret)
    if secret is None:
        log.error(
            "The TOTP secret of account %s was sealed with another APP_KEY: APP_PREVIOUS_KEYS lacks it", row.account_id
        )
    return secret
