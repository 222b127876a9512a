"""Calls as Flexisip reports them; with the messages the most frequent requests of all."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from flexiapi.db.insertions import Insertion
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.statistics import documents
from flexiapi.statistics.documents import Document
from flexiapi.statistics.reports import CallDeviceReport, End, NewCall

from .storing import NotStored, parts, stored_key, storing, unknown

_CALL = Insertion(
    """statistics_calls (id, sip_call_id, from_username, from_domain, to_username, to_domain, initiated_at, ended_at,
                         conference_id, created_at, updated_at)""",
    """VALUES (%(id)s, %(sip_call_id)s, %(from_username)s, %(from_domain)s, %(to_username)s, %(to_domain)s,
               %(initiated_at)s, %(ended_at)s, %(conference_id)s, %(now)s, %(now)s)""",
)
_END = Statement("UPDATE statistics_calls SET ended_at = %(ended_at)s, updated_at = %(now)s WHERE id = %(id)s")
_NEW_DEVICE = Insertion(
    """statistics_call_devices (call_id, device_id, rang_at, invite_terminated_at, invite_terminated_state, created_at,
                                updated_at)""",
    "VALUES (%(call)s, %(device)s, %(rang_at)s, %(ended_at)s, %(state)s, %(now)s, %(now)s)",
)
_DEVICE_CHANGE = Statement(
    """UPDATE statistics_call_devices
          SET rang_at = COALESCE(%(rang_at)s, rang_at),
              invite_terminated_at = COALESCE(%(ended_at)s, invite_terminated_at),
              invite_terminated_state = COALESCE(%(state)s, invite_terminated_state),
              updated_at = %(now)s
        WHERE id = %(id)s"""
)


class _Known(NamedTuple):
    """A known call, and its row of the device if there is one."""

    id: int | None
    rang_at: datetime | None
    ended_at: datetime | None
    state: str | None
    created_at: datetime | None


_KNOWN = Statement(
    """SELECT d.id, d.rang_at, d.invite_terminated_at, d.invite_terminated_state, d.created_at
         FROM statistics_calls c
         LEFT JOIN statistics_call_devices d ON d.call_id = c.id AND d.device_id = %(device)s
        WHERE c.id = %(call)s""",
    _Known,
)


def record_call(call: NewCall) -> None:
    """Store a call, with its devices if some are reported already; a known id keeps what is stored.

    Raises:
        NotStored: the database refused (400).
    """
    from_username, from_domain = parts(call.caller)
    to_username, to_domain = parts(call.to)
    values = {
        "id": call.id,
        "sip_call_id": call.sip_call_id and stored_key(call.sip_call_id),
        "from_username": from_username,
        "from_domain": from_domain,
        "to_username": to_username,
        "to_domain": to_domain,
        "initiated_at": call.initiated_at,
        "ended_at": call.ended_at,
        "conference_id": call.conference_id,
        "now": now(),
    }
    with storing("call", call.id):
        if not call.reports:
            _CALL.execute(**values)
            return
        with transaction.atomic():
            _CALL.execute(**values)
            _NEW_DEVICE.execute_many(
                [_device_values(call.id, stored_key(item.device), item.report, values["now"]) for item in call.reports]
            )


def record_device(call_id: str, device: str, report: CallDeviceReport) -> tuple[Document, bool]:
    """Store what a device did with a call; what is not reported stays as it is.

    Returns the device's document and whether it is new.

    Raises:
        NotStored: the call is unknown, or the database refused (400).
    """
    device = stored_key(device)
    moment = now()
    values = _device_values(call_id, device, report, moment)
    with storing("call", call_id):
        for _ in range(2):
            known = _KNOWN.one(call=call_id, device=device)
            if known is None:
                raise unknown("call", call_id)
            if known.id is not None:
                _DEVICE_CHANGE.execute(id=known.id, **_changes(values))
                return _document(known.id, values, known, known.created_at), False
            new_id = _NEW_DEVICE.new_id(**values)
            if new_id is not None:
                return _document(new_id, values, _NOTHING, moment), True
            # Another request was faster with the same device: look again, its row is there now.
    raise NotStored


def end_call(call_id: str, end: End) -> Document:
    """Store the end of a call; returns the call with its devices.

    Raises:
        NotFound: the call is unknown.
        NotStored: the database refused (400).
    """
    with storing("call", call_id):
        if not _END.execute(id=call_id, ended_at=end.ended_at, now=now()):
            raise NotFound
        found = documents.calls([call_id])
    if not found:
        raise NotFound
    return found[0]


_NOTHING = _Known(None, None, None, None, None)


def _device_values(call_id: str, device: str, report: CallDeviceReport, moment: object) -> dict[str, Any]:
    ending = report.invite_terminated
    return {
        "call": call_id,
        "device": device,
        "rang_at": report.rang_at,
        "ended_at": ending.at if ending else None,
        "state": ending.state if ending else None,
        "now": moment,
    }


def _changes(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("rang_at", "ended_at", "state", "now")}


def _document(row_id: int, values: dict[str, Any], known: _Known, created_at: datetime | None) -> Document:
    return documents.call_device(
        row_id,
        values["call"],
        values["device"],
        values["rang_at"] or known.rang_at,
        values["ended_at"] or known.ended_at,
        values["state"] or known.state,
        created_at,
        values["now"],
    )
