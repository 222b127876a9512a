"""Calls as Flexisip reports them."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from tests import factories
from tests.api import Api
from tests.statistics.reports import CALL_ID, DEVICE, a_call

from flexiapi.statistics.models import Call, CallDevice

pytestmark = pytest.mark.django_db

CALLS = "/api/statistics/calls"
CALL = f"{CALLS}/{CALL_ID}"
DEVICES = f"{CALL}/devices"
AT = datetime(2026, 3, 1, 17, 32, 28, tzinfo=UTC)


class TestConversation:
    def test_of_one_call(self, proxy: Api, prefix: str) -> None:
        begun = proxy.post(f"{prefix}calls", a_call())
        rang = proxy.patch(f"{prefix}calls/{CALL_ID}/devices/{DEVICE}", {"rang_at": "2026-03-01T17:32:29Z"})
        ended = {"invite_terminated": {"at": "2026-03-01T17:32:35Z", "state": "accepted"}}
        taken = proxy.patch(f"{prefix}calls/{CALL_ID}/devices/{DEVICE}", ended)
        over = proxy.patch(f"{prefix}calls/{CALL_ID}", {"ended_at": "2026-03-01T17:40:00Z"})

        assert (begun.status, begun.text) == (200, "1")
        assert rang.status == 201
        device = rang.json
        assert device == {
            "id": device["id"],
            "call_id": CALL_ID,
            "device_id": DEVICE,
            "rang_at": "2026-03-01T17:32:29.000000Z",
            "invite_terminated_at": None,
            "invite_terminated_state": None,
            "created_at": device["created_at"],
            "updated_at": device["created_at"],
        }
        assert taken.status == 200
        assert taken.json == {
            **device,
            "invite_terminated_at": "2026-03-01T17:32:35.000000Z",
            "invite_terminated_state": "accepted",
            "updated_at": taken.json["updated_at"],
        }
        assert over.status == 200
        call = over.json
        assert call == {
            "id": CALL_ID,
            "sip_call_id": "x2s@192.0.2.1",
            "from_username": "alice",
            "from_domain": "sip.example.org",
            "to_username": "bob",
            "to_domain": "sip.example.org",
            "initiated_at": "2026-03-01T17:32:28.000000Z",
            "ended_at": "2026-03-01T17:40:00.000000Z",
            "conference_id": None,
            "created_at": call["created_at"],
            "updated_at": call["updated_at"],
            "devices": [taken.json],
        }

    def test_paths_may_be_encoded(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call())

        raw = proxy.patch(f"{DEVICES}/{DEVICE}", {})
        encoded = proxy.patch(f"{DEVICES}/%22%3Curn%3Auuid%3A5c2eb4dd-1f73-00a5-b5e1-3cd6d1a2f7b4%3E%22", {})
        twice = proxy.patch(f"{DEVICES}/%2522", {})

        assert (raw.status, encoded.status) == (201, 200)
        assert twice.json["device_id"] == "%22"


class TestBegin:
    def test_repeated_keeps_the_first(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call())

        answer = proxy.post(CALLS, a_call(to="carol@sip.example.org", sip_call_id="other"))

        assert (answer.status, answer.text) == (200, "1")
        assert Call.objects.get().to_username == "bob"

    def test_stores_what_it_is_told(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call(conference_id="iHVDMq6M", ended_at="2026-03-01T18:00:00Z", to="bob@Other.Example.NET"))

        call = Call.objects.get()
        assert (call.sip_call_id, call.conference_id) == ("x2s@192.0.2.1", "iHVDMq6M")
        assert (call.initiated_at, call.ended_at) == (AT, AT.replace(hour=18, minute=0, second=0))
        assert (call.to_username, call.to_domain) == ("bob", "other.example.net")

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("2026-03-01T19:32:28+02:00", AT),
            ("2026-03-01T19:32:28+0200", AT),
            ("2026-03-01 16:02:28-01:30", AT),
            ("2026-03-01T17:32:28", AT),
            ("2026-03-01T17:32:28.25Z", AT.replace(microsecond=250000)),
            ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
            ("2026-W09-7", datetime(2026, 3, 1, tzinfo=UTC)),
            ("2026-060", datetime(2026, 3, 1, tzinfo=UTC)),
            ("2026-02-28T24:00Z", datetime(2026, 3, 1, tzinfo=UTC)),
        ],
    )
    def test_moments_become_utc(self, proxy: Api, written: str, stored: datetime) -> None:
        assert proxy.post(CALLS, a_call(initiated_at=written)).status == 200

        assert Call.objects.get().initiated_at == stored

    def test_other_clients_may_be_less_exact(self, proxy: Api) -> None:
        answer = proxy.post(
            f"{CALLS}?to=bob@sip.example.org",
            b"id=%20c1%20&from=alice@sip.example.org&initiated_at=2026-03-01T17:32:28Z&ended_at=",
            content_type="application/x-www-form-urlencoded",
            Accept="*/*",
        )

        assert answer.status == 200, answer.text
        call = Call.objects.get(id="c1")
        assert (call.from_username, call.to_username, call.ended_at) == ("alice", "bob", None)

    def test_devices_that_did_something_already(self, proxy: Api) -> None:
        ending = {"at": "2026-03-01T17:32:30Z", "state": "declined"}
        devices = {
            DEVICE: None,
            "d1": {"rang_at": "2026-03-01T17:32:29Z"},
            "d2": {"invite_terminated": ending},
            "d3": {},
        }

        proxy.post(CALLS, a_call(devices=devices))
        again = proxy.post(CALLS, a_call(devices={"d1": {"rang_at": "2026-03-02T00:00:00Z"}}))

        assert again.status == 200
        rows = CallDevice.objects.order_by("id").values_list("device_id", "rang_at", "invite_terminated_state")
        assert list(rows) == [("d1", AT.replace(second=29), None), ("d2", None, "declined"), ("d3", None, None)]

    @pytest.mark.parametrize("devices", [None, [], {}, {"x" * 300: None}])
    def test_devices_without_report_are_nothing_yet(self, proxy: Api, devices: Any) -> None:
        assert proxy.post(CALLS, a_call(devices=devices)).status == 200
        assert not CallDevice.objects.exists()

    def test_long_call_ids_are_hashed(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call(sip_call_id="c" * 256))

        assert Call.objects.get().sip_call_id == sha256(b"c" * 256).hexdigest()

    @pytest.mark.parametrize(
        ("changes", "field", "message"),
        [
            ({"id": None}, "id", "The id field is required."),
            ({"id": "x" * 65}, "id", "The id may not be greater than 64 characters."),
            ({"id": ["x"]}, "id", "The id must be a string."),
            ({"id": "a\x00b"}, "id", "The id must be a string."),
            ({"from": ""}, "from", "The from field is required."),
            ({"from": "alice"}, "from", "The from format is invalid."),
            ({"to": "@sip.example.org"}, "to", "The to format is invalid."),
            ({"to": "b" * 250 + "@ab.org"}, "to", "The to may not be greater than 256 characters."),
            ({"initiated_at": "01/03/2026"}, "initiated_at", "The initiated at must be a valid ISO 8601 date."),
            ({"initiated_at": 1772386348}, "initiated_at", "The initiated at must be a valid ISO 8601 date."),
            (
                {"initiated_at": "0001-01-01T00:00:00+02:00"},
                "initiated_at",
                "The initiated at must be a valid ISO 8601 date.",
            ),
            ({"ended_at": "2026-03-01T24:30:00Z"}, "ended_at", "The ended at must be a valid ISO 8601 date."),
            ({"ended_at": "later"}, "ended_at", "The ended at must be a valid ISO 8601 date."),
            (
                {"conference_id": "x" * 256},
                "conference_id",
                "The conference id may not be greater than 255 characters.",
            ),
            ({"devices": "d"}, "devices", "The selected devices is invalid."),
            ({"devices": [1]}, "devices", "The selected devices is invalid."),
            ({"devices": {"d": {"rang_at": 5}}}, "devices.d.rang_at", "The rang at must be a valid ISO 8601 date."),
        ],
    )
    def test_refuses_and_writes_nothing(self, proxy: Api, changes: dict[str, Any], field: str, message: str) -> None:
        answer = proxy.post(CALLS, a_call(**changes))

        assert answer.status == 422
        assert answer.errors == {field: [message]}
        assert not Call.objects.exists()

    def test_tells_every_mistake(self, proxy: Api) -> None:
        answer = proxy.post(CALLS, {})

        assert list(answer.errors) == ["id", "from", "to", "initiated_at"]
        assert answer.message == "The id field is required. (and 3 more errors)"

    def test_broken_json(self, proxy: Api) -> None:
        assert proxy.post(CALLS, b'{"id":').status == 400


class TestDevice:
    def test_of_an_unknown_call(self, proxy: Api) -> None:
        answer = proxy.patch(f"{DEVICES}/d", {"rang_at": "2026-03-01T17:32:29Z"})

        assert (answer.status, answer.json) == (400, {"message": "Database error"})

    def test_in_any_order_only_what_is_sent_changes(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call())
        ending = {"at": "2026-03-01T17:32:30Z", "state": "error"}

        first = proxy.patch(f"{DEVICES}/d", {"invite_terminated": ending})
        second = proxy.patch(f"{DEVICES}/d", {"rang_at": "2026-03-01T19:32:29+02:00"})
        third = proxy.patch(f"{DEVICES}/d", {"rang_at": None, "invite_terminated": {}})

        assert [answer.status for answer in (first, second, third)] == [201, 200, 200]
        assert third.json["rang_at"] == "2026-03-01T17:32:29.000000Z"
        assert third.json["invite_terminated_state"] == "error"
        device = CallDevice.objects.get()
        assert (device.rang_at, device.invite_terminated_at) == (AT.replace(second=29), AT.replace(second=30))

    def test_nothing_reported_makes_a_row(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call())

        assert proxy.patch(f"{DEVICES}/d", {}).status == 201
        assert proxy.patch(f"{DEVICES}/d").status == 200

    def test_moves_its_time_of_change_alone(self, proxy: Api) -> None:
        with time_machine.travel(AT, tick=False):
            space = factories.a_space()
            proxy = proxy.as_admin(space)
            proxy.post(CALLS, a_call())
            proxy.patch(f"{DEVICES}/d", {})
        with time_machine.travel(AT.replace(minute=33), tick=False):
            answer = proxy.patch(f"{DEVICES}/d", {})

        assert answer.json["created_at"] == "2026-03-01T17:32:28.000000Z"
        assert answer.json["updated_at"] == "2026-03-01T17:33:28.000000Z"

    @pytest.mark.parametrize(
        ("device", "stored"),
        [
            (DEVICE, DEVICE),
            ("fs-gen-1a+b", "fs-gen-1a+b"),
            ("token/with=slash", "token/with=slash"),
            ("t" * 255, "t" * 255),
            ("t" * 256, sha256(b"t" * 256).hexdigest()),
        ],
    )
    def test_ids_as_received(self, proxy: Api, device: str, stored: str) -> None:
        proxy.post(CALLS, a_call())

        answers = [proxy.patch(f"{DEVICES}/{device}", {}) for _ in range(2)]

        assert [answer.status for answer in answers] == [201, 200]
        assert answers[1].json["device_id"] == stored == CallDevice.objects.get().device_id

    def test_letters_of_ids_keep_their_case(self, proxy: Api) -> None:
        proxy.post(CALLS, a_call())

        assert [proxy.patch(f"{DEVICES}/{device}", {}).status for device in ("Tok", "tok")] == [201, 201]

    @pytest.mark.parametrize(
        ("ending", "fields"),
        [
            ({"at": "2026-03-01T17:32:30Z", "state": "busy"}, ["invite_terminated.state"]),
            ({"at": "2026-03-01T17:32:30Z"}, ["invite_terminated.state"]),
            ({"state": "accepted"}, ["invite_terminated.at"]),
            ({"at": "soon", "state": "busy"}, ["invite_terminated.at", "invite_terminated.state"]),
            ({"at": "soon"}, ["invite_terminated.at", "invite_terminated.state"]),
            ("accepted", ["invite_terminated"]),
        ],
    )
    def test_an_ending_is_complete(self, proxy: Api, ending: Any, fields: list[str]) -> None:
        proxy.post(CALLS, a_call())

        answer = proxy.patch(f"{DEVICES}/d", {"rang_at": "2026-03-01T17:32:29Z", "invite_terminated": ending})

        assert answer.status == 422
        assert sorted(answer.errors) == fields
        assert not CallDevice.objects.exists()


class TestEnd:
    def test_of_an_unknown_call(self, proxy: Api) -> None:
        answer = proxy.patch(CALL, {"ended_at": "2026-03-01T17:40:00Z"})

        assert answer.status == 404
        assert answer.message == "Missing elements to perform the request"

    @pytest.mark.parametrize("body", [{}, {"ended_at": None}, {"ended_at": "x"}, None, [], "x"])
    def test_needs_its_moment(self, proxy: Api, body: Any) -> None:
        proxy.post(CALLS, a_call())

        answer = proxy.patch(CALL, body)

        assert answer.status == 422
        assert list(answer.errors) == ["ended_at"]
        assert Call.objects.get().ended_at is None


class TestAccess:
    def test_any_administrator_reports_for_any_domain(self, api: Api) -> None:
        assert api.as_admin(factories.a_space()).post(CALLS, a_call()).status == 200
        assert api.as_super_admin().post(CALLS, a_call(id="other")).status == 200

    def test_nobody_else(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()

        assert api.on(space).post(CALLS, a_call()).status == 401
        assert api.on(space).with_key("wrong").post(CALLS, a_call()).message == "Invalid API Key"
        assert api.as_account(factories.an_account(space)).post(CALLS, {}).status == 403
        assert api.as_admin(other).on(space).post(CALLS, a_call()).status == 403
        blocked = factories.an_account(space, admin=True, blocked=True)
        assert api.as_account(blocked).post(CALLS, a_call()).message == "Account blocked"
        assert not Call.objects.exists()

    def test_methods(self, proxy: Api) -> None:
        assert proxy.get(CALLS).status == 405
        assert proxy.post(CALL, {}).header("Allow") == "PATCH"
