"""Where the bench runs: empty databases, servers of one process, and the CPU time that they take."""

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENGINES = {"sqlite": "SQLite", "mysql": "MariaDB", "pgsql": "PostgreSQL"}
TICK = os.sysconf("SC_CLK_TCK")


class Absent(Exception):
    """The database does not answer."""


@contextmanager
def database(engine: str, place: Path) -> Iterator[dict[str, str]]:
    """An empty database for the bench, gone afterwards; yields the environment of the servers."""
    name = f"flexiapi_bench_{os.getpid()}"
    environ = {
        **os.environ,
        "APP_ENV": "production",
        "APP_KEY": "base64:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "APP_ROOT_HOST": "example.org",
        "FLEXIAPI_DATA_DIR": str(place / "data"),
        "FLEXIAPI_CONFIG_DIR": str(place),
        "RATE_LIMIT_API_PER_MINUTE": "0",
        "RATE_LIMIT_CREDENTIALS": "false",
        "LOG_CHANNEL": "null",
        "MALLOC_ARENA_MAX": "2",  # as the units of deploy/systemd set it
        "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
        "DB_CONNECTION": engine,
        "DB_HOST": "127.0.0.1",
        "BENCH_ENGINE": engine,
    }
    (place / "data").mkdir()
    if engine == "sqlite":
        file = str(place / "data" / "bench.sqlite3")
        yield {**environ, "DB_DATABASE": "bench.sqlite3", "BENCH_DATABASE": file}
        return
    admin = _administrator(engine)
    statement = f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci" * (engine == "mysql"))
    admin.cursor().execute(statement)
    user = {"mysql": "root", "pgsql": "postgres"}[engine]
    try:
        yield {**environ, "DB_DATABASE": name, "DB_USERNAME": user, "DB_PASSWORD": "", "BENCH_DATABASE": name}
    finally:
        admin.cursor().execute(f"DROP DATABASE {name}" + (" WITH (FORCE)" * (engine == "pgsql")))
        admin.close()


def _administrator(engine: str) -> Any:
    try:
        if engine == "mysql":
            import MySQLdb  # noqa: PLC0415 only where the driver is installed

            return MySQLdb.connect(host="127.0.0.1", user="root", passwd="")
        import psycopg  # noqa: PLC0415

        return psycopg.connect(host="127.0.0.1", user="postgres", dbname="postgres", autocommit=True)
    except Exception as error:  # noqa: BLE001 whatever the driver raises: this engine is left out
        raise Absent(f"left out ({error.__class__.__name__})") from None


def filled(environ: dict[str, str], accounts: int) -> dict[str, Any]:
    """Fill an empty database; what the routes need to know of it."""
    command = [sys.executable, "-m", "benchmarks.data", str(accounts)]
    built = subprocess.run(command, env=environ, cwd=ROOT, check=True, capture_output=True)
    found: dict[str, Any] = json.loads(built.stdout)
    return found


@dataclass(frozen=True)
class Server:
    """A gunicorn with one worker."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used, in user and system mode."""
        return sum(_cpu_of(pid) for pid in (self.pid, *_children(self.pid)))

    def resident(self) -> list[float]:
        """Megabytes of memory that each of its web processes holds."""
        return [_resident_of(pid) for pid in _children(self.pid)]


@contextmanager
def serving(application: str, environ: dict[str, str]) -> Iterator[Server]:
    """Serve an application as the product is served, one process with threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
            *("--threads", "64", "--workers", "1", "--keep-alive", "75", "--log-level", "warning"),
            *("--no-control-socket", application),
        ],
        env=environ,
        cwd=ROOT,
    )
    try:
        deadline = time.monotonic() + 120
        while not _answers(port):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"{application} does not start")
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)  # it waits half of that for connections that are still open
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(port: int) -> bool:
    """Whether a worker answers at all: the port is open long before, and a busy machine takes its time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", "/up")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _resident_of(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
