"""Requests at the same moment: threads with connections of their own, as those of the server."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

_Answer = TypeVar("_Answer")
_SECONDS = 120


def at_once(count: int, ask: Callable[[int], _Answer]) -> list[_Answer]:
    """Call `ask(0)` … `ask(count - 1)` at once; gives the answers in that order."""
    answers: dict[int, _Answer] = {}
    start = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            start.wait(_SECONDS)
            answers[number] = ask(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_SECONDS)
    assert len(answers) == count, f"{count - len(answers)} threads did not answer"
    return [answers[number] for number in range(count)]
