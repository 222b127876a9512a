"""Push notifications through `flexisip_pusher`, which speaks to Apple's and Google's services.

A gateway sends at once, because the caller's next step depends on it: within 5 seconds or not at all.
"""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from flexiapi.config import instance

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 5.0
_OUTPUT_KEPT = 2000
_MASK = "***"
_APPLE_TYPES = {"background": "Background", "message": "RemoteWithMutableContent", "call": "PushKit"}

KINDS = tuple(_APPLE_TYPES)
PROVIDERS = ("apns.dev", "apns", "fcm")


class PushFailed(Exception):
    """The notification did not leave; why is in the log."""


@dataclass(frozen=True, slots=True)
class Device:
    """An app on a device, by the `pn-*` parameters of its SIP contact (RFC 8599)."""

    pn_provider: str
    pn_param: str
    pn_prid: str


@dataclass(frozen=True, slots=True)
class Push:
    """A notification: one of KINDS, with a payload of the account manager or for a SIP Call-ID."""

    device: Device
    kind: str = "background"
    payload: Mapping[str, str] | None = None
    call_id: str | None = None


class Pusher(Protocol):
    """What sends notifications."""

    def send(self, push: Push) -> None:
        """Send one.

        Raises:
            PushFailed: it did not leave.
        """


class FlexisipPusher:
    """The program `flexisip_pusher`, run once a notification; status 0 is success."""

    def __init__(
        self, path: Path | None, firebase_keys: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._path = path
        self._firebase_keys = firebase_keys
        self._timeout = timeout

    def send(self, push: Push) -> None:
        """Run the program; its output is logged when it fails."""
        if self._path is None:
            log.warning("push not sent: APP_FLEXISIP_PUSHER_PATH is not set")
            raise PushFailed
        device = push.device
        key = self._firebase_keys.get(device.pn_param)
        if key is None and device.pn_provider == "fcm":
            log.warning("no Firebase key for this app", pn_param=device.pn_param)
        arguments = [str(self._path), *_arguments(push)]
        try:
            exit_code, output = _run([*arguments, *(("--key", key) if key is not None else ())], self._timeout)
        except subprocess.TimeoutExpired:
            log.error("flexisip_pusher took too long", pn_provider=device.pn_provider, seconds=self._timeout)
            raise PushFailed from None
        except OSError as error:
            log.error("flexisip_pusher cannot be run", path=str(self._path), reason=error.strerror)
            raise PushFailed from error
        if exit_code != 0:
            secrets = [value for value in (key, *(push.payload or {}).values()) if value]
            log.error(
                "flexisip_pusher failed",
                exit_code=exit_code,
                arguments=_masked(" ".join(arguments), secrets),
                output=_masked(output[-_OUTPUT_KEPT:].decode("utf-8", "replace"), secrets),
            )
            raise PushFailed


class LogPusher:
    """For development: says that it would have sent, and succeeds."""

    def send(self, push: Push) -> None:
        """Log what the notification is, not what it carries."""
        log.info("push", kind=push.kind, pn_provider=push.device.pn_provider, pn_param=push.device.pn_param)


class MemoryPusher:
    """For tests: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Push] = []

    def send(self, push: Push) -> None:
        """Keep it."""
        self.sent.append(push)


memory = MemoryPusher()


def gateway() -> Pusher:
    """The gateway that the instance is configured for (`PUSH_DRIVER`)."""
    settings = instance.current()
    if settings.push_driver == "log":
        return LogPusher()
    if settings.push_driver == "array":
        return memory
    return FlexisipPusher(settings.app_flexisip_pusher_path, settings.app_flexisip_pusher_firebase_keysmap)


def _run(command: list[str], seconds: float) -> tuple[int, bytes]:
    """The exit code and output of a program; one that takes longer is killed with all that it has started."""
    with subprocess.Popen(  # noqa: S603 the operator's program, an argument vector, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, output


def _arguments(push: Push) -> list[str]:
    device = push.device
    arguments = ["--pn-provider", device.pn_provider, "--pn-param", device.pn_param, "--pn-prid", device.pn_prid]
    if push.payload is not None:
        arguments += ["--customPayload", json.dumps(dict(push.payload), separators=(",", ":"))]
    if push.call_id is not None:
        arguments += ["--call-id", push.call_id]
    if device.pn_provider in ("apns", "apns.dev"):
        arguments += ["--apple-push-type", _APPLE_TYPES[push.kind]]
    return arguments


def _masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return text
