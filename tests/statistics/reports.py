"""Reports as Flexisip 2.7 writes them."""

from typing import Any

CALL_ID = "6f" * 32
MESSAGE_ID = "a1" * 32
DEVICE = '"<urn:uuid:5c2eb4dd-1f73-00a5-b5e1-3cd6d1a2f7b4>"'


def a_call(**changes: Any) -> dict[str, Any]:
    """The body of `POST calls`."""
    return {
        "conference_id": None,
        "devices": {DEVICE: None},
        "ended_at": None,
        "from": "alice@sip.example.org",
        "id": CALL_ID,
        "initiated_at": "2026-03-01T17:32:28Z",
        "sip_call_id": "x2s@192.0.2.1",
        "to": "bob@sip.example.org",
        **changes,
    }


def a_message(**changes: Any) -> dict[str, Any]:
    """The body of `POST messages`."""
    return {
        "conference_id": None,
        "encrypted": False,
        "from": "alice@sip.example.org",
        "id": MESSAGE_ID,
        "sent_at": "2026-03-01T17:32:28Z",
        "to": {"bob@sip.example.org": {DEVICE: None}},
        **changes,
    }


def a_conference(**changes: Any) -> dict[str, Any]:
    """The body of `POST conferences`."""
    return {
        "created_at": "2026-03-01T17:32:28Z",
        "ended_at": None,
        "id": "iHVDMq6MxSKp60bT",
        "schedule": None,
        **changes,
    }
