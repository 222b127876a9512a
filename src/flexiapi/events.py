"""Typed events that rooms announce after the commit of what they tell, and others listen to."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import transaction

log = logging.getLogger(__name__)

Payload = TypeVar("Payload")


class Event(Generic[Payload]):
    """One kind of event.

    Receivers run after the transaction of the change has committed; one that fails is logged, never
    an error of the request, and does not keep the others from running.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._receivers: list[Callable[[Payload], None]] = []

    def connect(self, receiver: Callable[[Payload], None]) -> Callable[[Payload], None]:
        """Add a receiver; usable as a decorator."""
        self._receivers.append(receiver)
        return receiver

    def announce(self, payload: Payload) -> None:
        """Tell all receivers, once the present transaction is committed."""
        transaction.on_commit(lambda: self._deliver(payload))

    def _deliver(self, payload: Payload) -> None:
        for receiver in self._receivers:
            try:
                receiver(payload)
            except Exception:
                log.exception("A receiver of %s failed", self.name)
