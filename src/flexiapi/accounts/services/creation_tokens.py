"""Tokens that let an app create an account: given after a captcha, by push or by an administrator, used once."""

from datetime import timedelta

from django.db import transaction

from flexiapi.accounts import journal, queries
from flexiapi.accounts.models import AccountCreationRequestToken, AccountCreationToken
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.messaging.push import Device

from . import token_push

LENGTH = 13


def issue_request_token(*, origin: Origin) -> AccountCreationRequestToken:
    """A token that its holder has to validate in a browser, within 24 hours."""
    moment = now()
    return AccountCreationRequestToken.objects.create(
        token=random_text(LENGTH), created_at=moment, updated_at=moment, **origin.columns()
    )


def validate_request_token(token: str) -> None:
    """Note that the holder of a request token has passed the captcha; doing it again changes nothing.

    Raises:
        Invalid: the token is unknown, used or older than 24 hours.
    """
    found = queries.request_token(token)
    if found is None:
        raise _bad_request_token()
    moment = now()
    AccountCreationRequestToken.objects.filter(pk=found.pk, validated_at=None).update(
        validated_at=moment, updated_at=moment
    )


@transaction.atomic
def exchange_request_token(token: str, *, origin: Origin) -> AccountCreationToken:
    """Trade a validated request token for a creation token, once.

    Raises:
        NotFound: nobody has validated it yet (with an empty message: apps poll for this).
        Invalid: it is unknown, used or older than 24 hours.
    """
    found = queries.request_token(token)
    if found is None:
        raise _bad_request_token()
    if found.validated_at is None:
        raise NotFound("")
    moment = now()
    taken = AccountCreationRequestToken.objects.filter(pk=found.pk, used=False).update(used=True, updated_at=moment)
    if taken != 1:
        raise _bad_request_token()
    created = issue_token(origin=origin)
    AccountCreationRequestToken.objects.filter(pk=found.pk).update(creation_token=created)
    return created


def issue_token(*, origin: Origin) -> AccountCreationToken:
    """A creation token of its own."""
    moment = now()
    return AccountCreationToken.objects.create(
        token=random_text(LENGTH), created_at=moment, updated_at=moment, **origin.columns()
    )


def send_by_push(device: Device, *, origin: Origin) -> None:
    """Send a creation token to an app; it is stored once the notification has left.

    Raises:
        TooManyRequests: the device got one lately.
        Unavailable: the notification could not be sent.
    """
    minutes = instance.current().app_api_account_creation_token_retry_minutes
    moment = now()
    token_push.refuse_repetition(AccountCreationToken, device, since=moment - timedelta(minutes=minutes), origin=origin)
    token = random_text(LENGTH)
    token_push.send(device, token)
    AccountCreationToken.objects.create(
        token=token,
        pn_provider=device.pn_provider,
        pn_param=device.pn_param,
        pn_prid=device.pn_prid,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )
    journal.record("account creation token sent", pn_provider=device.pn_provider, ip=origin.ip)


def consume_for(caller: Caller, token: str, *, origin: Origin) -> AccountCreationToken:
    """Let a creation token vouch for an account that exists already.

    Raises:
        NotFound: it is unknown, used, expired or another account's.
    """
    found = queries.creation_token(token)
    if found is None or expired(found):
        raise NotFound
    take(found, account_id=caller.account_id, origin=origin)
    journal.record("account creation token redeemed", id=caller.identifier, token_id=found.pk)
    return found


def take(token: AccountCreationToken, *, account_id: int, origin: Origin | None = None) -> None:
    """Use a token up for an account; `origin` takes the place of the one that asked for it.

    Raises:
        NotFound: another request took it first.
    """
    changes = {"used": True, "account_id": account_id, "updated_at": now()}
    changes |= origin.columns() if origin is not None else {}
    taken = AccountCreationToken.objects.filter(pk=token.pk, used=False, account=None).update(**changes)
    if taken != 1:
        raise NotFound
    for name, value in changes.items():
        setattr(token, name, value)


def expired(token: AccountCreationToken) -> bool:
    """Whether a token is too old to be used."""
    return token.expired(now(), instance.current().app_account_creation_token_expiration_minutes)


def _bad_request_token() -> Invalid:
    field = "account_creation_request_token"
    return Invalid({field: [sentence(field, field)]})
