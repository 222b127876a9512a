"""Messages as Flexisip reports them."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from flexiapi.db.insertions import Insertion
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.statistics import documents
from flexiapi.statistics.documents import Document
from flexiapi.statistics.reports import MessageDeviceReport, NewMessage

from .storing import NotStored, parts, stored_key, storing, unknown

_MESSAGE = Insertion(
    """statistics_messages (id, from_username, from_domain, sent_at, encrypted, conference_id, created_at,
                            updated_at)""",
    """VALUES (%(id)s, %(from_username)s, %(from_domain)s, %(sent_at)s, %(encrypted)s, %(conference_id)s, %(now)s,
               %(now)s)""",
)
_NEW_DEVICE = Insertion(
    """statistics_message_devices (message_id, to_username, to_domain, device_id, last_status, received_at, created_at,
                                   updated_at)""",
    """VALUES (%(message)s, %(to_username)s, %(to_domain)s, %(device)s, %(last_status)s, %(received_at)s, %(now)s,
               %(now)s)""",
)
_DEVICE_CHANGE = Statement(
    """UPDATE statistics_message_devices
          SET last_status = %(last_status)s, received_at = %(received_at)s, updated_at = %(now)s
        WHERE id = %(id)s"""
)


class _Known(NamedTuple):
    """A known message, and its row of the recipient's device if there is one."""

    id: int | None
    created_at: datetime | None


_KNOWN = Statement(
    """SELECT d.id, d.created_at
         FROM statistics_messages m
         LEFT JOIN statistics_message_devices d
           ON d.message_id = m.id AND d.to_username = %(to_username)s AND d.to_domain = %(to_domain)s
          AND d.device_id = %(device)s
        WHERE m.id = %(message)s""",
    _Known,
)


def record_message(message: NewMessage) -> None:
    """Store a message, with its recipients' devices if some are reported already; a known id keeps what is stored.

    Raises:
        NotStored: the database refused (400).
    """
    from_username, from_domain = parts(message.sender)
    moment = now()
    values = {
        "id": message.id,
        "from_username": from_username,
        "from_domain": from_domain,
        "sent_at": message.sent_at,
        "encrypted": message.encrypted,
        "conference_id": message.conference_id,
        "now": moment,
    }
    with storing("message", message.id):
        if not message.reports:
            _MESSAGE.execute(**values)
            return
        with transaction.atomic():
            _MESSAGE.execute(**values)
            _NEW_DEVICE.execute_many(
                [_values(message.id, item.to, item.device, item.report, moment) for item in message.reports]
            )


def record_device(message_id: str, to: str, device: str, report: MessageDeviceReport) -> tuple[Document, bool]:
    """Store what a device of the recipient `to` answered to a message.

    Returns the device's document and whether it is new.

    Raises:
        NotStored: the message is unknown, or the database refused (400).
    """
    moment = now()
    values = _values(message_id, to, device, report, moment)
    place = {name: values[name] for name in ("message", "to_username", "to_domain", "device")}
    with storing("message", message_id):
        for _ in range(2):
            known = _KNOWN.one(**place)
            if known is None:
                raise unknown("message", message_id)
            if known.id is not None:
                changes = {name: values[name] for name in ("last_status", "received_at", "now")}
                _DEVICE_CHANGE.execute(id=known.id, **changes)
                return documents.message_device(known.id, values, known.created_at), False
            new_id = _NEW_DEVICE.new_id(**values)
            if new_id is not None:
                return documents.message_device(new_id, values, moment), True
            # Another request was faster with the same device: look again, its row is there now.
    raise NotStored


def _values(message_id: str, to: str, device: str, report: MessageDeviceReport, moment: datetime) -> dict[str, Any]:
    to_username, to_domain = parts(to)
    return {
        "message": message_id,
        "to_username": to_username,
        "to_domain": to_domain,
        "device": stored_key(device),
        "last_status": report.last_status,
        "received_at": report.received_at,
        "now": moment,
    }
