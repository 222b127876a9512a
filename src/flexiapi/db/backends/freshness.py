"""Kept connections, checked before use only when they have rested."""

import time
from typing import Any

RESTED_SECONDS = 5.0


class RestedHealthCheck:
    """Django checks a kept connection at the first statement of every request, which costs a round trip.

    A connection that worked a moment ago is taken to work still; one that rested is checked, so that a
    restart of the database server fails no request that comes later.
    """

    _worked_at = 0.0

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it has rested and does not answer."""
        if time.monotonic() - self._worked_at < RESTED_SECONDS:
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()  # type: ignore[misc]
        self._worked_at = time.monotonic()

    def connect(self) -> Any:
        """Connect, and take the new connection to work."""
        super().connect()  # type: ignore[misc]
        self._worked_at = time.monotonic()
