"""Run the tests: on the embedded database, or with `--require-all` on every database and with all clients.

Further words go to pytest. Servers are found by `TEST_MARIADB_*` and `TEST_POSTGRESQL_*` (`HOST`, `PORT`,
`USERNAME`, `PASSWORD`), by default on the loopback address with their administrators' names and no
password. The name of the test database is the checkout's own, so that two checkouts can be tested at once.

The last line adds the runs up: `N passed, N failed, N skipped`.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
REQUIRE = "FLEXIAPI_TEST_REQUIRE"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of pytest: its name, its environment and what it selects."""

    name: str
    environment: Mapping[str, str]
    selection: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many tests passed, failed (errors and a broken run included) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def runs(environment: Mapping[str, str], *, require_all: bool) -> list[Run]:
    """The runs to make; the ones on servers leave out what does not depend on the database."""
    embedded = Run("sqlite", {"DB_CONNECTION": "sqlite"})
    if not require_all:
        return [embedded]
    mariadb = _server(environment, "TEST_MARIADB", connection="mysql", port="3306", username="root")
    postgresql = _server(environment, "TEST_POSTGRESQL", connection="pgsql", port="5432", username="postgres")
    independent = ("--ignore=tests/house", "-m", "not browser and not interop")
    return [
        embedded,
        Run("mariadb", mariadb, independent),
        Run("postgresql", postgresql, ("-m", "database and not browser and not interop and not registrar")),
    ]


def count(report: Path, *, exit_code: int) -> Count:
    """Read pytest's JUnit report; a run that broke without a failing test counts as one failure."""
    counted = Count()
    if report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
            number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            failed = number["failures"] + number["errors"]
            counted += Count(number["tests"] - failed - number["skipped"], failed, number["skipped"])
    if exit_code and not counted.failed:
        counted += Count(failed=1)
    return counted


def main(words: Sequence[str]) -> int:
    """Make the runs one after the other; the exit code is 1 when anything failed."""
    require_all = "--require-all" in words
    extra = [word for word in words if word != "--require-all"]
    RESULTS.mkdir(exist_ok=True)
    total = Count()
    lines: list[str] = []
    for run in runs(os.environ, require_all=require_all):
        report = RESULTS / f"{run.name}.xml"
        report.unlink(missing_ok=True)
        environment = {**os.environ, **run.environment}
        if require_all:
            environment[REQUIRE] = "all"
        print(f"== tests on {run.name}", flush=True)
        started = time.monotonic()
        parallel = (
            ()
            if any(word == "-n" or word.startswith("-n") for word in extra)
            else ("-n", "auto", "--dist", "worksteal")
        )
        command = [sys.executable, "-m", "pytest", *parallel, f"--junitxml={report}", *run.selection, *extra]
        finished = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603
        counted = count(report, exit_code=finished.returncode)
        lines.append(f"{run.name}: {counted} in {time.monotonic() - started:.0f} s")
        total += counted
    print("\n".join(["", *lines, str(total)]), flush=True)
    (RESULTS / "total.txt").write_text(f"{total}\n")
    return 1 if total.failed or not total.passed else 0


def _server(
    environment: Mapping[str, str], prefix: str, *, connection: str, port: str, username: str
) -> dict[str, str]:
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]
    return {
        "DB_CONNECTION": connection,
        "DB_HOST": environment.get(f"{prefix}_HOST", "127.0.0.1"),
        "DB_PORT": environment.get(f"{prefix}_PORT", port),
        "DB_DATABASE": f"flexiapi_{checkout}",
        "DB_USERNAME": environment.get(f"{prefix}_USERNAME", username),
        "DB_PASSWORD": environment.get(f"{prefix}_PASSWORD", ""),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
