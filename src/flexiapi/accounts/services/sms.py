"""Codes by SMS."""

from flexiapi.accounts import queries
from flexiapi.accounts.models import Account
from flexiapi.messaging import services as messaging
from flexiapi.messaging import sms_texts


def send_pin(account: Account, pin: str, *, to: str, minutes: int) -> None:
    """Send a code to a number (E.164), in the caller's transaction; `minutes` of validity, 0 is for ever."""
    space = queries.space_of(account)
    messaging.enqueue_sms(space, to=to, text=sms_texts.validation(space.name, pin, minutes), account=account)
