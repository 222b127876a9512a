"""The background worker: takes tasks from the queue, and runs what is due by the clock."""

import logging
import os
import signal
import sqlite3
import threading
import time

from huey import Huey  # type: ignore[import-untyped]
from huey.consumer import Consumer  # type: ignore[import-untyped]
from redis import RedisError

from flexiapi.config.tasks import JOBS
from flexiapi.messaging import queue
from flexiapi.schedule import Timetable

log = logging.getLogger(__name__)

_THREADS = 4
_LONGEST_PAUSE = 1.0  # seconds between two looks into an empty queue
_GRACE_SECONDS = 4.0  # each for the queue and for jobs; `serve` kills after 10


def run(*, parent: int | None = None) -> None:
    """Work until told to end by SIGTERM or SIGINT, or until the process `parent` is gone.

    What is under way at the end may finish within seconds; what does not is found again by its lease.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    for name in ("huey", "huey.consumer"):
        logging.getLogger(name).setLevel(logging.WARNING)
    outage = _QueueOutage()
    for name in ("huey.consumer.Worker", "huey.consumer.Scheduler"):
        logging.getLogger(name).addFilter(outage)
    consumer = _Consumer(queue.background())
    timetable = Timetable(JOBS)
    consumer.start()
    log.info("The worker is running")
    while not ended.wait(timeout=1.0) and (parent is None or os.getppid() == parent):
        consumer.check_worker_health()
        timetable.tick()
    consumer.stop(graceful=True)
    timetable.stop(_GRACE_SECONDS)
    log.info("The worker has ended")


class _QueueOutage(logging.Filter):
    """Of a queue that does not answer, a line a minute says so; each thread would tell of it every second."""

    _PAUSE_SECONDS = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._silent_until = 0.0
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all else pass."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, RedisError | sqlite3.Error | OSError):
            return True
        moment = time.monotonic()
        with self._lock:
            if moment < self._silent_until:
                return False
            self._silent_until = moment + self._PAUSE_SECONDS
        record.msg = "The queue cannot be read, the periodic sweep sends meanwhile: %s"
        record.args, record.exc_info, record.exc_text = (type(error).__name__,), None, None
        return True


class _Consumer(Consumer):  # type: ignore[misc]
    """Huey's own, which leaves the signals to this module."""

    def __init__(self, huey: Huey) -> None:
        super().__init__(
            huey,
            workers=_THREADS,
            periodic=False,
            scheduler_interval=60,
            max_delay=_LONGEST_PAUSE,
            shutdown_timeout=_GRACE_SECONDS,
        )

    def _set_signal_handlers(self) -> None:
        pass
