"""Push notifications through flexisip_pusher: its arguments, its failures, and the gateway's door."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
import structlog

from flexiapi.config import instance
from flexiapi.messaging import push
from tests import factories
from tests.api import Api
from tests.live.processes import alive, wait_until

DEVICE = push.Device("apns", "TEAM.org.app.voip", "to:ken")
STUB = """#!/usr/bin/env python3
import json, pathlib, sys, time
pathlib.Path(__file__).with_suffix(".argv").write_text(json.dumps(sys.argv[1:]))
{behaviour}
"""


def stub(directory: Path, behaviour: str = "") -> Path:
    """A pusher that writes down its arguments."""
    program = directory / "pusher.py"
    program.write_text(STUB.format(behaviour=behaviour))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def arguments(program: Path) -> list[str]:
    """What the stub was called with."""
    found: list[str] = json.loads(program.with_suffix(".argv").read_text())
    return found


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    """The log lines of a test."""
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


class TestArguments:
    def test_of_a_token(self, tmp_path: Path) -> None:
        program = stub(tmp_path)

        push.FlexisipPusher(program, {}).send(push.Push(DEVICE, payload={"token": "abc"}))

        assert arguments(program) == [
            *("--pn-provider", "apns", "--pn-param", "TEAM.org.app.voip", "--pn-prid", "to:ken"),
            *("--customPayload", '{"token":"abc"}', "--apple-push-type", "Background"),
        ]

    @pytest.mark.parametrize(
        ("kind", "apple"), [("background", "Background"), ("message", "RemoteWithMutableContent"), ("call", "PushKit")]
    )
    def test_of_a_call_to_an_apple_device(self, tmp_path: Path, kind: str, apple: str) -> None:
        program = stub(tmp_path)

        push.FlexisipPusher(program, {}).send(push.Push(DEVICE, kind=kind, call_id="a$(touch x)`b`@c"))

        assert arguments(program)[6:] == ["--call-id", "a$(touch x)`b`@c", "--apple-push-type", apple]

    def test_of_a_google_device_with_its_key(self, tmp_path: Path) -> None:
        program = stub(tmp_path)
        keys = {"project": "secret:with:colons", "other": "no"}

        push.FlexisipPusher(program, keys).send(push.Push(push.Device("fcm", "project", "x"), kind="call"))

        assert arguments(program)[6:] == ["--key", "secret:with:colons"]

    def test_the_key_is_not_bound_to_google(self, tmp_path: Path) -> None:
        program = stub(tmp_path)

        push.FlexisipPusher(program, {DEVICE.pn_param: "k"}).send(push.Push(DEVICE))

        assert arguments(program)[-2:] == ["--key", "k"]


class TestFailures:
    def test_the_status_counts(self, tmp_path: Path, logged: list[dict[str, object]]) -> None:
        program = stub(tmp_path, "print('no route for', sys.argv); sys.exit(3)")
        pusher = push.FlexisipPusher(program, {DEVICE.pn_param: "firebase-secret"})

        with pytest.raises(push.PushFailed):
            pusher.send(push.Push(DEVICE, payload={"token": "token-secret"}))

        (line,) = logged
        assert (line["exit_code"], "no route for" in str(line["output"])) == (3, True)
        assert "secret" not in json.dumps(line)

    def test_a_late_pusher_is_ended(self, tmp_path: Path) -> None:
        program = stub(tmp_path, "time.sleep(30)")

        with pytest.raises(push.PushFailed):
            push.FlexisipPusher(program, {}, timeout=0.2).send(push.Push(DEVICE))

    def test_what_it_has_started_ends_with_it(self, tmp_path: Path) -> None:
        program, note = tmp_path / "pusher.sh", tmp_path / "started"
        program.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {note}\nwait\n")
        program.chmod(0o755)

        with pytest.raises(push.PushFailed):
            push.FlexisipPusher(program, {}, timeout=2).send(push.Push(DEVICE))

        wait_until(lambda: not alive(int(note.read_text())), "the end of what it started")

    def test_a_missing_program(self, tmp_path: Path) -> None:
        with pytest.raises(push.PushFailed):
            push.FlexisipPusher(tmp_path / "nothing", {}).send(push.Push(DEVICE))

    def test_no_program(self) -> None:
        with pytest.raises(push.PushFailed):
            push.FlexisipPusher(None, {}).send(push.Push(DEVICE))


@pytest.mark.django_db
class TestDoor:
    SENT = {"call_id": None, "pn_param": "T.org.my-app", "pn_prid": "00fc", "pn_provider": "apns", "type": "call"}

    def test_flexisip_wakes_a_phone(self, api: Api, tmp_path: Path) -> None:
        program = stub(tmp_path)
        admin = api.as_admin(factories.a_space())
        with instance.override(
            app_flexisip_pusher_path=program,
            app_flexisip_pusher_firebase_keysmap=MappingProxyType({"T.org.my-app": "k"}),
        ):
            answer = admin.post("/api/push_notification", self.SENT)

        assert (answer.status, answer.body) == (200, b"")
        assert arguments(program) == [
            *("--pn-provider", "apns", "--pn-param", "T.org.my-app", "--pn-prid", "00fc"),
            *("--apple-push-type", "PushKit", "--key", "k"),
        ]

    def test_unknown_to_the_user_agent_is_empty(self, api: Api, tmp_path: Path) -> None:
        program = stub(tmp_path)
        with instance.override(app_flexisip_pusher_path=program):
            answer = api.as_admin(factories.a_space()).post(
                "/api/push_notification", {**self.SENT, "pn_param": None, "call_id": '3ab5<%!*+>"\\@[::1]'}
            )

        assert answer.status == 200
        assert arguments(program)[3] == ""
        assert arguments(program)[7] == '3ab5<%!*+>"\\@[::1]'

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("pn_provider", "wp"),
            ("pn_param", "@wrong"),
            ("pn_prid", "@wrong"),
            ("pn_prid", None),
            ("type", "video"),
            ("type", None),
            ("call_id", "with blank"),
            ("call_id", "é"),
            ("call_id", "x" * 256),
            ("call_id", ["a"]),
        ],
    )
    def test_bad_values(self, api: Api, field: str, value: object) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/push_notification", {**self.SENT, field: value})

        assert answer.status == 422
        assert list(answer.errors) == [field]

    def test_no_pusher_no_push(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/push_notification", self.SENT)

        assert (answer.status, answer.message) == (503, "Push notification not sent")

    def test_nobody_unknown(self, api: Api) -> None:
        assert api.on(factories.a_space()).post("/api/push_notification", self.SENT).status == 401
