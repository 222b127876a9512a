"""Periodic work: each room says in its `tasks.py` what is to be done when, and workers do it.

Of all workers on all machines one runs a job each time: a lock in the database is held until the job's next
time. A daily job whose time passed while nothing ran is made up for.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from time import monotonic

import django.db

from flexiapi.db import connections, locks

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_stopping = threading.Event()


@dataclass(frozen=True, slots=True)
class Job:
    """Work to do every so often: at each multiple of `every`, or once a day at `at` (UTC).

    `run` is called without a transaction. `everywhere` makes each worker run it instead of one of them.
    """

    name: str
    run: Callable[[], object]
    every: timedelta | None = None
    at: time = time(0, 0)
    everywhere: bool = False

    def following(self, moment: datetime) -> datetime:
        """The first time after `moment`."""
        midnight = datetime.combine(moment.astimezone(UTC).date(), time(0, 0), UTC)
        if self.every is None:
            today = datetime.combine(midnight.date(), self.at, UTC)
            return today if today > moment else today + _DAY
        passed = (moment - midnight) // self.every
        return min(midnight + (passed + 1) * self.every, midnight + _DAY)

    @property
    def lock(self) -> str:
        """The name of its lock."""
        return f"job:{self.name}"[:64]


def prepare(jobs: Iterable[Job]) -> None:
    """Keep daily jobs that never ran from running before their first time: a start is no reason to clean up."""
    moment = _now()
    for job in jobs:
        if job.every is None and not job.everywhere and not locks.known(job.lock):
            locks.take_turn(job.lock, job.following(moment) - moment)


def run_due(jobs: Iterable[Job]) -> list[str]:
    """Run what is due, one job after the other; returns the names of those that ran."""
    jobs = list(jobs)
    prepare(jobs)
    return [job.name for job in jobs if run(job)]


def run(job: Job) -> bool:
    """Run a job if this is its time and nobody else has run it; whether it ran.

    One that fails is logged and waits for its next time.
    """
    moment = _now()
    if not job.everywhere and not locks.take_turn(job.lock, job.following(moment) - moment):
        return False
    try:
        job.run()
    except Exception:
        log.exception("The job %s failed", job.name)
    return True


def stopping() -> bool:
    """Whether this process is about to end: a long job should leave the rest for its next time."""
    return _stopping.is_set()


class Timetable:
    """The jobs of one worker: `tick` starts those whose time has come, each in a thread of its own."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._prepared = False
        self._times: dict[str, datetime] = {}
        self._threads: dict[str, threading.Thread] = {}

    def tick(self) -> None:
        """Start what is due and not still running from the last time."""
        if not self._prepared and not self._prepare():
            return
        moment = _now()
        for job in self._jobs:
            running = self._threads.get(job.name)
            if self._times.get(job.name, moment) <= moment and (running is None or not running.is_alive()):
                self._times[job.name] = job.following(moment)
                thread = threading.Thread(target=self._run, args=(job,), name=job.name, daemon=True)
                self._threads[job.name] = thread
                thread.start()

    def stop(self, seconds: float) -> None:
        """Tell what runs to end, and wait for it, not longer than `seconds` in all."""
        _stopping.set()
        self.join(seconds)

    def join(self, seconds: float) -> None:
        """Wait for what runs, not longer than `seconds` in all."""
        end = monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(0.0, end - monotonic()))

    def _prepare(self) -> bool:
        """Whether the database is there."""
        try:
            with connections.kept():
                prepare(self._jobs)
        except django.db.Error as error:
            log.error("The schedule waits for the database: %s", type(error).__name__)
            return False
        self._prepared = True
        return True

    def _run(self, job: Job) -> None:
        with connections.closed_after():
            try:
                run(job)
            except Exception:
                log.exception("The turn for the job %s could not be taken", job.name)


def _now() -> datetime:
    return datetime.now(UTC)
