"""Changes of a Space's settings: all of them, or some."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces import queries
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import Space
from flexiapi.spaces.serializers import SpaceChange

from .creation import differences, save
from .digest import change_digest
from .logos import remove_logo, set_logo
from .seats import locked


@transaction.atomic
def change_space(domain: str, change: SpaceChange) -> Space:
    """Replace the settings of a Space.

    Its row is locked before the accounts are counted, so that no seat is taken in between.

    Raises:
        NotFound: no Space has this domain.
        Invalid: as `change_settings`, or the realm of a Space with accounts would change.
    """
    space = locked(domain)
    told = _write(space, {"name": change.name, "host": change.host, **change.settings})
    change_digest(
        space,
        realm=change.digest.realm,
        algorithm=change.digest.default_password_algorithm,
        field="digest_authentication_configuration.realm",
    )
    space_changed.announce(SpaceChanged(space.pk, space.domain, told))
    return space


@transaction.atomic
def change_settings(domain: str, columns: Mapping[str, Any]) -> Space:
    """Change some columns of a Space; the others stay.

    Raises:
        NotFound: no Space has this domain.
        Invalid: its host or name was taken meanwhile, it got more accounts than it shall have seats, e-mail
            addresses cannot become unique or stop being so, or it has a provider and would become a super Space.
    """
    space = locked(domain)
    told = _write(space, columns)
    if told:
        space_changed.announce(SpaceChanged(space.pk, space.domain, told))
    return space


@transaction.atomic
def configure(domain: str, columns: Mapping[str, Any], *, logo: UploadedFile | None, without_logo: bool) -> None:
    """Change some columns of a Space and its logo: a picture takes the place of the one before.

    Raises:
        NotFound: no Space has this domain.
        Invalid: as `change_settings`, or the picture is refused; then nothing is changed.
    """
    change_settings(domain, columns)
    if logo is not None:
        set_logo(domain, logo)
    elif without_logo:
        remove_logo(domain)


def _write(space: Space, columns: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Write columns of a locked Space; returns what differs."""
    _check_seats(space, columns.get("max_accounts", 0))
    _check_super(space, columns.get("super", space.super))
    _check_unique_email(space, columns.get("unique_email", space.unique_email))
    before = {column: getattr(space, column) for column in columns}
    for column, value in columns.items():
        setattr(space, column, value)
    save(space)
    return differences(before, space)


def _check_seats(space: Space, seats: int) -> None:
    if seats > 0 and (count := queries.account_count(space)) > seats:
        raise Invalid({"max_accounts": [sentence("min_number", "max_accounts", min=count)]})


def _check_super(space: Space, is_super: bool) -> None:
    """Nobody else than the instance decides who administers all Spaces."""
    if is_super and not space.super and queries.has_provider(space):
        raise Invalid({"super": [_("A super Space has no OpenID Connect provider: remove it first.")]})


def _check_unique_email(space: Space, unique: bool) -> None:
    """Accounts that share an address hinder its uniqueness; a provider, which names accounts by it, its end."""
    if unique == space.unique_email:
        return
    if not unique and queries.has_provider(space):
        raise Invalid({"unique_email": [_("OpenID Connect needs unique e-mail addresses: remove the provider first.")]})
    if unique and (shared := queries.shared_addresses(space)):
        raise Invalid(
            {
                "unique_email": [
                    ngettext("%(number)s account uses %(address)s.", "%(number)s accounts use %(address)s.", number)
                    % {"number": number, "address": address}
                    for address, number in shared
                ]
            }
        )
