"""Programs beside the tests: started in a folder of their own, waited for, ended by their process id."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_GRACE_SECONDS = 15


def wait_until(ready: Callable[[], bool], what: str, *, seconds: float = 20, running: "Program | None" = None) -> None:
    """Wait until something is so; fails with the program's output when it ends, or when it takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if running is not None:
            assert running.process.poll() is None, f"{what}: it ended by itself\n{running.output}"
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s\n{running.output if running else ''}"
        threading.Event().wait(0.05)


class Program:
    """A running program with what it printed."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._log = folder / f"{Path(command[0]).name}-{time.monotonic_ns()}.out"
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self._log.read_text(errors="replace")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end and wait; returns its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            return self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def running(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Run a program until the block ends."""
    program = Program(command, folder, environment or {})
    try:
        yield program
    finally:
        program.end()


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
