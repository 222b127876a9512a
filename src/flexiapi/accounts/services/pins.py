"""Four-digit codes: made, tried at most three times, taken by one request."""

import hmac
import secrets

from django.db.models import F

from flexiapi.accounts.models import EmailChangeCode, PhoneChangeCode, RecoveryCode, RecoveryRequest
from flexiapi.http.dates import now
from flexiapi.http.errors import Gone, Invalid
from flexiapi.http.messages import sentence

ATTEMPTS = 3

ChangeCode = EmailChangeCode | PhoneChangeCode


def new_pin() -> str:
    """A code from 1000 to 9999."""
    return str(1000 + secrets.randbelow(9000))


def same(pin: str | None, sent: str) -> bool:
    """Whether a code was sent as it is, compared in constant time; no code is never sent."""
    return hmac.compare_digest((pin or "").encode(), sent.encode()) and pin is not None


def take_attempt(row: ChangeCode | RecoveryCode | RecoveryRequest) -> bool:
    """Count one try, before anything is compared: true for the first three, however many try at once."""
    model = type(row)
    taken = model._default_manager.filter(pk=row.pk, attempts__lt=ATTEMPTS).update(
        attempts=F("attempts") + 1, updated_at=now()
    )
    return taken == 1


def check(row: ChangeCode, sent: str, *, minutes: int) -> None:
    """Try a code; the try counts whatever becomes of the request.

    Raises:
        Gone: the code has expired or was tried three times (410).
        Invalid: it is another one (422).
    """
    if row.expired(now(), minutes) or not take_attempt(row):
        raise Gone("Expired code")
    if not same(row.code, sent):
        raise Invalid({"code": [sentence("code", "code")]})


def consume(row: ChangeCode | RecoveryCode) -> None:
    """Take a code: one of all requests that try gets it.

    Raises:
        Gone: another one was faster.
    """
    model = type(row)
    taken = model._default_manager.filter(pk=row.pk, code=row.code).update(code=None, updated_at=now())
    if taken != 1:
        raise Gone("Expired code")
