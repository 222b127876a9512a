"""The replacement of a Space's settings."""

from django.db import transaction

from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.spaces import queries
from flexiapi.spaces.events import SpaceChanged, space_changed
from flexiapi.spaces.models import Space
from flexiapi.spaces.serializers import SpaceChange

from .creation import differences, save
from .digest import change_digest
from .seats import locked


@transaction.atomic
def change_space(domain: str, change: SpaceChange) -> Space:
    """Replace the settings of a Space.

    Its row is locked before the accounts are counted, so that no seat is taken in between.

    Raises:
        NotFound: no Space has this domain.
        Invalid: its host or name was taken meanwhile, it got more accounts than it shall have seats, or the
            realm of a Space with accounts would change.
    """
    space = locked(domain)
    seats = change.settings["max_accounts"]
    if seats > 0 and (count := queries.account_count(space)) > seats:
        raise Invalid({"max_accounts": [sentence("min_number", "max_accounts", min=count)]})
    before = {"name": space.name, "host": space.host}
    before |= {column: getattr(space, column) for column in change.settings}
    space.name, space.host = change.name, change.host
    for column, value in change.settings.items():
        setattr(space, column, value)
    save(space)
    change_digest(
        space,
        realm=change.digest.realm,
        algorithm=change.digest.default_password_algorithm,
        field="digest_authentication_configuration.realm",
    )
    space_changed.announce(SpaceChanged(space.pk, space.domain, differences(before, space)))
    return space
