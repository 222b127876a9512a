"""Where the identity provider of a Space answers: its discovery document, else the URLs of Keycloak."""

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flexiapi.http import outbound
from flexiapi.spaces.models import OidcConfiguration

_KEPT_SECONDS = 300.0
_RETRIED_AFTER_SECONDS = 60.0
_MOST_KEPT = 1000
_LONGEST_URL = 2048


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The URLs of a provider; `basic` says that it takes the client's secret by HTTP Basic only."""

    authorization: str
    token: str
    userinfo: str
    jwks: str
    logout: str
    basic: bool = False


_known: dict[str, tuple[float, Endpoints]] = {}
_lock = threading.Lock()


def issuer(configuration: OidcConfiguration) -> str | None:
    """The `iss` of the provider's tokens; None where only a key is configured."""
    if not configuration.server_url or not configuration.realm:
        return None
    return f"{configuration.server_url}realms/{configuration.realm}"


def base(configuration: OidcConfiguration) -> str:
    """The URL below which a realm's endpoints are."""
    return f"{configuration.server_url.rstrip('/')}/realms/{quote(configuration.realm, safe='')}"


def origin(configuration: OidcConfiguration) -> str:
    """Scheme, host and port of the provider."""
    parts = urlsplit(configuration.server_url)
    return f"{parts.scheme}://{parts.netloc}"


def endpoints(configuration: OidcConfiguration) -> Endpoints:
    """The provider's URLs, from its discovery document (OpenID Connect Discovery 1.0) where it has a valid one.

    Remembered for five minutes; asked for again after one when there was none.
    """
    root = base(configuration)
    found = _known.get(root)
    if found is not None and found[0] > time.monotonic():
        return found[1]
    usual = _keycloak(root)
    try:
        document = outbound.get_json(f"{root}/.well-known/openid-configuration")
    except outbound.Unreachable:
        document = {}
    discovered = document.get("issuer") == issuer(configuration)
    made = _discovered(document, usual) if discovered else usual
    with _lock:
        if len(_known) >= _MOST_KEPT:
            _known.clear()
        _known[root] = (time.monotonic() + (_KEPT_SECONDS if discovered else _RETRIED_AFTER_SECONDS), made)
    return made


def forget() -> None:
    """Forget all discovery documents."""
    _known.clear()


def _keycloak(root: str) -> Endpoints:
    shape = f"{root}/protocol/openid-connect"
    return Endpoints(
        authorization=f"{shape}/auth",
        token=f"{shape}/token",
        userinfo=f"{shape}/userinfo",
        jwks=f"{shape}/certs",
        logout=f"{shape}/logout",
    )


def _discovered(document: dict[str, Any], usual: Endpoints) -> Endpoints:
    def url(name: str, fallback: str) -> str:
        value = document.get(name)
        valid = isinstance(value, str) and len(value) <= _LONGEST_URL and value.startswith(("https://", "http://"))
        return str(value) if valid else fallback

    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(
        authorization=url("authorization_endpoint", usual.authorization),
        token=url("token_endpoint", usual.token),
        userinfo=url("userinfo_endpoint", usual.userinfo),
        jwks=url("jwks_uri", usual.jwks),
        logout=url("end_session_endpoint", usual.logout),
        basic=not isinstance(methods, list) or "client_secret_post" not in methods,
    )
