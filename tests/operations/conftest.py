"""The console inside the test's process."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from flexiapi import cli


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Console = Callable[..., Said]


@pytest.fixture
def console(db: None, capsys: pytest.CaptureFixture[str]) -> Console:
    """Run a command on the test's database."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = cli.run(words)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return run
