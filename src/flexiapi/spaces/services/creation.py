"""New Spaces, and those that the console creates or updates."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces import queries
from flexiapi.spaces.events import SpaceChanged, space_changed, space_created
from flexiapi.spaces.models import Space
from flexiapi.spaces.serializers import NewSpace

from .digest import DEFAULT_ALGORITHM, change_digest, configure_digest

log = logging.getLogger(__name__)


@transaction.atomic
def create_space(
    *,
    domain: str,
    host: str,
    name: str,
    realm: str | None = None,
    algorithm: str = DEFAULT_ALGORITHM,
    **columns: object,
) -> Space:
    """Create a Space with its digest configuration (realm = domain unless given).

    A host outside the root host is accepted with a warning: the Space will answer 503.

    Raises:
        Invalid: domain, host or name were taken meanwhile.
    """
    if not queries.belongs_to_root_host(host):
        log.warning("The host %s of the new Space lies outside APP_ROOT_HOST: it will answer 503", host)
    moment = now()
    try:
        with transaction.atomic():
            space = Space.objects.create(
                domain=domain, host=host, name=name, created_at=moment, updated_at=moment, **columns
            )
    except IntegrityError:
        raise taken({"name": name, "domain": domain, "host": host}) from None
    configure_digest(space, realm=realm or domain, algorithm=algorithm)
    told = {"host": (None, host), "name": (None, name), "realm": (None, realm or domain)}
    space_created.announce(SpaceChanged(space.pk, domain, told))
    return space


def create_as_asked(new: NewSpace) -> Space:
    """Create a Space with the settings that a super administrator gave.

    Raises:
        Invalid: domain, host or name were taken meanwhile.
    """
    return create_space(
        domain=new.domain,
        host=new.host,
        name=new.name,
        realm=new.digest.realm,
        algorithm=new.digest.default_password_algorithm or DEFAULT_ALGORITHM,
        **new.settings,
    )


@transaction.atomic
def create_or_update(
    *,
    domain: str,
    host: str,
    name: str,
    is_super: bool,
    realm: str | None = None,
    algorithm: str | None = None,
    require_second_factor: bool | None = None,
) -> bool:
    """Create the Space of a domain, or update its host, name and super flag; true when it is new.

    Whether its administrators need a second factor stays as it is (at first: not) unless it is said.

    Raises:
        Invalid: a value belongs to another Space, or the realm of a Space with accounts would change.
    """
    space = Space.objects.select_for_update().filter(domain=domain).first()
    if space is None:
        create_space(
            domain=domain,
            host=host,
            name=name,
            realm=realm,
            algorithm=algorithm or DEFAULT_ALGORITHM,
            super=is_super,
            require_second_factor=bool(require_second_factor),
        )
        return True
    columns = ("host", "name", "super", "require_second_factor")
    before = {column: getattr(space, column) for column in columns}
    space.host, space.name, space.super = host, name, is_super
    if require_second_factor is not None:
        space.require_second_factor = require_second_factor
    save(space)
    change_digest(space, realm=realm, algorithm=algorithm)
    space_changed.announce(SpaceChanged(space.pk, domain, differences(before, space)))
    return False


def differences(before: Mapping[str, Any], space: Space) -> dict[str, tuple[Any, Any]]:
    """What columns of a Space were and are, of those that differ; of provisioning entries only whether there are any.

    Entries may hold passwords of the apps that they set up.
    """
    found = {name: (old, new) for name, old in before.items() if (new := getattr(space, name)) != old}
    if "custom_provisioning_entries" in found:
        old, new = found["custom_provisioning_entries"]
        found["custom_provisioning_entries"] = (bool(old), bool(new))
    return found


def save(space: Space) -> None:
    """Write a changed Space.

    Raises:
        Invalid: its host or name belongs to another Space.
    """
    try:
        with transaction.atomic():
            space.save()
    except IntegrityError:
        raise taken({"name": space.name, "host": space.host}, but=space) from None


def taken(values: dict[str, str], but: Space | None = None) -> Invalid:
    """The refusal of unique values, naming those that another Space has."""
    fields = [field for field, value in values.items() if queries.taken(field, value, but=but)]
    return Invalid({field: [sentence("unique", field)] for field in fields or list(values)[:1]})
