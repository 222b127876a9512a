"""JSON Web Tokens of identity providers (RFC 7519): reading, signature, times and issuer."""

import base64
import binascii
import math
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from flexiapi.spaces.models import OidcConfiguration

from . import jwks, provider

LONGEST = 16_384
LEEWAY_SECONDS = 60
_DATES = ("exp", "nbf", "iat")


class Refused(Exception):
    """The token is not accepted; the text is one of ours and repeats nothing of the token."""

    def __init__(self, description: str) -> None:
        self.description = description
        super().__init__(description)


class Expired(Refused):
    """The token was good once."""


class NoKey(Exception):
    """No key is known that a token could be checked with."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was read and not checked yet."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


def verified(configuration: OidcConfiguration, text: str) -> dict[str, Any]:
    """The claims of a token that the provider of a Space signed and that counts now.

    Raises:
        Refused: it is malformed, wrongly signed, not of this time or not of this issuer.
        NoKey: no key of the provider is known.
    """
    token = read(text)
    if token.header.get("alg") not in jwks.ALGORITHMS:
        raise Refused("Unsupported RSA signature")
    if "crit" in token.header:  # whatever it names, it is nothing that is understood here
        raise Refused("Invalid JWT token signature")
    _check_signature(configuration, token)
    _check_times(token.claims)
    expected = provider.issuer(configuration)
    if expected is not None and token.claims.get("iss") != expected:
        raise Refused("Invalid JWT token issuer")
    return token.claims


def read(text: str) -> Token:
    """The parts of a compact token.

    Raises:
        Refused: it is none.
    """
    if text.count(".") != 2:
        raise Refused("Invalid bearer The JWT string must have two dots")
    if len(text) > LONGEST:
        raise Refused("Invalid bearer The JWT string is too long")
    header, claims, signature = text.split(".")
    _decoded(signature)
    token = Token(text, _object(header), _object(claims))
    if any(name in token.claims and not _is_date(token.claims[name]) for name in _DATES):
        raise Refused("Invalid bearer Value is not in the allowed date format")
    return token


def is_for(claims: dict[str, Any], client_id: str) -> bool:
    """Whether a client is among the token's audience."""
    audience = claims.get("aud")
    return client_id in audience if isinstance(audience, list) else audience == client_id


def _check_signature(configuration: OidcConfiguration, token: Token) -> None:
    kid = token.header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise Refused("Invalid JWT token signature")
    known, pem = jwks.stored(configuration), configuration.public_key
    if jwks.is_stale(configuration) and (fresh := jwks.refresh(configuration)):
        known, pem = fresh, None  # the stored PEM is one of the former keys
    if any(jwks.is_signed_by(token.text, key) for key in jwks.candidates(known, kid, pem)):
        return
    if not known or (kid is not None and kid not in {key.kid for key in known}):
        fresh = jwks.refresh(configuration) or []
        if any(jwks.is_signed_by(token.text, key) for key in jwks.candidates(fresh, kid, None)):
            return
        known = fresh or known
    if not known and not pem:
        raise NoKey("no key is known")
    raise Refused("Invalid JWT token signature")


def _check_times(claims: dict[str, Any]) -> None:
    moment = time.time()
    if claims.get("exp", 0) <= moment:
        raise Expired("Expired JWT token")
    if any(claims.get(name, 0) > moment + LEEWAY_SECONDS for name in ("nbf", "iat")):
        raise Refused("JWT token is not valid yet")


def _is_date(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _object(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(_decoded(part))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("Invalid bearer Error while decoding from JSON") from None
    if not isinstance(found, dict):
        raise Refused("Invalid bearer Error while decoding from JSON")
    return found


def _decoded(part: str) -> bytes:
    """Base64url without padding (RFC 7515 section 2)."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused(
            "Invalid bearer Error while decoding from Base64Url, invalid base64 characters detected"
        ) from None
