"""Bearer tokens of the Space's identity provider (RFC 6750, with the challenge of RFC 8898)."""

from typing import Any, NamedTuple
from urllib.parse import unquote

from flexiapi.db.statements import Statement
from flexiapi.http import rules
from flexiapi.http.errors import Forbidden, Unauthenticated
from flexiapi.spaces.models import OidcConfiguration, Space

from . import jwt
from .scope import Caller

DEFAULT_CLAIM = "sip_identity"
NOBODY = "The JWT token is not related to someone in the system"
_SCHEME = "bearer "


class WrongToken(Unauthenticated):
    """The token never was one for this Space; one that has merely expired was."""


class Person(NamedTuple):
    """An account with what a Caller needs of it."""

    account_id: int
    username: str
    domain: str
    admin: bool
    blocked: bool


_COLUMNS = "SELECT id, username, domain, admin, blocked FROM accounts"
_BY_NAME = Statement(f"{_COLUMNS} WHERE username = %(username)s AND domain = %(domain)s", Person)
_BY_EMAIL = Statement(f"{_COLUMNS} WHERE email = %(email)s AND domain = %(domain)s ORDER BY id LIMIT 1", Person)


def token_of(authorization: str | None) -> str | None:
    """The token of an `Authorization` header: what follows the last `Bearer `, up to a comma."""
    if authorization is None:
        return None
    at = authorization.lower().rfind(_SCHEME)
    if at < 0:
        return None
    return authorization[at + len(_SCHEME) :].partition(",")[0].strip() or None


def challenge(space: Space) -> list[tuple[str, str]]:
    """The challenge line of the Space's identity provider, if it has one; it follows the Digest lines.

    Linphone 5.1 gives up at the first scheme that it does not know.
    """
    provider = space.oidc
    if provider is None or not provider.server_url:  # a key alone, for issuers that have no login server
        return []
    server, realm = _quoted(provider.server_url), _quoted(provider.realm)
    return [("WWW-Authenticate", f'Bearer authz_server="{server}realms/{realm}",realm="{realm}"')]


def authenticate(space: Space, configuration: OidcConfiguration, token: str) -> Caller:
    """The account of a Space that a token of its provider names.

    Raises:
        Unauthenticated: the token is not accepted; with the challenge and the reason (none while no key is known).
            A `WrongToken` unless it has expired.
        Forbidden: it names nobody of this Space.
    """
    try:
        claims = jwt.verified(configuration, token)
        _check_audience(configuration, claims)
        person = person_of(space, configuration, claims)
    except jwt.NoKey:
        raise Unauthenticated(lines=challenge(space)) from None
    except jwt.Refused as refused:
        kind = Unauthenticated if isinstance(refused, jwt.Expired) else WrongToken
        raise kind(refused.description, lines=[_invalid(space, refused.description)]) from None
    return caller_of(space, person, "bearer")


def person_of(space: Space, configuration: OidcConfiguration, claims: dict[str, Any]) -> Person:
    """The account that claims name: by SIP URI, else by an e-mail address that is not unverified.

    Raises:
        Refused: the SIP claim is no SIP URI.
        Forbidden: they name nobody of this Space.
    """
    claim = configuration.sip_identifier or DEFAULT_CLAIM
    found: Person | None = None
    if claim in claims:
        found = by_sip_uri(space, claims[claim])
    elif has_email(claims):
        found = _BY_EMAIL.one(email=claims["email"], domain=space.domain)
    if found is None:
        raise Forbidden(NOBODY)
    return found


def by_sip_uri(space: Space, uri: Any) -> Person | None:
    """The account of a Space with this SIP address.

    Raises:
        Refused: it is no SIP URI with a scheme.
    """
    parts = rules.SIP_URI.match(uri) if isinstance(uri, str) and rules.is_sip_uri(uri) else None
    if parts is None:
        raise jwt.Refused("Invalid SIP address")
    if not parts["user"] or parts["password"] is not None or parts["host"].lower() != space.domain:
        return None
    username = unquote(parts["user"]).lower()
    return _BY_NAME.one(username=username, domain=space.domain) if "\x00" not in username else None


def has_email(claims: dict[str, Any]) -> bool:
    """Whether claims hold an e-mail address that the provider does not call unverified."""
    email = claims.get("email")
    verified = claims.get("email_verified", True)
    return isinstance(email, str) and bool(email) and "\x00" not in email and verified not in (False, "false")


def caller_of(space: Space, person: Person, method: Any) -> Caller:
    """The caller that an account of a Space is."""
    return Caller(
        account_id=person.account_id,
        username=person.username,
        domain=person.domain,
        admin=person.admin,
        super_admin=person.admin and space.super,
        blocked=person.blocked,
        method=method,
    )


def _check_audience(configuration: OidcConfiguration, claims: dict[str, Any]) -> None:
    """Where a client is configured and the token says whom it is for, that client must be among them.

    It may also be the one that the token was issued to: `azp`, or `client_id` (RFC 9068 section 2.2).
    """
    client_id = configuration.client_id
    if not client_id or ("aud" not in claims and "azp" not in claims):
        return
    if claims.get("azp", claims.get("client_id")) != client_id and not jwt.is_for(claims, client_id):
        raise jwt.Refused("Invalid JWT token audience")


def _invalid(space: Space, description: str) -> tuple[str, str]:
    error = f'error="invalid_token", error_description="{_quoted(description)}"'
    lines = challenge(space)
    return ("WWW-Authenticate", f"{lines[0][1]}, {error}" if lines else f"Bearer {error}")


def _quoted(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
