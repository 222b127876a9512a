"""How the passwords of a Space are hashed."""

from django.db import transaction

from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.spaces import queries
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import DigestConfiguration, Space
from flexiapi.spaces.serializers import DigestChoice

from .seats import locked, touch

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


@transaction.atomic
def set_digest(domain: str, choice: DigestChoice) -> None:
    """Set what is given of a Space's digest configuration.

    Raises:
        NotFound: no Space has this domain.
        Invalid: the realm would change and the Space has accounts.
    """
    space = locked(domain)
    before = queries.digest_configuration(space)
    change_digest(space, realm=choice.realm, algorithm=choice.default_password_algorithm)
    after = queries.digest_configuration(space)
    told = {
        name: values
        for name in ("realm", "default_password_algorithm")
        if (values := (getattr(before, name, None), getattr(after, name, None)))[0] != values[1]
    }
    if told:
        space_changed.announce(SpaceChanged(space.pk, space.domain, told))
