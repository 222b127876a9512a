"""Changes of an account's e-mail address and phone number by its owner: a code goes to the new one."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from flexiapi.accounts import journal, queries
from flexiapi.accounts.events import AccountChanged, addresses_confirmed
from flexiapi.accounts.models import Account, EmailChangeCode, PhoneChangeCode
from flexiapi.auth.scope import Caller, Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.messaging import services as messaging
from flexiapi.spaces import texts
from flexiapi.spaces.services import seats

from . import blocking, pins, sms

_COOL_DOWN = timedelta(minutes=1)


def open_request(account: Account, *, origin: Origin) -> None:
    """Refuse an account that may not ask for a code through the API, before its input is looked at.

    Raises:
        Forbidden: blocked, now or before; or no creation token ever vouched for the account
            (`Account unvalidated`).
    """
    blocking.refuse_excess(account, origin=origin)
    if not queries.vouched_for(account):
        raise Forbidden("Account unvalidated")


def request_email(account: Account, email: str, *, origin: Origin) -> None:
    """Send a code to a new address; codes asked for earlier are dead from now on.

    Raises:
        Forbidden: too many requests, the account is blocked.
    """
    with transaction.atomic():
        holder = queries.held(account.pk)
        refused = blocking.is_due(holder, origin=origin)
        if not refused:
            _send_to_email(holder, email, origin)
    if refused:
        raise Forbidden("Account blocked")


def request_phone(account: Account, phone: str, *, origin: Origin) -> None:
    """Send a code to a new number (E.164); codes asked for earlier are dead from now on.

    Raises:
        Forbidden: too many requests, the account is blocked.
    """
    with transaction.atomic():
        holder = queries.held(account.pk)
        refused = blocking.is_due(holder, origin=origin)
        if not refused:
            _send_to_phone(holder, phone, origin)
    if refused:
        raise Forbidden("Account blocked")


def send_again(account: Account, pending: EmailChangeCode | PhoneChangeCode, *, origin: Origin) -> None:
    """Send a new code to where the pending one went.

    Raises:
        Invalid: that one is less than a minute old.
        Forbidden: too many requests, the account is blocked.
    """
    if pending.created_at is not None and now() - pending.created_at < _COOL_DOWN:
        raise Invalid(
            {"code": [_("A code was sent less than a minute ago. Wait a moment before you ask for another.")]}
        )
    if isinstance(pending, EmailChangeCode):
        request_email(account, pending.email, origin=origin)
    else:
        request_phone(account, pending.phone, origin=origin)


def confirm_email(account: Account, code: str, *, by: Caller, origin: Origin, newsletter: bool = False) -> None:
    """Set the address that a code was sent to; the account counts as activated from then on.

    Who wants the Space's `newsletter` gets it from then on, too: nobody can order it for somebody else.

    Raises:
        NotFound: no code is pending.
        Gone: it has expired, or was tried three times.
        Invalid: it is another one, or the address was taken meanwhile.
    """
    row = queries.pending_email_code(account)
    if row is None:
        raise NotFound
    pins.check(row, code, minutes=instance.current().app_email_change_code_expiration_minutes)
    with transaction.atomic():
        space = seats.locked(account.domain)
        if space.unique_email and queries.email_taken(account.domain, row.email, but=account.pk):
            raise Invalid({"code": [sentence("unique", "email")]})
        pins.consume(row)
        EmailChangeCode.objects.filter(account_id=account.pk).update(code=None, updated_at=now())
        _confirmed(account, "email", row.email, by, origin)
        journal.record("email changed", id=account.identifier, ip=origin.ip)
        editor = texts.newsletter_address(space)
        if newsletter and editor is not None:
            context = {"subscriber_email": row.email}
            messaging.enqueue_mail(space, template="newsletter_registration", to=editor, context=context)


def confirm_phone(account: Account, code: str, *, by: Caller, origin: Origin) -> None:
    """Set the number that a code was sent to; the account counts as activated from then on.

    Raises:
        NotFound: no code is pending.
        Gone: it has expired, or was tried three times.
        Invalid: it is another one, or the number was taken meanwhile.
    """
    row = queries.pending_phone_code(account)
    if row is None:
        raise NotFound
    pins.check(row, code, minutes=instance.current().app_phone_change_code_expiration_minutes)
    with transaction.atomic():
        seats.locked(account.domain)
        if queries.phone_taken(account.domain, row.phone, but=account.pk):
            raise Invalid({"code": [sentence("unique", "phone")]})
        pins.consume(row)
        PhoneChangeCode.objects.filter(account_id=account.pk).update(code=None, updated_at=now())
        _confirmed(account, "phone", row.phone, by, origin)
        journal.record("phone changed", id=account.identifier, ip=origin.ip)


def _confirmed(account: Account, column: str, value: str, by: Caller, origin: Origin) -> None:
    """Write an address down that an account has shown to be its own, inside of a transaction."""
    before = queries.held(account.pk)
    new = {column: value, "activated": True}
    Account.objects.filter(pk=account.pk).update(**new, updated_at=now())
    differences = {name: (old, value) for name, value in new.items() if (old := getattr(before, name)) != value}
    name = (account.username, account.domain)
    addresses_confirmed.announce(AccountChanged(account.pk, *name, by, origin, *name, differences))


def _send_to_email(account: Account, email: str, origin: Origin) -> None:
    minutes = instance.current().app_email_change_code_expiration_minutes
    moment, pin = now(), pins.new_pin()
    EmailChangeCode.objects.filter(account_id=account.pk).update(code=None, updated_at=moment)
    EmailChangeCode.objects.create(
        account=account, code=pin, email=email, created_at=moment, updated_at=moment, **origin.columns()
    )
    messaging.enqueue_mail(
        queries.space_of(account),
        template="register_validation",
        to=email,
        account=account,
        context={"code": pin, "expiration_minutes": minutes},
    )
    journal.record("email change requested", id=account.identifier, ip=origin.ip)


def _send_to_phone(account: Account, phone: str, origin: Origin) -> None:
    minutes = instance.current().app_phone_change_code_expiration_minutes
    moment, pin = now(), pins.new_pin()
    PhoneChangeCode.objects.filter(account_id=account.pk).update(code=None, updated_at=moment)
    PhoneChangeCode.objects.create(
        account=account, code=pin, phone=phone, created_at=moment, updated_at=moment, **origin.columns()
    )
    sms.send_pin(account, pin, to=phone, minutes=minutes)
    journal.record("phone change requested", id=account.identifier, ip=origin.ip)
