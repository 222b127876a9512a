"""The mail server and the CardDAV servers of a Space; every write makes the Space a changed one."""

from django.db import transaction
from msgspec import UNSET

from flexiapi.spaces import queries
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import CardDavServer, EmailServer, Space
from flexiapi.spaces.serializers import CardDavServerSettings, EmailServerSettings

from .seats import locked, touch


@transaction.atomic
def set_email_server(domain: str, settings: EmailServerSettings) -> tuple[EmailServer, bool]:
    """Replace the mail server of a Space; true when it had none. An unset password stays as it is.

    Raises:
        NotFound: no Space has this domain.
    """
    space = locked(domain)
    values = {
        "host": settings.host,
        "port": settings.port,
        "username": settings.username,
        "from_address": settings.from_address,
        "from_name": settings.from_name,
        "signature": settings.signature,
    }
    if settings.password is not UNSET:
        values["password"] = settings.password
    server, created = EmailServer.objects.update_or_create(space=space, defaults=values)
    touch(space)
    space_changed.announce(SpaceChanged(space.pk, space.domain, {"email_server": (not created, True)}))
    return server, created


@transaction.atomic
def delete_email_server(domain: str) -> None:
    """Take away the mail server of a Space.

    Raises:
        NotFound: no Space has this domain, or it has no mail server.
    """
    space = locked(domain)
    queries.email_server(space).delete()
    touch(space)
    space_changed.announce(SpaceChanged(space.pk, space.domain, {"email_server": (True, False)}))


@transaction.atomic
def add_carddav_server(domain: str, settings: CardDavServerSettings) -> CardDavServer:
    """Give a Space one more CardDAV server.

    Raises:
        NotFound: no Space has this domain.
    """
    space = locked(domain)
    server = CardDavServer.objects.create(space=space, **settings.columns())
    _carddav_changed(space, None, server.pk)
    return server


@transaction.atomic
def change_carddav_server(domain: str, server_id: int, settings: CardDavServerSettings) -> None:
    """Change a CardDAV server; what is unset stays.

    Raises:
        NotFound: no Space has this domain, or it has no such server.
    """
    space = locked(domain)
    server = queries.carddav_server(space, server_id)
    for column, value in settings.columns().items():
        setattr(server, column, value)
    server.save()
    _carddav_changed(space, server_id, server_id)


@transaction.atomic
def delete_carddav_server(domain: str, server_id: int) -> None:
    """Take away a CardDAV server; the credentials of accounts for it go with it.

    Raises:
        NotFound: no Space has this domain, or it has no such server.
    """
    space = locked(domain)
    queries.carddav_server(space, server_id).delete()
    _carddav_changed(space, server_id, None)


def _carddav_changed(space: Space, before: int | None, after: int | None) -> None:
    """Told by the server's id alone: its URI may hold a password."""
    touch(space)
    space_changed.announce(SpaceChanged(space.pk, space.domain, {"carddav_server": (before, after)}))
