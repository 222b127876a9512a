"""Tokens sent to apps by push notification."""

from datetime import datetime, timedelta

from flexiapi.accounts import journal, queries
from flexiapi.auth import limits
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import TooManyRequests, Unavailable
from flexiapi.messaging import push

_HOUR = timedelta(hours=1)
_MOST_FOR_DEVICE = 10


def refuse_repetition(model: queries.PushedToken, device: push.Device, *, since: datetime, origin: Origin) -> None:
    """Refuse a device that used a token made after `since`, and who wakes devices over and over.

    An hour sees at most 10 unused tokens for a device and 100 from an address, unless `RATE_LIMIT_CREDENTIALS` is off.

    Raises:
        TooManyRequests: `Last token requested too recently`, or the address asks over and over.
    """
    refused = queries.device_used_token(model, device, since=since)
    if not refused and instance.current().rate_limit_credentials:
        refused = queries.tokens_for_device(model, device, since=now() - _HOUR) >= _MOST_FOR_DEVICE
    if refused:
        journal.record("token refused: requested too recently", pn_provider=device.pn_provider, ip=origin.ip)
        raise TooManyRequests("Last token requested too recently")
    limits.take(limits.PUSHED_TOKENS, origin)


def send(device: push.Device, token: str) -> None:
    """Send a token to a device.

    Raises:
        Unavailable: `Token not sent`.
    """
    try:
        push.gateway().send(push.Push(device, payload={"token": token}))
    except push.PushFailed:
        raise Unavailable("Token not sent") from None
