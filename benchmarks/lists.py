"""What lists cost with a million accounts: the first page and the last one, by key and by search."""

import argparse
import base64
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.load import Measured, Route, run
from benchmarks.machine import ENGINES, Server, database, filled, serving

ACCOUNTS = 1_000_000
LONGEST_MS = 100.0
FURTHEST = 3.0
"""How much more the last page may cost than the first."""


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each list, the best of the rounds."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        print(f"{ENGINES[engine]}: making {ACCOUNTS} accounts …", flush=True)
        data = filled(environ, ACCOUNTS)
        with serving("flexiapi.config.wsgi:application", environ) as product:
            rows = [_row(ENGINES[engine], route, product, data["host"], options) for route in _routes(data)]
    for row in rows:
        print(" ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The figures as Markdown."""
    return [
        "| database | list | CPU ms | p50 ms | p99 ms |",
        "|---|---|---:|---:|---:|",
        *(
            f"| {row['database']} | `{row['route']}` | {row['cpu_ms']} | {row['p50_ms']} | {row['p99_ms']} |"
            for row in rows
        ),
    ]


def _routes(data: dict[str, Any]) -> list[Route]:
    key = {"x-api-key": data["admin_key"], "accept": "application/json"}
    cookie = {"Cookie": data["admin_cookie"], "Accept": "text/html"}
    search = "/admin/accounts?search=user9999&match=beginning"
    last = base64.urlsafe_b64encode(f"[{data['last_id'] - 20}]".encode()).decode().rstrip("=")
    return [
        Route("H6 GET /api/accounts?limit=20", "/api/accounts?limit=20", key),
        Route("H6 GET /api/accounts?limit=20&after=… (the last page)", f"/api/accounts?limit=20&after={last}", key),
        Route("H7 GET /admin/accounts", "/admin/accounts", cookie),
        Route(f"H7 GET {search}", search, cookie),
    ]


def _row(database_name: str, route: Route, server: Server, host: str, options: argparse.Namespace) -> dict[str, Any]:
    found: list[tuple[float, Measured]] = []
    for _ in range(options.rounds):
        run(server.port, route, host=host, requests=10, connections=2, seconds=60)
        before = server.cpu()
        measured = run(server.port, route, host=host, requests=options.requests // 20, connections=2, seconds=60)
        found.append(((server.cpu() - before) / measured.requests * 1000, measured))
    cost, measured = min(found, key=lambda pair: pair[0])
    return {
        "database": database_name,
        "route": route.name,
        "cpu_ms": round(cost, 3),
        "p50_ms": round(measured.percentile(0.5), 2),
        "p99_ms": round(measured.percentile(0.99), 2),
    }
