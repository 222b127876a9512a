"""Push notifications that callers ask for."""

from flexiapi.accounts import journal
from flexiapi.auth import limits
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.errors import Unavailable
from flexiapi.messaging import push


def send(asked: push.Push, *, by: Caller, origin: Origin) -> None:
    """Wake a device.

    Anybody may name any device, so an hour sees at most 60 notifications of an account, 30 to a device and 300 from
    an address; those of administrators, whose keys proxies use, are not counted.

    Raises:
        TooManyRequests: that was too many.
        Unavailable: `Push notification not sent`.
    """
    if not by.admin:
        limits.take(limits.PUSHES, origin)
        limits.take(limits.PUSHES_OF_ACCOUNT, origin, subject=by.identifier)
        device = asked.device
        limits.take(limits.PUSHES_TO_DEVICE, origin, subject=f"{device.pn_provider} {device.pn_param} {device.pn_prid}")
    try:
        push.gateway().send(asked)
    except push.PushFailed:
        raise Unavailable("Push notification not sent") from None
    journal.record("push notification sent", id=by.identifier, pn_provider=asked.device.pn_provider, type=asked.kind)
