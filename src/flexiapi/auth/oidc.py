"""Login at the Space's identity provider: OpenID Connect's code flow with PKCE (RFC 7636) and a nonce."""

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from django.utils.translation import gettext as _

from flexiapi.http import outbound
from flexiapi.spaces.models import OidcConfiguration, Space

from . import bearer, jwt, provider
from .keys import random_text

STATE_LENGTH = 40
ATTEMPT_SECONDS = 600
CALLBACK = "/login/oidc/redirect"
_LONGEST_CODE = 4096
_LONGEST_EMAIL = 64
_ORIGIN = re.compile(r"https?://[\w.:\[\]-]+\Z", re.ASCII)
_ERROR = re.compile(r"[a-z_]{1,64}\Z")

log = structlog.get_logger(__name__)


class LoginFailed(Exception):
    """Nobody is logged in; the text is for the person in front of the browser."""


class LoginRefused(LoginFailed):
    """Nobody is logged in for a reason that lies with the browser or the person, not with the provider's being away."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login on its way: what the browser's session keeps until the provider sends it back."""

    state: str
    nonce: str
    verifier: str
    started: float

    def kept(self) -> dict[str, str | float]:
        """As it is kept in the session."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier, "started": self.started}


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider has logged in; `roles` are those of the realm."""

    subject: str
    email: str
    roles: frozenset[str]


def offers_login(space: Space) -> bool:
    """Whether a Space has a provider that people can log in at; a key alone is for tokens."""
    return space.oidc is not None and bool(space.oidc.server_url)


def passwords_count(space: Space) -> bool:
    """Whether people log in with passwords: not where there is a provider and no digest configuration."""
    return not offers_login(space) or space.digest is not None


def form_targets(space: Space) -> list[str]:
    """Where the log-out form of a Space's pages leads besides its own host."""
    origin = provider.origin(space.oidc) if space.oidc is not None else ""
    return [origin] if _ORIGIN.match(origin) else []


def start(configuration: OidcConfiguration, *, base_url: str) -> tuple[Attempt, str]:
    """A new attempt, and where the browser goes with it.

    Raises:
        LoginFailed: no client is configured.
    """
    if not configuration.client_id:
        raise LoginFailed(_reason(_("no client is configured")))
    attempt = Attempt(
        state=random_text(STATE_LENGTH),
        nonce=random_text(STATE_LENGTH),
        verifier=secrets.token_urlsafe(48),
        started=time.time(),
    )
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "client_id": configuration.client_id,
        "redirect_uri": base_url + CALLBACK,
        "scope": "openid",
        "response_type": "code",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    return attempt, _with_query(provider.endpoints(configuration).authorization, query)


def finish(
    configuration: OidcConfiguration,
    answer: Mapping[str, str],
    kept: Mapping[str, Any] | None,
    *,
    base_url: str,
) -> Identity:
    """The identity behind what the provider sent back with the browser.

    `kept` is what the session kept of the attempt; the caller has taken it out of the session.

    Raises:
        LoginFailed: any step failed.
    """
    attempt = _attempt(kept)
    state = answer.get("state", "")
    if attempt is None or not hmac.compare_digest(state.encode("utf-8", "replace"), attempt.state.encode()):
        raise LoginRefused(_reason(_("the login was not started in this browser, or too long ago")))
    if "error" in answer:
        code = answer["error"]
        raise LoginRefused(_reason(code if _ERROR.match(code) else _("the provider refused")))
    expected = provider.issuer(configuration)
    if answer.get("iss", expected) != expected:  # RFC 9207
        raise LoginRefused(_reason(_("another provider answered")))
    code = answer.get("code", "")
    if not code or len(code) > _LONGEST_CODE:
        raise LoginRefused(_reason(_("the provider sent no code")))
    try:
        return _identity(configuration, attempt, code, base_url)
    except outbound.Unreachable as error:
        log.warning("OIDC provider", space_id=configuration.space_id, reason=str(error))
        raise LoginFailed(_reason(_("the provider does not answer as expected"))) from None
    except (jwt.Refused, jwt.NoKey) as error:
        log.warning("OIDC token refused", space_id=configuration.space_id, reason=str(error))
        raise LoginRefused(_reason(_("the provider's token is not valid"))) from None


def logout_url(configuration: OidcConfiguration, *, base_url: str) -> str:
    """Where a browser goes to end its session at the provider, which sends it back to the login page."""
    url = provider.endpoints(configuration).logout
    if _origin(url) != provider.origin(configuration):  # the page's policy lets its form lead to this origin only
        url = f"{provider.base(configuration)}/protocol/openid-connect/logout"
    query = {"post_logout_redirect_uri": f"{base_url}/login"}
    if configuration.client_id:
        query["client_id"] = configuration.client_id
    return _with_query(url, query)


def _reason(text: str) -> str:
    return _("OpenID Connect authentication failed: %(reason)s.") % {"reason": text}


def _identity(configuration: OidcConfiguration, attempt: Attempt, code: str, base_url: str) -> Identity:
    urls = provider.endpoints(configuration)
    client_id = configuration.client_id or ""
    secret = configuration.client_secret or ""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": base_url + CALLBACK,
        "code_verifier": attempt.verifier,
    }
    if secret and not urls.basic:
        form["client_secret"] = secret
    tokens = outbound.post_form(urls.token, form, basic=(client_id, secret) if secret and urls.basic else None)
    access, id_token = tokens.get("access_token"), tokens.get("id_token")
    if not isinstance(access, str) or not isinstance(id_token, str):
        raise jwt.Refused("no access token or no ID token")
    claims = _id_claims(configuration, id_token, attempt)
    person = outbound.get_json(urls.userinfo, bearer=access)
    if person.get("sub") != claims["sub"]:  # OpenID Connect Core 1.0 section 5.3.2
        raise jwt.Refused("userinfo is about somebody else")
    usable = bearer.has_email(person) and len(person["email"]) <= _LONGEST_EMAIL
    return Identity(
        subject=claims["sub"],
        email=person["email"] if usable else "",
        roles=_roles(configuration, access, claims, person) if configuration.auto_provisioning else frozenset(),
    )


def _id_claims(configuration: OidcConfiguration, text: str, attempt: Attempt) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 1.0 section 3.1.3.7)."""
    claims = jwt.verified(configuration, text)
    client_id = configuration.client_id or ""
    if not jwt.is_for(claims, client_id) or claims.get("azp", client_id) != client_id:
        raise jwt.Refused("Invalid JWT token audience")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode("utf-8", "replace"), attempt.nonce.encode()):
        raise jwt.Refused("Invalid nonce")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise jwt.Refused("no subject")
    return claims


def _roles(
    configuration: OidcConfiguration, access_token: str, id_claims: dict[str, Any], userinfo: dict[str, Any]
) -> frozenset[str]:
    """The roles of the realm as Keycloak writes them: in the access token once its signature is checked.

    Access tokens are for others to read (RFC 6749 section 1.4): where this one is no JWT or has no roles, those
    of the ID token count, else those of the userinfo endpoint.
    """
    access = jwt.verified(configuration, access_token) if access_token.count(".") == 2 else {}
    for claims in (access, id_claims, userinfo):
        if isinstance(claims.get("realm_access"), dict):
            roles = claims["realm_access"].get("roles")
            return (
                frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()
            )
    return frozenset()


def _attempt(kept: Mapping[str, Any] | None) -> Attempt | None:
    attempt = Attempt(**kept) if kept else None
    return attempt if attempt is not None and time.time() - attempt.started <= ATTEMPT_SECONDS else None


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
