"""What reports and call logs cost while the tables of statistics grow: few rows, then a million calls.

The product alone is measured: its statements are the same, what may change is what the database does for them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.load import Measured, Route, run
from benchmarks.machine import ENGINES, ROOT, Server, database, serving
from benchmarks.routes import routes

CALLS = 1_000_000
_BATCH = 5_000


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each route with few rows and with many; the best of the rounds."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        data = json.loads(_run(environ, "benchmarks.data", str(options.accounts)))
        with serving("flexiapi.config.wsgi:application", environ) as product:
            few = {route.name: _best(product, route, data["host"], options) for route in _routes(data)}
            print(f"{ENGINES[engine]}: making {CALLS} calls …", flush=True)
            _run(environ, "benchmarks.growth", str(CALLS), data["username"], data["host"])
            many = {route.name: _best(product, route, data["host"], options) for route in _routes(data)}
    rows = [_row(ENGINES[engine], name, few[name], many[name]) for name in few]
    for row in rows:
        print(" ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The figures as Markdown: few rows → a million calls."""
    lines = ["| database | route | CPU ms | p50 ms | p99 ms |", "|---|---|---:|---:|---:|"]
    for row in rows:
        figures = (f"{before} → {after}" for before, after in (row["cpu_ms"], row["p50_ms"], row["p99_ms"]))
        lines.append(f"| {row['database']} | `{row['route']}` | {' | '.join(figures)} |")
    return lines


def _row(database_name: str, route: str, *rounds: tuple[float, Measured]) -> dict[str, Any]:
    return {
        "database": database_name,
        "route": route,
        "cpu_ms": [round(cost, 3) for cost, _ in rounds],
        "p50_ms": [round(measured.percentile(0.5), 2) for _, measured in rounds],
        "p99_ms": [round(measured.percentile(0.99), 2) for _, measured in rounds],
    }


def _routes(data: dict[str, Any]) -> list[Route]:
    month = "/api/accounts/me/statistics/calls?from=2026-06-01&to=2026-06-30"
    headers = {"x-api-key": data["user_key"], "accept": "application/json"}
    listing = Route("GET /api/accounts/me/statistics/calls (a month)", month, headers)
    return [*(route for route in routes(data) if route.name.startswith("H4")), listing]


def _best(server: Server, route: Route, host: str, options: argparse.Namespace) -> tuple[float, Measured]:
    found: list[tuple[float, Measured]] = []
    for _ in range(options.rounds):
        run(server.port, route, host=host, requests=100, connections=2, seconds=30)
        before = server.cpu()
        measured = run(server.port, route, host=host, requests=options.requests, connections=2, seconds=60)
        found.append(((server.cpu() - before) / measured.requests * 1000, measured))
    return min(found, key=lambda pair: pair[0])


def _run(environ: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, env=environ, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def fill(count: int, busy: str, domain: str) -> None:
    """Calls of the months before, each with one device; every hundredth is of one busy account."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415 after django.setup()

    from flexiapi.statistics.models import Call, CallDevice  # noqa: PLC0415

    start = datetime(2026, 4, 1, tzinfo=UTC)
    step = timedelta(days=91) / count

    def calls(first: int) -> Iterator[Call]:
        for number in range(first, min(first + _BATCH, count)):
            caller = busy if number % 100 == 0 else f"user{number * 7919 % 2000}"
            moment = start + number * step
            yield Call(
                id=f"a{number:063x}",
                from_username=caller,
                from_domain=domain,
                to_username=f"user{number * 104729 % 2000}",
                to_domain=domain,
                initiated_at=moment,
                ended_at=moment + timedelta(seconds=90),
                created_at=moment,
                updated_at=moment,
            )

    for first in range(0, count, _BATCH):
        made = Call.objects.bulk_create(calls(first), batch_size=500)
        CallDevice.objects.bulk_create(
            (
                CallDevice(
                    call=call,
                    device_id='"<urn:uuid:00000000-0000-0000-0000-000000000000>"',
                    rang_at=call.initiated_at,
                    invite_terminated_at=call.initiated_at,
                    invite_terminated_state="accepted",
                    created_at=call.initiated_at,
                    updated_at=call.initiated_at,
                )
                for call in made
            ),
            batch_size=500,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            {"mysql": "ANALYZE TABLE statistics_calls", "postgresql": "ANALYZE"}.get(connection.vendor, "ANALYZE")
        )


if __name__ == "__main__":
    import django

    django.setup()
    fill(int(sys.argv[1]), sys.argv[2], sys.argv[3])
