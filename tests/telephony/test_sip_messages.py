"""SIP messages through linphone-daemon."""

import os
import secrets
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import factories, requirements
from tests.api import Api

from flexiapi.config import instance

pytestmark = pytest.mark.django_db

PATH = "/api/messages"
BODY = {"to": "bob@sip.example.org", "body": "Hello"}
UNUSABLE = "The internal socket cannot be requested properly"


@contextmanager
def daemon(directory: Path, *pieces: bytes, keep_open: bool = False) -> Iterator[list[bytes]]:
    """A daemon that answers one command in pieces; gives what it received."""
    received: list[bytes] = []
    path = directory / "socket"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    done = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            received.append(connection.recv(65536))
            for piece in pieces:
                connection.sendall(piece)
            if keep_open:
                done.wait(10)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        with instance.override(app_linphone_daemon_unix_path=path):
            yield received
    finally:
        done.set()
        server.close()
        thread.join(timeout=5)


@pytest.fixture
def admin(api: Api) -> Api:
    """An administrator."""
    return api.as_admin(factories.a_space())


@pytest.mark.parametrize(
    "pieces",
    [
        [b"Status: Ok\n\nId: NPVe61FQ3o\n\n"],
        [b"Status: Ok\n", b"\nId: NPV", b"e61FQ3o\n"],
        [b"Status: Ok\r\nnoise\r\nId: NPVe61FQ3o\r\n"],
    ],
)
@pytest.mark.parametrize("keep_open", [True, False])
def test_sent(admin: Api, tmp_path: Path, pieces: list[bytes], keep_open: bool) -> None:
    started = time.monotonic()

    with daemon(tmp_path, *pieces, keep_open=keep_open) as received:
        answer = admin.post(PATH, BODY)

    assert (answer.status, answer.json) == (200, {"id": "NPVe61FQ3o"})
    assert received == [b"message sip:bob@sip.example.org Hello\n"]
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "pieces",
    [[b"Status: Error\nReason: Missing uri: parameter.\n"], [b"Status: Er", b"ror\nReason: Missing uri: parameter."]],
)
def test_the_daemons_reason(admin: Api, tmp_path: Path, pieces: list[bytes]) -> None:
    with daemon(tmp_path, *pieces):
        answer = admin.post(PATH, BODY)

    assert answer.status == 422
    assert answer.json == {
        "message": "Missing uri: parameter.",
        "errors": {"message": ["Missing uri: parameter."]},
    }


@pytest.mark.parametrize("answered", [b"", b"nonsense\n", b"Status: Ok\n", b"Status: Error\n", b"\xff\xfe: \xfd\n"])
def test_an_answer_that_says_nothing(admin: Api, tmp_path: Path, answered: bytes) -> None:
    with daemon(tmp_path, answered):
        answer = admin.post(PATH, BODY)

    assert (answer.status, answer.message) == (422, UNUSABLE)


def test_a_daemon_that_never_answers(admin: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flexiapi.telephony.daemon._SECONDS", 0.2)
    started = time.monotonic()

    with daemon(tmp_path, b"Status: Ok\n", keep_open=True):
        answer = admin.post(PATH, BODY)

    assert (answer.status, answer.message) == (422, UNUSABLE)
    assert time.monotonic() - started < 3


def test_no_daemon(admin: Api, tmp_path: Path) -> None:
    with instance.override(app_linphone_daemon_unix_path=tmp_path / "nobody"):
        answer = admin.post(PATH, BODY)

    assert (answer.status, answer.message) == (422, UNUSABLE)


def test_no_such_route_where_none_is_configured(api: Api, admin: Api) -> None:
    for client in (admin, api.on(factories.a_space())):
        for method in ("GET", "POST"):
            assert client.send(method, PATH, BODY).status == 404


def test_line_breaks_of_the_body_become_blanks(admin: Api, tmp_path: Path) -> None:
    with daemon(tmp_path, b"Status: Ok\nId: 1\n") as received:
        assert admin.post(PATH, {**BODY, "body": "a\r\nquit\n\u2028b é"}).status == 200

    assert received == ["message sip:bob@sip.example.org a quit b é\n".encode()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", None),
        ("to", "bob"),
        ("to", "bob@sip.example.org quit"),
        ("to", "bob\nquit@sip.example.org"),
        ("to", "bob@sip.example.org\u2028quit"),
        ("to", "b" * 300 + "@sip.example.org"),
        ("to", ["bob@sip.example.org"]),
        ("body", None),
        ("body", "\n \n"),
        ("body", "a" * 8001),
    ],
)
def test_bad_values_reach_no_daemon(admin: Api, tmp_path: Path, field: str, value: object) -> None:
    with instance.override(app_linphone_daemon_unix_path=tmp_path / "nobody"):
        answer = admin.post(PATH, {**BODY, field: value})

    assert (answer.status, list(answer.errors)) == (422, [field])


def test_only_administrators(api: Api, tmp_path: Path) -> None:
    space = factories.a_space()
    with instance.override(app_linphone_daemon_unix_path=tmp_path / "nobody"):
        assert api.on(space).post(PATH, BODY).status == 401
        assert api.as_account(factories.an_account(space)).post(PATH, BODY).status == 403


@pytest.fixture
def linphone_daemon(tmp_path: Path) -> Iterator[Path]:
    """A running linphone-daemon; gives its socket."""
    program = requirements.program("linphone-daemon")
    (tmp_path / ".local/share/linphone").mkdir(parents=True)
    (tmp_path / "rc").write_text("[sip]\nuse_ipv6=0\nsip_port=-1\nsip_tcp_port=-1\nsip_tls_port=0\n")
    name = f"test-{secrets.token_hex(6)}"
    path = Path(tempfile.gettempdir()) / name
    words = [program, "--pipe", name, "--config", tmp_path / "rc", "--log", tmp_path / "log"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    running = subprocess.Popen(
        words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until(path.exists, running)
        yield path
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        path.unlink(missing_ok=True)


def _wait_until(true: Callable[[], bool], running: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and running.poll() is None:
        if true():
            return
        threading.Event().wait(0.1)
    pytest.fail("linphone-daemon does not start")


@pytest.mark.interop
def test_linphone_daemon_takes_it(admin: Api, linphone_daemon: Path) -> None:
    with instance.override(app_linphone_daemon_unix_path=linphone_daemon):
        answer = admin.post(PATH, {"to": "bob@127.0.0.1:9", "body": "hello\nterminate"})

    assert answer.status == 200, answer.text
    assert answer.json["id"]
