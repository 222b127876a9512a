"""What reports and call logs cost while the tables of statistics grow: few rows, then a million calls.

The product alone is measured: its statements are the same, what may change is what the database does for them.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.load import Measured, Route, run
from benchmarks.machine import ENGINES, ROOT, Server, database, filled, serving
from benchmarks.routes import routes

CALLS = 1_000_000


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each route with few rows and with many; the best of the rounds."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        data = filled(environ, options.accounts)
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
    """Calls of the months before, each with one device; every hundredth is of one busy account.

    The database makes them itself, in portions that it commits one by one.
    """
    from django.db import connection  # noqa: PLC0415 after django.setup()

    one = _DIALECTS[connection.vendor]
    statements = (_CALLS.format(digits=_DIGITS, **one), _DEVICES.format(**one))
    with connection.cursor() as cursor:
        for first in range(0, count, _PORTION):
            values = {"first": first, "count": count, "busy": busy, "domain": domain, "step": 91 * 86_400 / count}
            for statement in statements:
                cursor.execute(statement, values)
        cursor.execute("ANALYZE TABLE statistics_calls" if connection.vendor == "mysql" else "ANALYZE")


_PORTION = 10_000
_DIGITS = " CROSS JOIN ".join(
    f"(SELECT 0 AS d{place}{''.join(f' UNION ALL SELECT {digit}' for digit in range(1, 10))}) p{place}"
    for place in range(4)
)
_CALLS = """
    INSERT INTO statistics_calls (id, from_username, from_domain, to_username, to_domain, initiated_at, ended_at,
                                  created_at, updated_at)
    SELECT {id}, CASE WHEN n %% 100 = 0 THEN %(busy)s ELSE {caller} END, %(domain)s, {callee}, %(domain)s,
           {moment}, {moment}, {moment}, {moment}
      FROM (SELECT %(first)s + d0 + 10 * d1 + 100 * d2 + 1000 * d3 AS n FROM {digits}) numbers
     WHERE n < %(count)s
"""
_DEVICES = """
    INSERT INTO statistics_call_devices (call_id, device_id, rang_at, invite_terminated_at, invite_terminated_state,
                                         created_at, updated_at)
    SELECT c.id, '"<urn:uuid:00000000-0000-0000-0000-000000000000>"', c.initiated_at, c.initiated_at, 'accepted',
           c.initiated_at, c.initiated_at
      FROM statistics_calls c LEFT JOIN statistics_call_devices d ON d.call_id = c.id
     WHERE d.id IS NULL AND c.id >= {first_id} AND c.id LIKE 'a0%%'
"""
_DIALECTS = {
    "mysql": {
        "caller": "CONCAT('user', n %% 2000 * 7919 %% 2000)",
        "callee": "CONCAT('user', n %% 2000 * 4729 %% 2000)",
        "id": "CONCAT('a', LPAD(n, 63, '0'))",
        "first_id": "CONCAT('a', LPAD(%(first)s, 63, '0'))",
        "moment": "TIMESTAMPADD(SECOND, n * %(step)s, '2026-04-01')",
    },
    "postgresql": {
        "caller": "CONCAT('user', n %% 2000 * 7919 %% 2000)",
        "callee": "CONCAT('user', n %% 2000 * 4729 %% 2000)",
        "id": "CONCAT('a', LPAD(CAST(n AS TEXT), 63, '0'))",
        "first_id": "CONCAT('a', LPAD(CAST(%(first)s AS TEXT), 63, '0'))",
        "moment": "TIMESTAMPTZ '2026-04-01 00:00:00Z' + n * %(step)s * INTERVAL '1 second'",
    },
    "sqlite": {
        "caller": "'user' || (n %% 2000 * 7919 %% 2000)",
        "callee": "'user' || (n %% 2000 * 4729 %% 2000)",
        "id": "PRINTF('a%%063d', n)",
        "first_id": "PRINTF('a%%063d', %(first)s)",
        "moment": "DATETIME(1775001600 + n * %(step)s, 'unixepoch')",
    },
}


if __name__ == "__main__":
    import django

    django.setup()
    fill(int(sys.argv[1]), sys.argv[2], sys.argv[3])
