"""Messages as Flexisip reports them."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from tests.api import Api
from tests.statistics.reports import DEVICE, MESSAGE_ID, a_message

from flexiapi.statistics.models import Message, MessageDevice

pytestmark = pytest.mark.django_db

MESSAGES = "/api/statistics/messages"
BOB = f"{MESSAGES}/{MESSAGE_ID}/to/bob@sip.example.org/devices"
DELIVERED = {"last_status": 200, "received_at": "2026-03-01T17:32:29Z"}


class TestConversation:
    def test_of_one_message(self, proxy: Api, prefix: str) -> None:
        path = f"{prefix}messages/{MESSAGE_ID}/to/mike@sip.example.org/devices/{DEVICE}"

        sent = proxy.post(f"{prefix}messages", a_message())
        tried = proxy.patch(path, {"last_status": 408, "received_at": "2026-03-01T17:32:28Z"})
        delivered = proxy.patch(path, DELIVERED)
        repeated = proxy.post(f"{prefix}messages", a_message())

        assert (sent.status, sent.text) == (200, "1")
        assert (repeated.status, repeated.text) == (200, "1")
        assert (tried.status, delivered.status) == (201, 200)
        assert delivered.json == {
            "id": tried.json["id"],
            "message_id": MESSAGE_ID,
            "to_username": "mike",
            "to_domain": "sip.example.org",
            "device_id": DEVICE,
            "last_status": 200,
            "received_at": "2026-03-01T17:32:29.000000Z",
            "created_at": tried.json["created_at"],
            "updated_at": delivered.json["updated_at"],
        }
        device = MessageDevice.objects.get()
        assert (device.last_status, device.received_at) == (200, datetime(2026, 3, 1, 17, 32, 29, tzinfo=UTC))


class TestSent:
    def test_repeated_keeps_the_first(self, proxy: Api) -> None:
        proxy.post(MESSAGES, a_message(conference_id="c1", encrypted=True))
        proxy.post(MESSAGES, a_message(sent_at="2026-04-01", encrypted=False))

        message = Message.objects.get()
        assert message.sent_at == datetime(2026, 3, 1, 17, 32, 28, tzinfo=UTC)
        assert (message.from_username, message.from_domain) == ("alice", "sip.example.org")
        assert (message.conference_id, message.encrypted) == ("c1", True)

    @pytest.mark.parametrize("encrypted", [True, 1, "1"])
    def test_flags_in_all_forms(self, proxy: Api, encrypted: Any) -> None:
        assert proxy.post(MESSAGES, a_message(encrypted=encrypted)).status == 200
        assert Message.objects.get().encrypted is True

    @pytest.mark.parametrize("to", [None, {}, [], {"group": {}}, {"bob@d.org": None}, {"x": {DEVICE: None}}])
    def test_recipients_without_report_are_nothing_yet(self, proxy: Api, to: Any) -> None:
        assert proxy.post(MESSAGES, a_message(to=to)).status == 200
        assert not MessageDevice.objects.exists()

    def test_recipients_that_answered_already(self, proxy: Api) -> None:
        to = {"bob@sip.example.org": {DEVICE: None, "d1": DELIVERED}, "eve@d.org": {"t" * 256: DELIVERED}}

        for _ in range(2):
            assert proxy.post(MESSAGES, a_message(to=to)).status == 200

        rows = MessageDevice.objects.order_by("id").values_list("to_username", "device_id", "last_status")
        assert list(rows) == [("bob", "d1", 200), ("eve", sha256(b"t" * 256).hexdigest(), 200)]

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"id": ""}, ["id"]),
            ({"from": None}, ["from"]),
            ({"from": "sip.example.org"}, ["from"]),
            ({"sent_at": "17:32"}, ["sent_at"]),
            ({"encrypted": None}, ["encrypted"]),
            ({"encrypted": "yes"}, ["encrypted"]),
            ({"to": "bob@d.org"}, ["to"]),
            ({"to": {"bob": {"d": DELIVERED}}}, ["to"]),
            ({"to": {"bob@d.org": "d"}}, ["to.bob@d.org"]),
            ({"to": {"bob@d.org": {"d": {}}}}, ["to.bob@d.org.d.last_status", "to.bob@d.org.d.received_at"]),
            ({"to": {"b@d.org": {"\x00": DELIVERED}}}, ["to.b@d.org"]),
        ],
    )
    def test_refuses_and_writes_nothing(self, proxy: Api, changes: dict[str, Any], fields: list[str]) -> None:
        answer = proxy.post(MESSAGES, a_message(**changes))

        assert answer.status == 422
        assert list(answer.errors) == fields
        assert not Message.objects.exists()


class TestDevice:
    def test_of_an_unknown_message(self, proxy: Api) -> None:
        answer = proxy.patch(f"{BOB}/d", DELIVERED)

        assert (answer.status, answer.message) == (400, "Database error")

    @pytest.mark.parametrize("to", ["bob", "@sip.example.org", "bob@", "b" * 250 + "@ab.org"])
    def test_of_no_address(self, proxy: Api, to: str) -> None:
        proxy.post(MESSAGES, a_message())

        assert proxy.patch(f"{MESSAGES}/{MESSAGE_ID}/to/{to}/devices/d", DELIVERED).status == 404

    def test_addresses_in_paths(self, proxy: Api) -> None:
        proxy.post(MESSAGES, a_message())

        raw = proxy.patch(f"{MESSAGES}/{MESSAGE_ID}/to/+33612345678@sip.example.org/devices/d", DELIVERED)
        encoded = proxy.patch(f"{MESSAGES}/{MESSAGE_ID}/to/%2B33612345678%40sip.example.org/devices/d", DELIVERED)

        assert (raw.status, encoded.status) == (201, 200)
        assert raw.json["to_username"] == "+33612345678"

    def test_each_recipient_and_device_has_its_row(self, proxy: Api) -> None:
        proxy.post(MESSAGES, a_message())

        for path in (f"{BOB}/d1", f"{BOB}/d2", BOB.replace("bob@", "eve@") + "/d1"):
            assert proxy.patch(path, DELIVERED).status == 201

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, ["last_status", "received_at"]),
            ({**DELIVERED, "last_status": "delivered"}, ["last_status"]),
            ({**DELIVERED, "last_status": 2**31}, ["last_status"]),
            ({**DELIVERED, "received_at": None}, ["received_at"]),
        ],
    )
    def test_refuses_and_writes_nothing(self, proxy: Api, body: Any, fields: list[str]) -> None:
        proxy.post(MESSAGES, a_message())

        answer = proxy.patch(f"{BOB}/d", body)

        assert answer.status == 422
        assert list(answer.errors) == fields
        assert not MessageDevice.objects.exists()

    def test_status_as_text(self, proxy: Api) -> None:
        proxy.post(MESSAGES, a_message())

        assert proxy.patch(f"{BOB}/d", {**DELIVERED, "last_status": "603"}).json["last_status"] == 603
