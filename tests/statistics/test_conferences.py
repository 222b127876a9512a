"""Conferences as their server reports them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.api import Api
from tests.statistics.reports import DEVICE, a_conference

from flexiapi.statistics.models import Conference, ConferenceEvent

pytestmark = pytest.mark.django_db

CONFERENCES = "/api/statistics/conferences"
ONE = f"{CONFERENCES}/iHVDMq6MxSKp60bT"
ALICE = f"{ONE}/participants/alice@sip.example.org"
AT = {"at": "2026-03-01T17:33:00Z"}


def test_conversation_of_one_conference(proxy: Api, prefix: str) -> None:
    alice = f"{prefix}conferences/iHVDMq6MxSKp60bT/participants/alice@sip.example.org"

    begun = proxy.post(f"{prefix}conferences", a_conference())
    added = proxy.post(f"{alice}/events", {"type": "added", **AT})
    joined = proxy.post(f"{alice}/devices/{DEVICE}/events", {"type": "joined", **AT})
    over = proxy.patch(f"{prefix}conferences/iHVDMq6MxSKp60bT", {"ended_at": "2026-03-01T18:00:00Z"})

    assert (begun.status, begun.text) == (200, "1")
    assert added.status == 201
    assert added.json == {
        "id": added.json["id"],
        "conference_id": "iHVDMq6MxSKp60bT",
        "participant_username": "alice",
        "participant_domain": "sip.example.org",
        "device_id": None,
        "type": "added",
        "at": "2026-03-01T17:33:00.000000Z",
        "created_at": added.json["created_at"],
        "updated_at": added.json["created_at"],
    }
    assert joined.status == 201
    assert (joined.json["device_id"], joined.json["type"]) == (DEVICE, "joined")
    assert joined.json["id"] > added.json["id"]
    assert over.status == 200
    assert over.json == {
        "id": "iHVDMq6MxSKp60bT",
        "created_at": "2026-03-01T17:32:28.000000Z",
        "ended_at": "2026-03-01T18:00:00.000000Z",
        "schedule": None,
    }
    stored = ConferenceEvent.objects.order_by("id").values_list("pk", "device_id", "type")
    assert list(stored) == [(added.json["id"], None, "added"), (joined.json["id"], DEVICE, "joined")]


def test_repeated_keeps_the_first(proxy: Api) -> None:
    proxy.post(CONFERENCES, a_conference(schedule="first"))

    answer = proxy.post(CONFERENCES, a_conference(schedule="second", created_at="2027-01-01"))

    assert (answer.status, answer.text) == (200, "1")
    conference = Conference.objects.get()
    assert conference.schedule == "first"
    assert conference.started_at == datetime(2026, 3, 1, 17, 32, 28, tzinfo=UTC)


def test_schedules_are_kept_as_written(proxy: Api) -> None:
    calendar = "BEGIN:VCALENDAR\r\n" + "é" * 60_000 + "\r\nEND:VCALENDAR"

    proxy.post(CONFERENCES, a_conference(schedule=calendar))

    assert Conference.objects.get().schedule == calendar


def test_the_same_event_twice_happened_twice(proxy: Api) -> None:
    proxy.post(CONFERENCES, a_conference())

    for _ in range(2):
        assert proxy.post(f"{ALICE}/events", {"type": "left", **AT}).status == 201
    assert ConferenceEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "x" * 65}, "id"),
        ({"created_at": None}, "created_at"),
        ({"created_at": "now"}, "created_at"),
        ({"ended_at": "now"}, "ended_at"),
        ({"schedule": {}}, "schedule"),
        ({"schedule": "x" * (64 * 1024 + 1)}, "schedule"),
    ],
)
def test_refuses_and_writes_nothing(proxy: Api, changes: dict[str, Any], field: str) -> None:
    answer = proxy.post(CONFERENCES, a_conference(**changes))

    assert answer.status == 422
    assert list(answer.errors) == [field]
    assert not Conference.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (f"{ALICE}/events", {}, ["type", "at"]),
        (f"{ALICE}/events", {"type": "joined", **AT}, ["type"]),
        (f"{ALICE}/devices/d/events", {"type": "added", **AT}, ["type"]),
        (f"{ALICE}/devices/d/events", {"type": "error", "at": "x"}, ["at"]),
    ],
)
def test_refuses_other_events(proxy: Api, path: str, body: dict[str, Any], fields: list[str]) -> None:
    proxy.post(CONFERENCES, a_conference())

    answer = proxy.post(path, body)

    assert answer.status == 422
    assert list(answer.errors) == fields
    assert not ConferenceEvent.objects.exists()


def test_unknown_conferences_and_no_addresses(proxy: Api) -> None:
    unknown = proxy.post(f"{ALICE}/events", {"type": "added", **AT})
    device = proxy.post(f"{ALICE}/devices/d/events", {"type": "joined", **AT})

    assert (unknown.status, unknown.json) == (400, {"message": "Database error"})
    assert (device.status, device.json) == (400, {"message": "Database error"})
    assert proxy.patch(ONE, {"ended_at": "2026-03-01T18:00:00Z"}).status == 404
    proxy.post(CONFERENCES, a_conference())
    assert proxy.post(f"{ONE}/participants/alice/events", {"type": "added", **AT}).status == 404
    assert proxy.post(f"{ONE}/participants/alice/devices/d/events", {"type": "joined", **AT}).status == 404
