"""`make bench`: measure the hot routes and print what they cost against bare functions."""

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import growth, lists, memory
from benchmarks.load import Measured, Route, run
from benchmarks.machine import ENGINES, ROOT, Absent, Server, cpu_name, database, filled, serving
from benchmarks.routes import ABSOLUTE, BUDGETS, absolute, routes

RESULTS = ROOT / "benchmarks" / "results"
SUMMARY = ROOT / "docs" / "performance.md"


def main() -> int:
    """Measure on every database that answers."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), action="append", help="only this database (repeatable)")
    parser.add_argument("--requests", type=int, default=6000, help="requests of each route and round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of A and B in turn")
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--growth", action="store_true", help="measure reports before and after a million calls")
    parser.add_argument("--lists", action="store_true", help="measure lists of a million accounts")
    parser.add_argument("--memory", action="store_true", help="measure the memory of a web process")
    parser.add_argument("--write", action="store_true", help="keep the results in benchmarks/results and docs")
    options = parser.parse_args()
    results = []
    special = {"growth": growth, "lists": lists, "memory": memory}
    section = next((name for name in special if getattr(options, name)), "results")
    take = special[section].measure if section in special else measure
    for engine in options.engine or list(ENGINES):
        try:
            results += take(engine, options)
        except Absent as error:
            print(f"{ENGINES[engine]}: {error}")
    if options.write and results:
        keep(results, section)
    return 0


def keep(results: list[dict[str, Any]], section: str) -> None:
    """Write the figures to `benchmarks/results` and the section's table in `docs/performance.md` anew."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    facts = {"date": day, "python": platform.python_version(), "cpu": cpu_name()}
    facts |= {name: version(name) for name in ("django", "gunicorn", "msgspec")}
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{day}-{section}.json"
    file.write_text(json.dumps({"facts": facts, "results": results}, indent=1) + "\n")
    lines = [
        f"Measured on {facts['date']} with Python {facts['python']}, Django {facts['django']} and gunicorn "
        f"{facts['gunicorn']} on {facts['cpu']}, one process.",
        "",
        *{"growth": growth.table, "lists": lists.table, "memory": memory.table, "results": table}[section](results),
    ]
    before, _, rest = SUMMARY.read_text().partition(f"<!-- {section} -->")
    after = rest.partition(f"<!-- end of {section} -->")[2]
    text = "\n".join(lines)
    SUMMARY.write_text(f"{before}<!-- {section} -->\n{text}\n<!-- end of {section} -->{after}")
    print(f"\nwritten to {file.relative_to(ROOT)} and {SUMMARY.relative_to(ROOT)}")


def table(results: list[dict[str, Any]]) -> list[str]:
    """The figures as Markdown."""
    keys = ("requests_per_second", "p50_ms", "p99_ms", "cpu_ms", "bare_cpu_ms", "ratio", "budget")
    lines = [
        "| database | route | requests/s | p50 ms | p99 ms | CPU ms | bare CPU ms | ratio | budget |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in results:
        lines.append(f"| {row['database']} | `{row['route']}` | {' | '.join(str(row[key]) for key in keys)} |")
    return lines


def measure(engine: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """All routes on one database; the product and the bare functions take turns."""
    with tempfile.TemporaryDirectory(prefix="flexiapi-bench-") as place, database(engine, Path(place)) as environ:
        data = filled(environ, options.accounts)
        with (
            serving("flexiapi.config.wsgi:application", environ) as product,
            serving("benchmarks.bare:application", environ) as bare,
        ):
            hot = [compare(engine, route, data["host"], product, bare, options) for route in routes(data)]
            return hot + [alone(engine, route, data["host"], product, options) for route in absolute(data)]


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


def alone(engine: str, route: Route, host: str, product: "Server", options: argparse.Namespace) -> dict[str, Any]:
    """A route without a bare function, the best of the rounds."""
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
    budget = ABSOLUTE[route.name]
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


if __name__ == "__main__":
    sys.exit(main())
