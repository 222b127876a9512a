"""`flexiapi serve` and `flexiapi quickstart` as processes: start, several side by side, every way to end."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import requirements
from tests.live.processes import Program, alive, running, wait_until
from tests.live.server import Server, a_certificate, serving

pytestmark = [pytest.mark.live, pytest.mark.interop]
FLEXIAPI = [sys.executable, "-m", "flexiapi"]


def get(port: int, path: str, host: str = "sip.example.org", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host, **headers})
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def settings(data: Path) -> dict[str, str]:
    """The environment of a command on a database of its own."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
        "FLEXIAPI_DATA_DIR": str(data),
        "DB_CONNECTION": "sqlite",
        "DB_DATABASE": "",
    }


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = settings(folder / "data")
    return subprocess.run([*FLEXIAPI, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ready(server: Server, processes: int = 2) -> list[int]:
    """The processes of the server once it answers: its web processes and its worker."""
    assert get(server.port, "/up")[0] == 200
    wait_until(lambda: len(children(server.program.pid)) >= processes, "all processes", running=server.program)
    return children(server.program.pid)


def test_instances_share_nothing_and_end_when_told(tmp_path: Path) -> None:
    environment = settings(tmp_path / "one/data")
    subprocess.run([*FLEXIAPI, "migrate", "-q"], env=environment, check=True)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    with (
        serving(tmp_path / "one", shared_database=False) as one,
        serving(tmp_path / "two", "--workers", "2", "--threads", "4", shared_database=False) as two,
    ):
        assert one.port != two.port
        assert len(ready(two, 3)) == 3
        assert [get(server.port, "/api/ping")[0] for server in (one, two)] == [404, 404]
        words = ["spaces:create-update", "sip.example.org", "sip.example.org", "One"]
        subprocess.run([*FLEXIAPI, *words, "-q"], env=environment, check=True)
        assert [get(server.port, "/api/ping")[0] for server in (one, two)] == [200, 404]

        processes = ready(two, 3)
        assert two.program.end() == 0
        assert not any(alive(pid) for pid in processes)
        assert "Traceback" not in two.program.output
        assert get(one.port, "/up")[0] == 200


def test_worker_is_replaced_and_nothing_outlives_a_killed_server(tmp_path: Path, django_db_setup: None) -> None:
    with serving(tmp_path, "--worker") as server:
        before = set(ready(server))
        (worker,) = [pid for pid in before if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: bool(set(children(server.program.pid)) - before), "another worker", running=server.program)
        assert get(server.port, "/up")[0] == 200

        processes = ready(server)
        server.program.end(signal.SIGKILL)
        wait_until(lambda: not any(alive(pid) for pid in processes), "the children's end")


def test_all_processes_write_the_log(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/account_service_hooks.php").write_text("<?php")
    log = tmp_path / "data/logs/flexiapi.log"
    brought_along = {"LOG_CHANNEL": "single", "LOG_LEVEL": "info", "QUEUE_CONNECTION": "sync", "WEB_PANEL": "true"}
    with serving(tmp_path, shared_database=False, environment=brought_along) as server:
        wait_until(lambda: "The worker is running" in log.read_text(), "the worker's line", running=server.program)

    written = log.read_text()
    for once in ("QUEUE_CONNECTION is not read", "WEB_PANEL only describes", "PHP hooks are not run"):
        assert written.count(once) == 1, written

    accounts = [{"type": "account", "id": 7, "username": "idle", "domain": "sip.example.org", "activated": False}]
    (tmp_path / "accounts.json").write_text(json.dumps(accounts))
    environment = {**settings(tmp_path / "data"), "APP_ENV": "local", "LOG_CHANNEL": "null"}
    for words in (["accounts:seed", "accounts.json"], ["accounts:clear-unconfirmed", "1", "--apply"]):
        subprocess.run([*FLEXIAPI, *words], cwd=tmp_path, env=environment, check=True)
    (events,) = log.parent.glob("events-*.log")
    assert 'account destroyed {"id":"idle@sip.example.org"' in events.read_text()


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "quickstart"):
            said = run(command, "--port", port, folder=tmp_path)

            assert said.returncode == 1
            assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use" in said.stdout
            assert said.stderr == ""
            assert "password" not in said.stdout


def test_a_wrong_key_is_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = a_certificate(tmp_path / "one"), a_certificate(tmp_path / "two")
    for words in (
        ["--tls-cert", str(one.certificate)],
        ["--tls-cert", str(one.certificate), "--tls-key", str(two.key)],
    ):
        said = run("serve", "--port", "0", *words, folder=tmp_path)
        assert said.returncode == 1
        assert "TLS" in said.stdout or "certificate" in said.stdout
        assert said.stderr == ""


class TestQuickstart:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """What a person's shell has: nothing of the tests' own settings."""
        names = ("PATH", "HOME", "LANG", "PYTHONPATH")
        return {name: os.environ[name] for name in names if name in os.environ}

    def start(self, stack: ExitStack, folder: Path, environment: dict[str, str]) -> Program:
        command = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), *FLEXIAPI]
        program = stack.enter_context(running([*command, "quickstart", "--port", "0"], folder))
        wait_until(lambda: "Serving on" in program.output, "the start", seconds=60, running=program)
        return program

    def copied(self, pattern: str, output: str, folder: Path, environment: dict[str, str]) -> str:
        """What the printed command says when it is pasted into a shell."""
        found = re.search(pattern, output, re.MULTILINE | re.DOTALL)
        assert found, output
        said = subprocess.run(
            ["sh", "-c", found[1]], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said
        return said.stdout

    def test_first_and_second_start(self, tmp_path: Path, environment: dict[str, str]) -> None:
        requirements.program("curl")
        with ExitStack() as stack:
            output = self.start(stack, tmp_path, environment).output
            assert output.count("password  ") == output.count("API key   ") == 1
            shown = self.copied(r"^ *(url=\$\(curl.*?\"\$url\")$", output, tmp_path, environment)
            assert "█" in shown
            _, _, authority, path = shown.split()[-1].split("/", 3)
            port = int(authority.partition(":")[2])
            assert get(port, f"/{path}")[0] == 400
            assert get(port, f"/{path}", **{"X-Linphone-Provisioning": "1"})[0] == 200
            key = re.search(r"API key +(\S+)", output)
            assert key

        with ExitStack() as stack:
            output = self.start(stack, tmp_path, environment).output
            assert "API key" not in output
            assert "used again" in output
            port = int(output.rpartition("127.0.0.1:")[2].split()[0])
            assert b'"alice"' in get(port, "/api/accounts", **{"x-api-key": key[1]})[1]
            renewed = self.copied(r"^ *(FLEXIAPI_CONFIG_DIR.*?-n)$", output, tmp_path, environment)
            key = re.search(r'API Key: "(\S+)"', renewed)
            assert key
            assert get(port, "/api/accounts", **{"x-api-key": key[1]})[0] == 200
