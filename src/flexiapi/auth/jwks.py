"""The signing keys of identity providers (RFC 7517), stored beside their configuration for all processes.

Keys are fetched when a configuration is saved, when a token names an unknown `kid`, and daily while tokens come;
never more than once a minute for a Space.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from django.db.models import Q
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from flexiapi.http import outbound
from flexiapi.http.dates import now
from flexiapi.spaces.models import OidcConfiguration
from flexiapi.spaces.services import touch

from . import provider, queries

ALGORITHMS = ("RS256", "RS384", "RS512")
PAUSE = timedelta(minutes=1)
LIFETIME = timedelta(days=1)
_MOST_KEYS = 20
# Header parameters that nobody here knows are ignored (RFC 7515 section 4), unless they are called critical.
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_LONGEST = {"n": 2800, "e": 12, "kid": 255}  # 16384 bits

log = structlog.get_logger(__name__)


class NoKeys(Exception):
    """The provider publishes no usable signing key; the text says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public RSA key and its name."""

    kid: str | None
    key: RSAKey

    @property
    def pem(self) -> str:
        """As PEM (SubjectPublicKeyInfo)."""
        return self.key.as_pem(private=False).decode()

    def document(self) -> dict[str, str]:
        """As a JWK."""
        found = {name: str(value) for name, value in self.key.as_dict(private=False).items() if name in ("n", "e")}
        return {"kty": "RSA", "use": "sig", **found} | ({"kid": self.kid} if self.kid is not None else {})


def fetch(url: str) -> list[SigningKey]:
    """The signing keys at the URL of a JWK set.

    Raises:
        NoKeys: it cannot be fetched or has none.
    """
    try:
        document = outbound.get_json(url)
    except outbound.Unreachable as error:
        raise NoKeys(str(error)) from None
    keys = signing_keys(document)
    if not keys:
        raise NoKeys("no RSA signing key")
    return keys


def signing_keys(document: Mapping[str, Any]) -> list[SigningKey]:
    """The public RSA signing keys of a JWK set; what is none of these is left out."""
    found = document.get("keys")
    if not isinstance(found, list):
        return []
    return [key for entry in found[:_MOST_KEYS] if (key := _signing_key(entry)) is not None]


def stored(configuration: OidcConfiguration) -> list[SigningKey]:
    """The keys that were fetched last."""
    return list(_parsed(configuration.jwks)) if configuration.jwks else []


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[SigningKey, ...]:
    return tuple(signing_keys(msgspec.json.decode(text)))


def columns(keys: list[SigningKey]) -> dict[str, Any]:
    """The columns of a configuration that hold fetched keys."""
    moment = now()
    document = {"keys": [key.document() for key in keys]}
    return {
        "jwks": msgspec.json.encode(document).decode(),
        "public_key": keys[0].pem,
        "jwks_fetched_at": moment,
        "jwks_tried_at": moment,
    }


def refresh(configuration: OidcConfiguration) -> list[SigningKey] | None:
    """Newer keys than those of a configuration; None when there are none.

    They are fetched, unless that was tried within the last minute by any process: then what it stored counts.
    """
    if not configuration.server_url:
        return None
    due = Q(jwks_tried_at=None) | Q(jwks_tried_at__lt=now() - PAUSE)
    if not OidcConfiguration.objects.filter(due, pk=configuration.pk).update(jwks_tried_at=now()):
        row = queries.oidc_configuration(configuration.space)
        return stored(row) if row is not None and row.jwks != configuration.jwks else None
    try:
        keys = fetch(provider.endpoints(configuration).jwks)
    except NoKeys as error:
        log.warning("keys of the OIDC provider cannot be fetched", space_id=configuration.space_id, reason=str(error))
        return None
    store(configuration, keys)
    return keys


def store(configuration: OidcConfiguration, keys: list[SigningKey]) -> None:
    """Replace the stored keys; every process reads the Space anew."""
    OidcConfiguration.objects.filter(pk=configuration.pk).update(**columns(keys), updated_at=now())
    touch(configuration.space)


def is_stale(configuration: OidcConfiguration) -> bool:
    """Whether the stored keys are a day old: a key that the provider took back must not live on."""
    fetched = configuration.jwks_fetched_at
    return fetched is not None and fetched < now() - LIFETIME


def candidates(keys: list[SigningKey], kid: str | None, pem: str | None) -> Iterator[RSAKey]:
    """The keys that a token may be signed with: those of its `kid`, or all without one; then the configured PEM."""
    yield from (found.key for found in keys if kid is None or found.kid in (kid, None))
    if pem:
        try:
            yield RSAKey.import_key(pem)
        except (JoseError, ValueError, TypeError):
            log.warning("a configured public key is no RSA key")


def is_signed_by(token: str, key: RSAKey) -> bool:
    """Whether a compact JWS is signed with this key, by RSASSA-PKCS1-v1_5 only."""
    try:
        jws.deserialize_compact(token, key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _signing_key(entry: Any) -> SigningKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    if entry.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    fields = {name: entry[name] for name in _LONGEST if entry.get(name) is not None}
    if any(not isinstance(value, str) or len(value) > _LONGEST[name] for name, value in fields.items()):
        return None
    kid = fields.pop("kid", None)
    try:
        key = RSAKey.import_key({"kty": "RSA", **fields})
        key.public_key  # noqa: B018 the numbers are read only now
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return SigningKey(kid, key)
