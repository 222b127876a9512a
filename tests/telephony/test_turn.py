"""Credentials of the TURN server."""

import base64
import hashlib
import hmac
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import factories, requirements
from tests.api import Api

from flexiapi.config import instance

pytestmark = pytest.mark.django_db

PATH = "/api/accounts/me/services/turn"
SETTINGS = {
    "coturn_server_host": "turn.example.org",
    "coturn_static_auth_secret": "between us",
    "coturn_session_ttl_minutes": 10,
}


def test_credentials_by_the_shared_secret(api: Api) -> None:
    client = api.as_account(factories.an_account(factories.a_space()))
    before = int(time.time())

    with instance.override(**SETTINGS):
        answer = client.get(PATH).json

    assert re.fullmatch(r"\d{10}:[A-Za-z0-9]{16}", answer["username"])
    assert 600 <= int(answer["username"].split(":")[0]) - before <= 610
    mac = hmac.new(b"between us", answer["username"].encode(), hashlib.sha1).digest()
    assert answer["password"] == base64.b64encode(mac).decode()
    assert (answer["ttl"], answer["uris"]) == (600, ["turn:turn.example.org"])


@pytest.mark.parametrize(
    "missing", [{"coturn_server_host": None}, {"coturn_static_auth_secret": None}, {"coturn_session_ttl_minutes": 0}]
)
def test_incomplete_settings_are_no_service(api: Api, missing: dict[str, object]) -> None:
    client = api.as_account(factories.an_account(factories.a_space()))

    with instance.override(**{**SETTINGS, **missing}):
        answer = client.get(PATH)

    assert (answer.status, answer.message) == (404, "No TURN service configured")


def test_not_for_strangers(api: Api) -> None:
    assert api.on(factories.a_space()).get(PATH).status == 401


@pytest.fixture
def coturn(tmp_path: Path) -> Iterator[int]:
    """A running turnserver with the secret; gives its port."""
    program = requirements.program("turnserver")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = (
        f"listening-ip=127.0.0.1\nlistening-port={port}\nrelay-ip=127.0.0.1\nuse-auth-secret\n"
        f"static-auth-secret={SETTINGS['coturn_static_auth_secret']}\nrealm=example.org\nno-tls\nno-dtls\nno-cli\n"
        f"allow-loopback-peers\npidfile={tmp_path}/pid\nlog-file=stdout\nuserdb={tmp_path}/users\n"
    )
    (tmp_path / "turnserver.conf").write_text(settings)
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([program, "-c", tmp_path / "turnserver.conf"], stdout=log, stderr=log)
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=10)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail("turnserver does not listen")


@pytest.mark.interop
@pytest.mark.parametrize("right", [True, False])
def test_coturn_accepts_them(api: Api, coturn: int, right: bool) -> None:
    client = requirements.program("turnutils_uclient")
    user = api.as_account(factories.an_account(factories.a_space()))
    with instance.override(**SETTINGS):
        found = user.get(PATH).json
    password = found["password"] if right else "wrong"

    words = [client, "-y", "-c", "-u", found["username"], "-w", password, "-p", str(coturn), "-n", "2", "127.0.0.1"]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    output = result.stdout + result.stderr
    assert ("lost packets 0" in output) is right, output
    assert ("Cannot complete Allocation" in output) is not right
