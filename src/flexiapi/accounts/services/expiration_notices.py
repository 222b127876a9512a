"""Mails to the administrators of Spaces that expire soon."""

from django.db import transaction

from flexiapi.http.errors import NotFound
from flexiapi.messaging.services import enqueue_mail
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services
from flexiapi.spaces.services.expiry import Expiring, midnight

TEMPLATE = "expiring_space"


@transaction.atomic
def send_notices(expiring: Expiring) -> list[str]:
    """Write down a mail to each administrator of a Space, and return their addresses.

    Who got one today already gets no second one, however often this runs and on how many machines: the row of
    the Space is locked meanwhile. Nobody is told of a Space that was renewed or deleted in between.
    """
    try:
        space = space_services.locked(expiring.space.domain)
    except NotFound:
        return []
    day = space.expiry_day
    if day is None or day != expiring.space.expiry_day:
        return []
    told = spaces.mailed_since(space, TEMPLATE, midnight())
    addresses = [address for address in expiring.recipients if address not in told]
    context: dict[str, str | int | None] = {"days_left": expiring.days_left, "expire_at": day.strftime("%d-%m-%Y")}
    for address in addresses:
        enqueue_mail(space, template=TEMPLATE, to=address, context=context, locale="en")
    return addresses
