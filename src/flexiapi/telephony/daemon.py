"""SIP messages through linphone-daemon: one command and its answer on a UNIX socket."""

import re
import socket
import time
from pathlib import Path

_SECONDS = 5.0
_MOST = 64 * 1024
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class DaemonFailure(Exception):
    """The daemon refuses (its reason) or cannot be asked."""


UNUSABLE = "The internal socket cannot be requested properly"


def send_message(path: Path, *, to: str, body: str) -> str:
    """Send a text to a SIP address (without scheme) and return the message's id; 5 seconds at most.

    Line breaks and other control characters of the text become blanks: a line is a command of the daemon.

    Raises:
        DaemonFailure: with the daemon's reason, or because it does not answer.
    """
    command = f"message sip:{to} {_CONTROL.sub(' ', body)}\n"
    try:
        answer = _exchange(path, command.encode())
    except OSError:
        raise DaemonFailure(UNUSABLE) from None
    if answer.get("Status") == "Ok" and answer.get("Id"):
        return answer["Id"]
    if answer.get("Status") == "Error" and answer.get("Reason"):
        raise DaemonFailure(answer["Reason"])
    raise DaemonFailure(UNUSABLE)


def has_control(text: str) -> bool:
    """Whether a text could end the command's line or hide something in it."""
    return _CONTROL.search(text) is not None


def _exchange(path: Path, command: bytes) -> dict[str, str]:
    """Send a command and read until its answer is complete, the daemon hangs up, or time is over."""
    end = time.monotonic() + _SECONDS
    received = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_SECONDS)
        connection.connect(str(path))
        connection.sendall(command)
        while len(received) < _MOST and time.monotonic() < end:
            connection.settimeout(max(0.01, end - time.monotonic()))
            try:
                chunk = connection.recv(4096)
            except TimeoutError:
                break
            received += chunk
            if not chunk or _complete(_fields(received[: received.rfind(b"\n") + 1])):
                break
    return _fields(received)


def _fields(received: bytes) -> dict[str, str]:
    """The `Key: value` lines; of equal keys the first counts."""
    found: dict[str, str] = {}
    for line in received.decode(errors="replace").splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), value.strip())
    return found


def _complete(fields: dict[str, str]) -> bool:
    return "Id" in fields or (fields.get("Status") == "Error" and "Reason" in fields)
