"""What an authenticator has to sign: random bytes that one session keeps, for one purpose, once."""

from datetime import timedelta

from django.contrib.sessions.backends.base import SessionBase
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, generate_challenge

from flexiapi.http.dates import now

_KEPT = "passkey_challenge"
_PATIENCE = timedelta(minutes=5)


def put(session: SessionBase, purpose: str) -> bytes:
    """A new challenge; the session forgets its former one."""
    challenge = generate_challenge()
    until = (now() + _PATIENCE).timestamp()
    session[_KEPT] = {"purpose": purpose, "challenge": bytes_to_base64url(challenge), "until": until}
    return challenge


def take(session: SessionBase, purpose: str) -> bytes | None:
    """The challenge of a purpose, which is gone from then on; None once five minutes are over."""
    kept = session.pop(_KEPT, None)
    if kept is None or kept["purpose"] != purpose or kept["until"] < now().timestamp():
        return None
    return base64url_to_bytes(kept["challenge"])
