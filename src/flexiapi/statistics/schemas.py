"""Schemas of what the statistics resources answer and read (`docs/wire/statistics.md`)."""

from flexiapi.http.openapi import field_schema, input_component
from flexiapi.http.schemas import (
    INTEGER,
    MOMENT,
    STRING,
    Schema,
    array,
    choice,
    component,
    mapping,
    nullable,
    obj,
)

from . import reports
from .serializers import CallDeviceInput, FirstCallReports, FirstMessageReports, MessageDeviceInput

_TIMES: dict[str, Schema] = {"created_at": nullable(MOMENT), "updated_at": nullable(MOMENT)}

CALL_DEVICE = component(
    "CallDevice",
    obj(
        {
            "id": INTEGER,
            "call_id": STRING,
            "device_id": STRING,
            "rang_at": nullable(MOMENT),
            "invite_terminated_at": nullable(MOMENT),
            "invite_terminated_state": nullable(choice(*reports.CALL_STATES)),
            **_TIMES,
        },
        text="What a device did with a call.",
    ),
)
CALL = component(
    "Call",
    obj(
        {
            "id": STRING,
            "sip_call_id": nullable(STRING),
            "from_username": STRING,
            "from_domain": STRING,
            "to_username": STRING,
            "to_domain": STRING,
            "initiated_at": MOMENT,
            "ended_at": nullable(MOMENT),
            "conference_id": nullable(STRING),
            **_TIMES,
            "devices": array(CALL_DEVICE),
        },
        text="A call with the devices that it went to.",
    ),
)
MESSAGE_DEVICE = component(
    "MessageDevice",
    obj(
        {
            "id": INTEGER,
            "message_id": STRING,
            "to_username": STRING,
            "to_domain": STRING,
            "device_id": STRING,
            "last_status": INTEGER,
            "received_at": MOMENT,
            **_TIMES,
        },
        text="What a device answered to a message.",
    ),
)
CONFERENCE = component(
    "Conference",
    obj({"id": STRING, "created_at": MOMENT, "ended_at": nullable(MOMENT), "schedule": nullable(STRING)}),
)
CONFERENCE_EVENT = component(
    "ConferenceEvent",
    obj(
        {
            "id": INTEGER,
            "conference_id": STRING,
            "participant_username": STRING,
            "participant_domain": STRING,
            "device_id": nullable(STRING),
            "type": STRING,
            "at": MOMENT,
            **_TIMES,
        },
        text="Something that happened to a participant, or to one of its devices.",
    ),
)


@field_schema.register
def _first_calls(field: FirstCallReports) -> Schema:
    return nullable(mapping(nullable(input_component(CallDeviceInput))))


@field_schema.register
def _first_messages(field: FirstMessageReports) -> Schema:
    return nullable(mapping(nullable(mapping(nullable(input_component(MessageDeviceInput))))))
