"""Requests at the same moment: threads with connections of their own, as those of the server."""

import fcntl
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from django.db import connections

_Answer = TypeVar("_Answer")
_SECONDS = 120
_CONNECTIONS = 40
"""At most: servers as Debian sets them up take 100, and others want some of them too."""


def at_once(count: int, ask: Callable[[int], _Answer]) -> list[_Answer]:
    """Call `ask(0)` … `ask(count - 1)` at once; gives the answers in that order, or raises what one of them raised.

    More than 40 share 40 threads. One race runs at a time, whichever of the processes that test wants another.
    """
    threads = min(count, _CONNECTIONS)
    start = Barrier(threads)

    def run(first: int) -> list[_Answer]:
        try:
            start.wait(_SECONDS)
            return [ask(number) for number in range(first, count, threads)]
        finally:
            connections.close_all()

    with _alone(), ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(run, range(threads), timeout=_SECONDS))
    return [shares[number % threads][number // threads] for number in range(count)]


@contextmanager
def _alone() -> Iterator[None]:
    checkout = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:12]
    with (Path(tempfile.gettempdir()) / f"flexiapi-races-{checkout}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
