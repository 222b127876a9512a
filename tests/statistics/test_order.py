"""Reports in any order, and more than once: the same is stored in the end."""

from itertools import permutations
from typing import Any

import pytest
from tests.api import Api
from tests.statistics.reports import DEVICE, a_call, a_conference, a_message

from flexiapi.statistics.models import Call, CallDevice, Conference, Message, MessageDevice

pytestmark = pytest.mark.django_db

RANG = {"rang_at": "2026-03-01T17:32:29Z"}
TAKEN = {"invite_terminated": {"at": "2026-03-01T17:32:35Z", "state": "accepted"}}
ELSEWHERE = {"invite_terminated": {"at": "2026-03-01T17:32:35Z", "state": "accepted_elsewhere"}}
ENDED = {"ended_at": "2026-03-01T17:40:00Z"}


def stored(model: Any, *but: str) -> list[dict[str, Any]]:
    """All rows without what the database makes up."""
    made_up = {"id", "created_at", "updated_at", *but}
    rows = [{name: value for name, value in row.items() if name not in made_up} for row in model.objects.values()]
    return sorted(rows, key=str)


def test_what_is_reported_of_a_call(proxy: Api, prefix: str) -> None:
    outcomes = []
    for number, order in enumerate(permutations(range(4))):
        call = f"{prefix}calls/c{number}"
        reports = [
            (f"{call}/devices/{DEVICE}", RANG),
            (f"{call}/devices/{DEVICE}", TAKEN),
            (f"{call}/devices/other", ELSEWHERE),
            (call, ENDED),
        ]
        begin = a_call(id=f"c{number}")
        assert proxy.post(f"{prefix}calls", begin).text == "1"
        for step in (*order, *order):
            assert proxy.patch(*reports[step]).status in (200, 201)
            assert proxy.post(f"{prefix}calls", {**begin, "to": "carol@d.org", "ended_at": None}).text == "1"
        outcomes.append((stored(Call), stored(CallDevice, "call_id")))
        Call.objects.all().delete()

    assert all(outcome == outcomes[0] for outcome in outcomes)
    (call_row,), devices = outcomes[0]
    assert (call_row["to_username"], str(call_row["ended_at"])) == ("bob", "2026-03-01 17:40:00+00:00")
    assert [(row["device_id"], row["rang_at"] is None, row["invite_terminated_state"]) for row in devices] == [
        (DEVICE, False, "accepted"),
        ("other", True, "accepted_elsewhere"),
    ]


def test_what_is_reported_of_a_message(proxy: Api, prefix: str) -> None:
    outcomes = []
    for number, order in enumerate(permutations(range(3))):
        message = f"{prefix}messages/m{number}"
        reports = [
            (f"{message}/to/bob@d.org/devices/{DEVICE}", {"last_status": 200, "received_at": "2026-03-01T17:32:29Z"}),
            (f"{message}/to/bob@d.org/devices/other", {"last_status": 408, "received_at": "2026-03-01T18:32:29Z"}),
            (f"{message}/to/eve@d.org/devices/{DEVICE}", {"last_status": 503, "received_at": "2026-03-01T17:32:30Z"}),
        ]
        begin = a_message(id=f"m{number}")
        proxy.post(f"{prefix}messages", begin)
        statuses = [proxy.patch(*reports[step]).status for step in (*order, *order)]
        assert statuses == [201] * 3 + [200] * 3
        assert proxy.post(f"{prefix}messages", {**begin, "encrypted": True}).text == "1"
        outcomes.append((stored(Message), stored(MessageDevice, "message_id")))
        Message.objects.all().delete()

    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert [row["last_status"] for row in outcomes[0][1]] == [200, 408, 503]
    assert outcomes[0][0][0]["encrypted"] is False


def test_the_end_of_a_conference_before_its_events(proxy: Api, prefix: str) -> None:
    one = f"{prefix}conferences/{a_conference()['id']}"
    proxy.post(f"{prefix}conferences", a_conference())

    for _ in range(2):
        assert proxy.patch(one, ENDED).json["ended_at"] == "2026-03-01T17:40:00.000000Z"
        assert proxy.post(f"{prefix}conferences", a_conference()).text == "1"
    left = proxy.post(f"{one}/participants/bob@d.org/events", {"type": "left", "at": "2026-03-01T17:39:00Z"})

    assert left.status == 201
    assert str(Conference.objects.get().ended_at) == "2026-03-01 17:40:00+00:00"
