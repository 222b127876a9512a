"""What account creators of old Linphone apps need: public creation, activation and recovery by keys.

Served with `APP_DANGEROUS_ENDPOINTS` only. Keys of four digits are recovery codes, so that they expire and
are tried three times at most; keys of thirteen characters stand in the account's row.
"""

import hmac

from django.db import transaction

from flexiapi.accounts import journal, phones, queries
from flexiapi.accounts.addresses import without_scheme
from flexiapi.accounts.models import Account, RecoveryCode
from flexiapi.accounts.serializers import NewAccount
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Gone, NotFound
from flexiapi.messaging import services as messaging
from flexiapi.messaging import sms_texts
from flexiapi.spaces.models import Space

from . import creation, pins, recovery, registration


def account_at(space: Space, address: str) -> Account:
    """The account of this Space at a SIP address, whose user part may be its phone number.

    Raises:
        NotFound: there is none.
    """
    user, at, domain = without_scheme(address).lower().rpartition("@")
    if not at or domain != space.domain:
        raise NotFound
    return account_by_user(space, user)


def account_by_user(space: Space, user: str) -> Account:
    """The account of this Space with a username or phone number.

    Raises:
        NotFound: there is none.
    """
    found = queries.recoverable_by_phone(space, phones.normalised(user))
    if found is None:
        raise NotFound
    return found


def account_with_key(space: Space, key: str) -> Account | None:
    """The account of this Space that a mail brought a key for, None where no such key is pending or served."""
    if not instance.current().app_dangerous_endpoints or len(key) != creation.KEY_LENGTH:
        return None
    return queries.with_confirmation_key(space, key)


@transaction.atomic
def create(space: Space, new: NewAccount, *, base_url: str, origin: Origin) -> Account:
    """Create a not activated account and send the key that activates it: by SMS if it has a number, else by mail.

    The link in the mail, which starts with `base_url`, brings the key to the portal.

    Raises:
        Forbidden: the Space has no seat left.
        Invalid: the name or the token was taken meanwhile.
    """
    key = None if new.phone else random_text(creation.KEY_LENGTH)
    account = creation.register(space, new, origin=origin, email=new.email, phone=new.phone, confirmation_key=key)
    registration.spend_token(new.account_creation_token or "", account)
    if new.phone:
        code = recovery.issue_code(account, origin=origin, phone=new.phone)
        if code is not None:
            text = sms_texts.creation(instance.current().app_name, code.code or "")
            messaging.enqueue_sms(space, to=new.phone, text=text, account=account)
    elif new.email:
        url = f"{base_url}/authenticate/email/{key}"
        context = {"code": key, "expiration_minutes": 0, "confirmation_url": url}
        messaging.enqueue_mail(space, template="register_validation", to=new.email, account=account, context=context)
    return account


@transaction.atomic
def request_recovery(space: Space, phone: str, token: str, *, origin: Origin) -> None:
    """Send a key by SMS that lets an app log in as the account of a number (E.164), using a creation token up.

    Raises:
        NotFound: no account has the number.
        Invalid: the token was taken meanwhile.
    """
    account = account_by_user(space, phone)
    registration.spend_token(token, account)
    code = recovery.issue_code(account, origin=origin, phone=phone)
    if code is not None:
        text = sms_texts.recovery(instance.current().app_name, code.code or "")
        messaging.enqueue_sms(space, to=account.phone or phone, text=text, account=account)
        journal.record("recovery SMS sent", id=account.identifier, ip=origin.ip)


def activate(account: Account, key: str, *, origin: Origin) -> None:
    """Activate an account by the key that it was sent, which is used up.

    Raises:
        NotFound: it is another one, was used, or was tried three times.
        Forbidden: it has expired (`Activation expired`), or the account is blocked.
    """
    if account.blocked:
        raise Forbidden("Account blocked")
    if len(key) == creation.KEY_LENGTH:
        _use_key(account, key)
    else:
        _use_pin(account, key)
    journal.record("account activated by key", id=account.identifier, ip=origin.ip)


def _use_key(account: Account, key: str) -> None:
    if not hmac.compare_digest((account.confirmation_key or "").encode(), key.encode()):
        raise NotFound
    if queries.activation_expired(account):
        raise Forbidden("Activation expired")
    taken = Account.objects.filter(pk=account.pk, confirmation_key=key).update(
        confirmation_key=None, activated=True, updated_at=now()
    )
    if taken != 1:
        raise NotFound


def _use_pin(account: Account, key: str) -> None:
    code = queries.pending_recovery_code(account)
    if code is None:
        raise NotFound
    if code.expired(now(), instance.current().app_recovery_code_expiration_minutes):
        raise Forbidden("Activation expired")
    if not pins.take_attempt(code) or not pins.same(code.code, key):
        raise NotFound
    with transaction.atomic():
        try:
            pins.consume(code)
        except Gone:
            raise NotFound from None
        RecoveryCode.objects.filter(account_id=account.pk).update(code=None, updated_at=now())
        Account.objects.filter(pk=account.pk).update(activated=True, updated_at=now())
