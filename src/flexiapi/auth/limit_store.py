"""Where counts that all processes share are kept: Redis where it is configured, else the database."""

import functools
import logging
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, cast

from redis import Redis, RedisError

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings
from flexiapi.db import redis
from flexiapi.db.insertions import Insertion
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now

from .models import RateCounter

log = logging.getLogger(__name__)

_LEFT_ALONE = timedelta(seconds=10)


class Locked(NamedTuple):
    """A counter that has reached its limit, and when that ends."""

    name: str
    expires_at: datetime


class Store(Protocol):
    """Counters by name, each with an end of its own."""

    def add(self, name: str, hits: int, *, expires_at: datetime) -> int:
        """Add to a counter; the new total of all processes."""

    def lock(self, name: str, *, expires_at: datetime) -> None:
        """Tell all processes that a counter has reached its limit."""

    def locked(self) -> list[Locked]:
        """The counters that have reached their limits and are not over."""


class DatabaseStore:
    """Rows of `rate_counters`; each statement stands alone, so that no two requests wait for each other's rows."""

    _ADD = Statement("UPDATE rate_counters SET hits = hits + %(hits)s WHERE name = %(name)s")
    _TOTAL = Statement("SELECT hits FROM rate_counters WHERE name = %(name)s")
    _LOCK = Statement("UPDATE rate_counters SET locked = true WHERE name = %(name)s")
    _LOCKED = Statement(
        "SELECT name, expires_at FROM rate_counters WHERE locked = true AND expires_at > %(now)s", Locked
    )
    _FIRST = Insertion(
        "rate_counters", "(name, hits, locked, expires_at) VALUES (%(name)s, %(hits)s, false, %(expires_at)s)"
    )

    def add(self, name: str, hits: int, *, expires_at: datetime) -> int:
        """Update the row, or write it."""
        if not self._ADD.execute(name=name, hits=hits):
            if self._FIRST.new_id(name=name, hits=hits, expires_at=expires_at) is not None:
                return hits
            self._ADD.execute(name=name, hits=hits)
        row = self._TOTAL.one(name=name)
        return int(row[0]) if row is not None else hits

    def lock(self, name: str, *, expires_at: datetime) -> None:
        """Mark the row."""
        self._LOCK.execute(name=name)

    def locked(self) -> list[Locked]:
        """The marked rows."""
        return self._LOCKED.rows(now=now())


class RedisStore:
    """A key for each counter, which Redis itself forgets, and a sorted set of those that reached their limits.

    Where the server does not answer, the database counts, and the server is left alone for ten seconds.
    """

    def __init__(self, client: "Redis", prefix: str) -> None:
        self._client = client
        self._prefix = f"{prefix}rate:"
        self._instead = DatabaseStore()
        self._again_at: datetime | None = None

    def add(self, name: str, hits: int, *, expires_at: datetime) -> int:
        """`INCRBY` and `PEXPIRE`."""
        if self._answers():
            try:
                with self._client.pipeline() as pipeline:
                    pipeline.incrby(self._prefix + name, hits)
                    pipeline.pexpire(self._prefix + name, max(1, int((expires_at - now()).total_seconds() * 1000)))
                    return int(pipeline.execute()[0])
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        return self._instead.add(name, hits, expires_at=expires_at)

    def lock(self, name: str, *, expires_at: datetime) -> None:
        """`ZADD`, without those that are over."""
        if self._answers():
            try:
                with self._client.pipeline() as pipeline:
                    pipeline.zadd(f"{self._prefix}locked", {name: expires_at.timestamp()})
                    pipeline.zremrangebyscore(f"{self._prefix}locked", "-inf", now().timestamp())
                    pipeline.execute()
                    return
            except (RedisError, OSError) as error:
                self._leave_alone(error)
        self._instead.lock(name, expires_at=expires_at)

    def locked(self) -> list[Locked]:
        """`ZRANGEBYSCORE`."""
        if self._answers():
            moment = now()
            try:
                found = self._client.zrangebyscore(f"{self._prefix}locked", moment.timestamp(), "+inf", withscores=True)
            except (RedisError, OSError) as error:
                self._leave_alone(error)
            else:
                pairs = cast(list[tuple[bytes, float]], found)
                return [Locked(name.decode(), datetime.fromtimestamp(end, moment.tzinfo)) for name, end in pairs]
        return self._instead.locked()

    def _answers(self) -> bool:
        return self._again_at is None or now() >= self._again_at

    def _leave_alone(self, error: Exception) -> None:
        log.warning("Redis cannot be reached, the database counts: %s", type(error).__name__)
        self._again_at = now() + _LEFT_ALONE


def current() -> Store:
    """The store that the instance is configured for."""
    return _configured(instance.current())


def clear_expired() -> int:
    """Delete the rows of windows that are over; returns how many."""
    return RateCounter.objects.filter(expires_at__lte=now()).delete()[0]


@functools.lru_cache(maxsize=4)
def _configured(settings: InstanceSettings) -> Store:
    return RedisStore(redis.client(settings), settings.redis_prefix) if settings.redis_configured else DatabaseStore()
