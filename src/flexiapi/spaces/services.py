"""Writes of Spaces."""

import logging

from django.db import IntegrityError, transaction

from flexiapi.accounts.models import Account
from flexiapi.http import rules
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence

from . import queries
from .models import DigestConfiguration, Space

log = logging.getLogger(__name__)

DEFAULT_ALGORITHM = "SHA-256"


def take_seat(space: Space) -> bool:
    """Whether one more account fits into a Space; its row stays locked until the transaction ends."""
    locked = Space.objects.select_for_update().get(pk=space.pk)
    return locked.max_accounts <= 0 or Account.objects.filter(domain=locked.domain).count() < locked.max_accounts


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
        taken = {
            field: [sentence("unique", field)]
            for field, value in (("name", name), ("domain", domain), ("host", host))
            if Space.objects.filter(**{field: value}).exists()
        }
        raise Invalid(taken or {"domain": [sentence("unique", "domain")]}) from None
    configure_digest(space, realm=realm or domain, algorithm=algorithm)
    return space


def configure_digest(space: Space, *, realm: str, algorithm: str) -> None:
    """Set the realm and default algorithm of a Space's passwords."""
    moment = now()
    DigestConfiguration.objects.update_or_create(
        space=space,
        defaults={"realm": realm, "default_password_algorithm": algorithm, "updated_at": moment},
        create_defaults={
            "realm": realm,
            "default_password_algorithm": algorithm,
            "created_at": moment,
            "updated_at": moment,
        },
    )
    touch(space)


def touch(space: Space) -> None:
    """Mark a Space as changed, so that every process reads it anew."""
    Space.objects.filter(pk=space.pk).update(updated_at=now())


@transaction.atomic
def create_or_update(
    *,
    domain: str,
    host: str,
    name: str,
    is_super: bool,
    realm: str | None = None,
    algorithm: str | None = None,
) -> bool:
    """Create the Space of a domain, or update its host, name and super flag; true when it is new.

    Raises:
        Invalid: a value has a wrong form or belongs to another Space, or the realm of a Space with accounts
            would change.
    """
    problems: dict[str, list[str]] = {}
    for field, value in (("domain", domain), ("host", host)):
        if not rules.DOMAIN.match(value) and not (field == "host" and value in _LOCAL_HOSTS):
            problems[field] = [sentence("domain", field)]
    if problems:
        raise Invalid(problems)
    space = Space.objects.select_for_update().filter(domain=domain).first()
    if space is None:
        create_space(
            domain=domain,
            host=host,
            name=name,
            realm=realm,
            algorithm=algorithm or DEFAULT_ALGORITHM,
            super=is_super,
        )
        return True
    space.host, space.name, space.super = host, name, is_super
    try:
        with transaction.atomic():
            space.save()
    except IntegrityError:
        raise Invalid({"host": [sentence("unique", "host")]}) from None
    current = DigestConfiguration.objects.filter(space=space).first()
    if realm and (current is None or current.realm != realm) and Account.objects.filter(domain=domain).exists():
        raise Invalid({"realm": ["The realm of a Space with accounts cannot change."]})
    if realm or algorithm:
        configure_digest(
            space,
            realm=realm or (current.realm if current else domain),
            algorithm=algorithm or (current.default_password_algorithm if current else DEFAULT_ALGORITHM),
        )
    return False


_LOCAL_HOSTS = ("localhost", "127.0.0.1")
