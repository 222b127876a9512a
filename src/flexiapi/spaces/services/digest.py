"""How the passwords of a Space are hashed."""

from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.spaces import queries
from flexiapi.spaces.models import DigestConfiguration, Space

from .seats import touch

DEFAULT_ALGORITHM = "SHA-256"
FIXED_REALM = "The realm of a Space with accounts cannot change."


def configure_digest(space: Space, *, realm: str, algorithm: str) -> None:
    """Set the realm and default algorithm of a Space's passwords."""
    moment = now()
    values = {"realm": realm, "default_password_algorithm": algorithm, "updated_at": moment}
    DigestConfiguration.objects.update_or_create(
        space=space, defaults=values, create_defaults={**values, "created_at": moment}
    )
    touch(space)


def change_digest(space: Space, *, realm: str | None, algorithm: str | None, field: str = "realm") -> None:
    """Set what is given of a Space's digest configuration, whose row must be locked by the caller.

    A realm is part of every stored HA1: with another one no account could authenticate any more. `field`
    names the input that the refusal is about.

    Raises:
        Invalid: the realm would change and the Space has accounts.
    """
    if realm is None and algorithm is None:
        return
    current = queries.digest_configuration(space)
    present = current.realm if current is not None else space.domain
    if realm not in (None, present) and queries.account_count(space):
        raise Invalid({field: [FIXED_REALM]})
    default = current.default_password_algorithm if current is not None else DEFAULT_ALGORITHM
    configure_digest(space, realm=realm or present, algorithm=algorithm or default)
