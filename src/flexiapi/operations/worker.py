"""The background worker: takes tasks from the queue, and runs what is due by the clock."""

import logging
import os
import signal
import threading

from huey import Huey  # type: ignore[import-untyped]
from huey.consumer import Consumer  # type: ignore[import-untyped]

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
