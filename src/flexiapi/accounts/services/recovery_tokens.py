"""Tokens that let an app ask for a recovery code by SMS, sent to it by push."""

from datetime import timedelta

from flexiapi.accounts import journal
from flexiapi.accounts.models import AccountRecoveryToken
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging.push import Device

from . import token_push

LENGTH = 13


def send_by_push(device: Device, *, origin: Origin) -> None:
    """Send a recovery token to an app; it is stored once the notification has left.

    Raises:
        TooManyRequests: the device got one lately.
        Unavailable: the notification could not be sent.
    """
    minutes = instance.current().app_api_account_recovery_token_retry_minutes
    moment = now()
    token_push.refuse_repetition(AccountRecoveryToken, device, since=moment - timedelta(minutes=minutes), origin=origin)
    token = random_text(LENGTH)
    token_push.send(device, token)
    AccountRecoveryToken.objects.create(
        token=token,
        pn_provider=device.pn_provider,
        pn_param=device.pn_param,
        pn_prid=device.pn_prid,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )
    journal.record("account recovery token sent", pn_provider=device.pn_provider, ip=origin.ip)
