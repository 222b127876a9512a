"""Calls, messages' devices and conferences' events as the wire shows them (`docs/wire/statistics.md`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from flexiapi.db.statements import Statement
from flexiapi.http.dates import wire

Document = dict[str, Any]
CallState = Literal["accepted", "declined", "canceled", "error"]


class _CallRow(NamedTuple):
    id: str
    sip_call_id: str | None
    from_username: str
    from_domain: str
    to_username: str
    to_domain: str
    initiated_at: datetime
    ended_at: datetime | None
    conference_id: str | None
    created_at: datetime | None
    updated_at: datetime | None
    device_row: int | None
    device_id: str | None
    rang_at: datetime | None
    invite_terminated_at: datetime | None
    invite_terminated_state: str | None
    device_created_at: datetime | None
    device_updated_at: datetime | None


_CALLS = Statement(
    """SELECT c.id, c.sip_call_id, c.from_username, c.from_domain, c.to_username, c.to_domain, c.initiated_at,
              c.ended_at, c.conference_id, c.created_at, c.updated_at,
              d.id, d.device_id, d.rang_at, d.invite_terminated_at, d.invite_terminated_state, d.created_at,
              d.updated_at
         FROM statistics_calls c LEFT JOIN statistics_call_devices d ON d.call_id = c.id
        WHERE c.id IN %(ids)s
        ORDER BY d.id""",
    _CallRow,
)


def calls(ids: Sequence[str]) -> list[Document]:
    """Calls with their devices, in the order of `ids`; those that are gone are left out."""
    found: dict[str, Document] = {}
    for row in _CALLS.rows(ids=ids):
        if row.id not in found:
            found[row.id] = {
                "id": row.id,
                "sip_call_id": row.sip_call_id,
                "from_username": row.from_username,
                "from_domain": row.from_domain,
                "to_username": row.to_username,
                "to_domain": row.to_domain,
                "initiated_at": wire(row.initiated_at),
                "ended_at": wire(row.ended_at),
                "conference_id": row.conference_id,
                "created_at": wire(row.created_at),
                "updated_at": wire(row.updated_at),
                "devices": [],
            }
        if row.device_row is not None and row.device_id is not None:
            found[row.id]["devices"].append(call_device(row.device_row, row.id, row.device_id, *row[13:]))
    return [found[call_id] for call_id in ids if call_id in found]


def logged_calls(ids: Sequence[str]) -> list[Document]:
    """The same for people: devices are named without the quotes and brackets of their instance ids."""
    found = calls(ids)
    for call in found:
        for device in call["devices"]:
            device["device_id"] = shown_device(device["device_id"])
    return found


def shown_device(device_id: str) -> str:
    """A device id as people and the device list see it: `"<urn:uuid:…>"` is `urn:uuid:…`."""
    return device_id[2:-2] if device_id.startswith('"<') and device_id.endswith('>"') else device_id


def state_of(states: Iterable[str | None]) -> CallState:
    """What became of a call, from the end states of its devices; `error` when no device tells."""
    ends = {state.removesuffix("_elsewhere") for state in states if state}
    for state in ("accepted", "declined", "canceled"):
        if state in ends:
            return state
    return "error"


def call_device(
    row_id: int,
    call_id: str,
    device_id: str,
    rang_at: datetime | None,
    invite_terminated_at: datetime | None,
    invite_terminated_state: str | None,
    created_at: datetime | None,
    updated_at: datetime | None,
) -> Document:
    """One device of a call."""
    return {
        "id": row_id,
        "call_id": call_id,
        "device_id": device_id,
        "rang_at": wire(rang_at),
        "invite_terminated_at": wire(invite_terminated_at),
        "invite_terminated_state": invite_terminated_state,
        "created_at": wire(created_at),
        "updated_at": wire(updated_at),
    }


def message_device(row_id: int, values: Mapping[str, Any], created_at: datetime | None) -> Document:
    """One device of a message's recipient, from the values that were just written."""
    return {
        "id": row_id,
        "message_id": values["message"],
        "to_username": values["to_username"],
        "to_domain": values["to_domain"],
        "device_id": values["device"],
        "last_status": values["last_status"],
        "received_at": wire(values["received_at"]),
        "created_at": wire(created_at),
        "updated_at": wire(values["now"]),
    }


def conference_event(row_id: int, values: Mapping[str, Any]) -> Document:
    """One event of a conference, from the values that were just written."""
    return {
        "id": row_id,
        "conference_id": values["conference"],
        "participant_username": values["username"],
        "participant_domain": values["domain"],
        "device_id": values["device"],
        "type": values["type"],
        "at": wire(values["at"]),
        "created_at": wire(values["now"]),
        "updated_at": wire(values["now"]),
    }
