"""Devices at the registrar: removed on request, and with their account."""

import logging

from flexiapi.accounts.events import AccountDeleted
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.config import instance
from flexiapi.http.errors import Unavailable
from flexiapi.telephony import contact_header, registrar

log = logging.getLogger(__name__)


def remove_device(account: Account, uuid: str) -> bool:
    """Remove a device's registration; true when there was one.

    Flexisip reads the record anew on the empty message, which is sent in any case.

    Raises:
        Unavailable: the registrar cannot be reached (503).
    """
    address = registrar.address(account.username, account.domain)
    uuid = contact_header.bare_uuid(uuid)
    server = registrar.current()
    try:
        removed = server.remove(address, [contact_header.field_name(uuid)])
        if not removed:
            removed = server.remove(address, _fields(server.contacts(address), uuid))
        server.publish(address, "")
    except registrar.Unreachable as error:
        log.warning("A device could not be removed: %s", error)
        raise Unavailable("The registrar cannot be reached") from None
    if removed:
        belongings.tell(account, "device", f"{uuid} removed")
    return removed > 0


def forget_registrations(event: AccountDeleted) -> None:
    """Remove the record of a deleted account, so that its devices are not called any more.

    Flexisip with a global domain files accounts of several domains under one address: those records stay.
    """
    settings = instance.current()
    if not settings.flexisip_clear_registrations or settings.flexisip_use_global_domain:
        return
    try:
        registrar.current().forget(event.identifier)
        registrar.current().publish(event.identifier, "")
    except registrar.Unreachable as error:
        log.warning("The registrations of account %d stay until they expire: %s", event.account_id, error)


def _fields(contacts: dict[str, str], uuid: str) -> list[str]:
    """The fields of a device that Flexisip filed under something else than the device's id."""
    parsed = ((field, contact_header.parse(text)) for field, text in contacts.items())
    return [field for field, device in parsed if device is not None and device.uuid == uuid]
