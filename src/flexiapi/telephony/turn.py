"""TURN credentials by the shared secret of coturn (`use-auth-secret`; draft-uberti-behave-turn-rest-00)."""

import base64
import hmac
from datetime import datetime
from typing import TypedDict

from flexiapi.auth.keys import random_text
from flexiapi.config import instance


class TurnService(TypedDict):
    """What a client needs to use the TURN server; `ttl` in seconds."""

    username: str
    password: str
    ttl: int
    uris: list[str]


def service(at: datetime) -> TurnService | None:
    """Credentials that are valid from `at` for the configured time; None where there is no TURN server."""
    settings = instance.current()
    secret = settings.coturn_static_auth_secret
    if not settings.turn_configured or not secret:
        return None
    ttl = settings.coturn_session_ttl_minutes * 60
    username = f"{int(at.timestamp()) + ttl}:{random_text(16)}"
    mac = hmac.digest(secret.encode(), username.encode(), "sha1")
    return TurnService(
        username=username,
        password=base64.b64encode(mac).decode(),
        ttl=ttl,
        uris=[f"turn:{settings.coturn_server_host}"],
    )
