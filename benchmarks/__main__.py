"""`make bench`: measure the hot routes and print what they cost against bare functions."""

import argparse
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.load import Measured, Route, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SUMMARY = ROOT / "docs" / "performance.md"
ENGINES = {"sqlite": "SQLite", "mysql": "MariaDB", "pgsql": "PostgreSQL"}
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Hot:
    """A hot route and its budget: CPU time as a multiple of the bare function's."""

    name: str
    budget: float


BUDGETS = {
    "H1 GET /api/accounts/me": 2.0,
    "H2 GET /provisioning/me (Digest)": 3.0,
    "H3 GET /api/resolve/{sip}": 2.5,
    "H3 GET /api/accounts/{sip}/search": 2.5,
    "H4 POST /api/statistics/calls": 2.5,
    "H4 PATCH /api/statistics/calls/{id}/devices/{d}": 2.5,
    "H4 POST /api/statistics/messages": 2.5,
    "H5 GET /provisioning": 3.0,
}

PAGES = {"GET /dashboard": 15.0}
"""Pages with their budgets of CPU time in milliseconds; there is no bare function of a page."""


def main() -> int:
    """Measure on every database that answers."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), action="append", help="only this database (repeatable)")
    parser.add_argument("--requests", type=int, default=6000, help="requests of each route and round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of A and B in turn")
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--write", action="store_true", help="keep the results in benchmarks/results")
    options = parser.parse_args()
    results = []
    for engine in options.engine or list(ENGINES):
        try:
            results += measure(engine, options)
        except Absent as error:
            print(f"{ENGINES[engine]}: {error}")
    if options.write and results:
        day = datetime.now(UTC).strftime("%Y-%m-%d")
        facts = {"date": day, "python": platform.python_version(), "cpu": _cpu()}
        facts |= {name: version(name) for name in ("django", "gunicorn", "msgspec")}
        file = HERE / "results" / f"{day}.json"
        file.write_text(json.dumps({"facts": facts, "results": results}, indent=1) + "\n")
        publish(facts, results)
        print(f"\nwritten to {file.relative_to(ROOT)} and {SUMMARY.relative_to(ROOT)}")
    return 0


def publish(facts: dict[str, str], results: list[dict[str, Any]]) -> None:
    """Write the table of `docs/performance.md` anew."""
    lines = [
        f"Measured on {facts['date']} with Python {facts['python']}, Django {facts['django']} and gunicorn "
        f"{facts['gunicorn']} on {facts['cpu']}, one process.",
        "",
        "| database | route | requests/s | p50 ms | p99 ms | CPU ms | bare CPU ms | ratio | budget |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['database']} | `{row['route']}` | {row['requests_per_second']} | {row['p50_ms']} | {row['p99_ms']} "
        f"| {row['cpu_ms']} | {row['bare_cpu_ms']} | {row['ratio']} | {row['budget']} |"
        for row in results
    ]
    before, _, rest = SUMMARY.read_text().partition("<!-- results -->")
    after = rest.partition("<!-- end of results -->")[2]
    table = "\n".join(lines)
    SUMMARY.write_text(f"{before}<!-- results -->\n{table}\n<!-- end of results -->{after}")


class Absent(Exception):
    """The database does not answer."""


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """All routes on one database; the product and the bare functions take turns."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        built = subprocess.run(
            [sys.executable, "-m", "benchmarks.data", str(options.accounts)],
            env=environ,
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        data = json.loads(built.stdout)
        with (
            serving("flexiapi.config.wsgi:application", environ) as product,
            serving("benchmarks.bare:application", environ) as bare,
        ):
            hot = [compare(engine, route, data["host"], product, bare, options) for route in routes(data)]
            return hot + [page(engine, route, data["host"], product, options) for route in pages(data)]


def routes(data: dict[str, Any]) -> list[Route]:
    """What is measured."""
    sip = f"{data['username']}@{data['host']}"
    user, admin = {"x-api-key": data["user_key"]}, {"x-api-key": data["admin_key"]}
    json_of = {"accept": "application/json", "content-type": "application/json", "content-length": "0"}
    reports = {"accept": "application/json", "content-type": "application/json"}
    names = list(BUDGETS)
    return [
        Route(names[0], "/api/accounts/me", {**user, **json_of}),
        Route(
            names[1],
            "/provisioning/me",
            {"X-Linphone-Provisioning": "1", "From": f"sip:{sip}"},
            digest=(data["username"], data["host"], data["ha1"]),
        ),
        Route(names[2], f"/api/resolve/{sip}", {**admin, **json_of}),
        Route(names[3], f"/api/accounts/{sip}/search", {**admin, **json_of}),
        Route(names[4], "", {**admin, **reports}, method="POST", each=new_call),
        Route(names[5], "", {**admin, **reports}, method="PATCH", each=device_of_call),
        Route(names[6], "", {**admin, **reports}, method="POST", each=new_message),
        Route(names[7], "/provisioning", {"X-Linphone-Provisioning": "1"}),
    ]


def pages(data: dict[str, Any]) -> list[Route]:
    """The pages that are measured, as somebody who is logged in."""
    headers = {"Cookie": data["cookie"], "Accept": "text/html"}
    return [Route(name, name.partition(" ")[2], headers) for name in PAGES]


def new_call(number: int) -> tuple[str, bytes]:
    """A call as Flexisip 2.7 reports it."""
    body = (
        f'{{"conference_id":null,"devices":{{}},"ended_at":null,"from":"user1@sip.example.org","id":"{number:064x}",'
        f'"initiated_at":"2026-07-21T17:32:28Z","sip_call_id":"x{number}@192.0.2.1","to":"user2@sip.example.org"}}'
    )
    return "/api/statistics/calls", body.encode()


def device_of_call(number: int) -> tuple[str, bytes]:
    """What a new device did with the one call that the data has."""
    return f'/api/statistics/calls/{"0" * 64}/devices/"<urn:uuid:{number:032x}>"', b'{"rang_at":"2026-07-21T18:32:28Z"}'


def new_message(number: int) -> tuple[str, bytes]:
    """A message as Flexisip 2.7 reports it."""
    body = (
        f'{{"conference_id":null,"encrypted":false,"from":"user1@sip.example.org","id":"{number:064x}",'
        '"sent_at":"2026-07-21T17:32:28Z","to":{"user2@sip.example.org":{"dev":null}}}'
    )
    return "/api/statistics/messages", body.encode()


def compare(
    engine: str, route: Route, host: str, product: "Server", bare: "Server", options: argparse.Namespace
) -> dict[str, Any]:
    """One route, A B A B; the figures of the best round of each."""
    best: dict[str, tuple[float, Measured]] = {}
    for _ in range(options.rounds):
        for name, server in (("product", product), ("bare", bare)):
            sent = replace(route, headers=dict(route.headers))
            if name == "bare" and route.digest:
                sent.headers["X-Bare"] = "1"
            run(server.port, sent, host=host, requests=200, connections=2, seconds=30)
            before = server.cpu()
            measured = run(server.port, sent, host=host, requests=options.requests, connections=2, seconds=60)
            cost = (server.cpu() - before) / measured.requests * 1000
            if name not in best or cost < best[name][0]:
                best[name] = (cost, measured)
    (cost, measured), (bare_cost, _) = best["product"], best["bare"]
    ratio, budget = cost / bare_cost, BUDGETS[route.name]
    mark = "within" if ratio <= budget else "OVER"
    print(
        f"{ENGINES[engine]:<11} {route.name:<48} {measured.requests / measured.seconds:>7.0f}/s "
        f"p50 {measured.percentile(0.5):5.2f} ms  p99 {measured.percentile(0.99):6.2f} ms  "
        f"CPU {cost:.3f} ms, bare {bare_cost:.3f} ms, ratio {ratio:.2f} ({mark} {budget})",
        flush=True,
    )
    return {
        "database": ENGINES[engine],
        "route": route.name,
        "requests_per_second": round(measured.requests / measured.seconds),
        "p50_ms": round(measured.percentile(0.5), 2),
        "p99_ms": round(measured.percentile(0.99), 2),
        "cpu_ms": round(cost, 3),
        "bare_cpu_ms": round(bare_cost, 3),
        "ratio": round(ratio, 2),
        "budget": budget,
    }


def page(engine: str, route: Route, host: str, product: "Server", options: argparse.Namespace) -> dict[str, Any]:
    """A page, the best of the rounds."""
    best: tuple[float, Measured] | None = None
    for _ in range(options.rounds):
        run(product.port, route, host=host, requests=50, connections=2, seconds=30)
        before = product.cpu()
        measured = run(product.port, route, host=host, requests=options.requests // 10, connections=2, seconds=60)
        cost = (product.cpu() - before) / measured.requests * 1000
        if best is None or cost < best[0]:
            best = (cost, measured)
    assert best is not None
    cost, measured = best
    budget = PAGES[route.name]
    print(
        f"{ENGINES[engine]:<11} {route.name:<48} {measured.requests / measured.seconds:>7.0f}/s "
        f"p50 {measured.percentile(0.5):5.2f} ms  p99 {measured.percentile(0.99):6.2f} ms  "
        f"CPU {cost:.3f} ms ({'within' if cost <= budget else 'OVER'} {budget} ms)",
        flush=True,
    )
    return {
        "database": ENGINES[engine],
        "route": route.name,
        "requests_per_second": round(measured.requests / measured.seconds),
        "p50_ms": round(measured.percentile(0.5), 2),
        "p99_ms": round(measured.percentile(0.99), 2),
        "cpu_ms": round(cost, 3),
        "bare_cpu_ms": "–",
        "ratio": "–",
        "budget": f"{budget:g} ms CPU",
    }


@contextmanager
def database(engine: str, place: Path) -> Iterator[dict[str, str]]:
    """An empty database for the bench, gone afterwards; yields the environment of the servers."""
    name = f"flexiapi_bench_{os.getpid()}"
    environ = {
        **os.environ,
        "APP_ENV": "production",
        "APP_KEY": "base64:" + __import__("base64").b64encode(secrets.token_bytes(32)).decode(),
        "APP_ROOT_HOST": "example.org",
        "FLEXIAPI_DATA_DIR": str(place / "data"),
        "FLEXIAPI_CONFIG_DIR": str(place),
        "RATE_LIMIT_API_PER_MINUTE": "0",
        "RATE_LIMIT_CREDENTIALS": "false",
        "LOG_CHANNEL": "null",
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


@dataclass(frozen=True)
class Server:
    """A gunicorn with one worker."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used, in user and system mode."""
        return sum(_cpu_of(pid) for pid in (self.pid, *_children(self.pid)))


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
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise RuntimeError(f"{application} does not start") from None
                time.sleep(0.1)
        time.sleep(1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    sys.exit(main())
