"""Recovery of accounts whose password is lost: a code by mail or SMS, then a new password.

Nobody learns here whether an account exists: a request for an unknown one makes the same row, gets the same
answer, and its code is never right. The pages decide what follows a right code.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from flexiapi.accounts import journal, phones, queries
from flexiapi.accounts.models import Account, AccountRecoveryToken, RecoveryCode, RecoveryRequest
from flexiapi.auth import limits
from flexiapi.auth.events import CredentialRefused, credential_refused
from flexiapi.auth.gate import hashed
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Gone, Invalid, PageExpired
from flexiapi.http.messages import sentence
from flexiapi.messaging import services as messaging
from flexiapi.spaces.models import Space

from . import blocking, pins, provisioning_tokens, sms

_HANDLE = 32
_AGAIN_AFTER = timedelta(minutes=1)
_DAY = timedelta(days=1)
_KEPT = timedelta(days=2)
_MOST_FOR_ACCOUNT = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: the recovered account, or how many tries are left."""

    account: Account | None
    attempts_left: int


def request_by_email(space: Space, *, email: str, username: str | None, base_url: str, origin: Origin) -> str:
    """Mail a recovery code to an account's own address; returns the handle that its confirmation needs.

    `username` is needed where the Space's addresses are not unique. Links in the mail start with `base_url`.

    Raises:
        Invalid: a code was asked for within the last minute.
        TooManyRequests: this address of the network asks over and over.
    """
    identifier = _identifier(space, "email", email, username if not space.unique_email else None)
    _refuse_repetition(identifier, origin)
    with transaction.atomic():
        account = queries.recoverable_by_email(space, email, username)
        code = issue_code(account, origin=origin, email=account.email if account is not None else None)
        if account is not None and code is not None:
            token = provisioning_tokens.issue_token(account, origin=origin).token
            minutes = instance.current().app_recovery_code_expiration_minutes
            messaging.enqueue_mail(
                space,
                template="recover_by_code",
                to=account.email or email,
                account=account,
                context={
                    "code": code.code,
                    "expiration_minutes": minutes,
                    "provisioning_url": f"{base_url}/provisioning/{token}?reset_password",
                    "provisioning_qrcode_url": f"{base_url}/provisioning/qrcode/{token}?reset_password",
                },
            )
            journal.record("recovery mail sent", id=account.identifier, ip=origin.ip)
        return _remember(identifier, code, origin)


def request_by_phone(space: Space, *, phone: str, recovery_token: str, origin: Origin) -> str:
    """Send a recovery code by SMS, using a recovery token up; returns the handle that its confirmation needs.

    Raises:
        Forbidden: the token is unknown or used (`Wrong Account Recovery Token`).
        PageExpired: the token has expired.
        Invalid: a code was asked for within the last minute.
        TooManyRequests: this address of the network asks over and over.
    """
    token = usable_token(recovery_token)
    number = phones.normalised(phone)
    identifier = _identifier(space, "phone", number, None)
    _refuse_repetition(identifier, origin)
    with transaction.atomic():
        account = queries.recoverable_by_phone(space, number)
        taken = AccountRecoveryToken.objects.filter(pk=token.pk, used=False).update(
            used=True, account=account, updated_at=now()
        )
        if taken != 1:
            raise Forbidden("Wrong Account Recovery Token")
        code = issue_code(account, origin=origin, phone=number)
        if account is not None and code is not None:
            provisioning_tokens.issue_token(account, origin=origin)
            minutes = instance.current().app_recovery_code_expiration_minutes
            sms.send_pin(account, code.code or "", to=account.phone or number, minutes=minutes)
            journal.record("recovery SMS sent", id=account.identifier, token_id=token.pk, ip=origin.ip)
        return _remember(identifier, code, origin)


def usable_token(token: str) -> AccountRecoveryToken:
    """A recovery token that may be used now.

    Raises:
        Forbidden: it is unknown or used (`Wrong Account Recovery Token`).
        PageExpired: it has expired (`Token expired`).
    """
    found = queries.recovery_token(token)
    if found is None:
        raise Forbidden("Wrong Account Recovery Token")
    if found.expired(now(), instance.current().app_account_recovery_token_expiration_minutes):
        raise PageExpired("Token expired")
    return found


def confirm(space: Space, handle: str, code: str, *, origin: Origin) -> Outcome:
    """Try a code. Three tries at most are looked at, and one of all requests with the right code wins.

    Raises:
        PageExpired: the code has expired, was used or tried three times, or nobody asked for it.
    """
    request = queries.recovery_request(hashed(handle))
    expired = PageExpired("The code has expired")
    if request is None or request.expired(now(), instance.current().app_recovery_code_expiration_minutes):
        raise expired
    if not pins.take_attempt(request):
        raise expired
    sent = request.code
    if sent is not None:
        pins.take_attempt(sent)
    if not pins.same(sent.code if sent is not None else None, code) or sent is None:
        owner = sent.account.identifier if sent is not None else None
        credential_refused.announce(CredentialRefused("recovery code", owner, space.domain, origin))
        return Outcome(None, max(0, pins.ATTEMPTS - queries.attempts(request)))
    with transaction.atomic():
        account = queries.held(sent.account_id)
        if account.domain != space.domain:
            raise expired
        try:
            pins.consume(sent)
        except Gone:
            raise expired from None
        RecoveryCode.objects.filter(account_id=account.pk).update(code=None, updated_at=now())
        journal.record("account recovered", id=account.identifier, ip=origin.ip)
    return Outcome(account, 0)


def attempts_left(handle: str) -> int:
    """How many tries a handle still has."""
    request = queries.recovery_request(hashed(handle))
    return 0 if request is None else max(0, pins.ATTEMPTS - request.attempts)


def issue_code(
    account: Account | None, *, origin: Origin, phone: str | None = None, email: str | None = None
) -> RecoveryCode | None:
    """A code for an account that may have one, in the caller's transaction; those sent before are dead.

    There is none for blocked accounts, for those that asked too often (they are blocked by it), and after ten
    within a day: with three tries each, whoever guesses has a chance of 1 in 300 a day.
    """
    if account is None:
        return None
    holder = queries.held(account.pk)
    if blocking.is_due(holder, origin=origin):
        return None
    moment = now()
    if queries.recovery_codes_since(holder, moment - _DAY) >= _MOST_FOR_ACCOUNT:
        return None
    RecoveryCode.objects.filter(account_id=holder.pk).update(code=None, updated_at=moment)
    return RecoveryCode.objects.create(
        account=holder,
        code=pins.new_pin(),
        phone=phone,
        email=email,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )


def _remember(identifier: str, code: RecoveryCode | None, origin: Origin) -> str:
    handle, moment = random_text(_HANDLE), now()
    RecoveryRequest.objects.filter(created_at__lt=moment - _KEPT).delete()
    RecoveryRequest.objects.create(
        token=hashed(handle),
        identifier=identifier,
        code=code,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )
    return handle


def _refuse_repetition(identifier: str, origin: Origin) -> None:
    moment = now()
    if queries.recovery_requested(identifier, since=moment - _AGAIN_AFTER):
        raise Invalid({"code": [sentence("recovered_recently", "code")]})
    limits.take(limits.RECOVERIES, origin)


def _identifier(space: Space, kind: str, *parts: str | None) -> str:
    """What two requests for the same account share; not to be turned back into an address or a number."""
    text = "\x00".join([space.domain, kind, *(part.lower() for part in parts if part)])
    return hmac.digest(instance.current().derived_key("recovery"), text.encode(), "sha256").hex()
