"""The background worker: the queue and the periodic tasks."""

import os
import signal
import threading


def run(*, parent: int | None = None) -> None:
    """Work until told to end, or until the process `parent` is gone."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(timeout=1.0):
        if parent is not None and os.getppid() != parent:
            return
