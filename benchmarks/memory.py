"""What a web process holds in memory after many requests of all kinds, and whether it goes on growing."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.load import Route, run
from benchmarks.machine import ENGINES, Server, database, filled, serving
from benchmarks.routes import absolute, routes

REQUESTS = 10_000
BUDGET_MB = 120
_ROUNDS = 20


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Megabytes resident at the start, after 10,000 mixed requests, and after as many again."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        data = filled(environ, options.accounts)
        with serving("flexiapi.config.wsgi:application", environ) as product:
            mixed = [*routes(data), *absolute(data), *_others(data)]
            figures = [_megabytes(product)]
            for _ in range(2):
                _send(product, mixed, data["host"])
                figures.append(_megabytes(product))
    row = {"database": ENGINES[engine], "mb": figures, "budget": BUDGET_MB}
    mark = "within" if figures[1] <= BUDGET_MB else "OVER"
    print(
        f"{ENGINES[engine]:<11} {' → '.join(f'{figure:.0f}' for figure in figures)} MB ({mark} {BUDGET_MB})", flush=True
    )
    return [row]


def table(rows: list[dict[str, Any]]) -> list[str]:
    """The figures as Markdown."""
    lines = [
        f"| database | at the start | after {REQUESTS} requests | after {2 * REQUESTS} | budget |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        figures = " | ".join(f"{figure:.0f} MB" for figure in row["mb"])
        lines.append(f"| {row['database']} | {figures} | {row['budget']} MB |")
    return lines


def _others(data: dict[str, Any]) -> list[Route]:
    """What is asked for now and then."""
    admin = {"x-api-key": data["admin_key"], "accept": "application/json"}
    return [
        Route("accounts", "/api/accounts?limit=20", admin),
        Route("openapi", "/api/openapi.json", admin),
        Route("login", "/login", {"accept": "text/html"}),
        Route("reference", "/api", {"accept": "text/html"}),
    ]


def _send(server: Server, mixed: list[Route], host: str) -> None:
    """All kinds in turn, again and again."""
    for _ in range(_ROUNDS):
        for route in mixed:
            run(server.port, route, host=host, requests=REQUESTS // _ROUNDS // len(mixed), connections=2, seconds=60)


def _megabytes(server: Server) -> float:
    return max(server.resident())
