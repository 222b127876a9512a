"""The queue of background work: a file in the data directory, or Redis where it is configured.

It makes sending quick, not safe: whatever gets lost here is found in the database by the periodic sweep.
"""

import functools
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from huey import Huey, RedisHuey, SqliteHuey  # type: ignore[import-untyped]
from huey.registry import Message  # type: ignore[import-untyped]
from huey.serializer import Serializer  # type: ignore[import-untyped]
from redis import ConnectionPool, Redis, RedisError
from redis.sentinel import Sentinel

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings
from flexiapi.db import connections

from . import sending

log = logging.getLogger(__name__)

_NAME = "flexiapi"
_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 5.0
_BUSY_SECONDS = 5


class _Json(Serializer):  # type: ignore[misc]
    """Messages as JSON: nothing that is read from the queue can be code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(data))


def send_soon(delivery_id: int) -> None:
    """Have a delivery sent in the background, or at once where `DELIVERIES_INLINE` says so.

    A queue that does not work is logged: the sweep sends.
    """
    if instance.current().deliveries_inline:
        sending.deliver(delivery_id)
        return
    try:
        _ready().deliver(delivery_id)
    except (sqlite3.Error, RedisError, OSError) as error:
        log.warning("The queue does not work: %s", type(error).__name__)


def background() -> Huey:
    """The queue with its tasks known, for the worker."""
    return _ready().queue


class _Ready(NamedTuple):
    queue: Huey
    deliver: Callable[[int], Any]


_making = threading.Lock()


def _ready() -> _Ready:
    """The queue and its task, made once however many threads ask first: a queue takes a task of one name once."""
    with _making:
        return _made(instance.current())


@functools.lru_cache(maxsize=2)
def _made(settings: InstanceSettings) -> _Ready:
    def deliver(delivery_id: int) -> None:
        with connections.kept():
            sending.deliver(delivery_id)

    queue = _queue(settings)
    return _Ready(queue, queue.task(name="deliver")(deliver))


def _queue(settings: InstanceSettings) -> Huey:
    options: dict[str, Any] = {"results": False, "serializer": _Json()}
    if settings.redis_configured:
        return RedisHuey(f"{settings.redis_prefix}{_NAME}", connection_pool=_pool(settings), **options)
    settings.flexiapi_data_dir.mkdir(parents=True, exist_ok=True)
    file = settings.flexiapi_data_dir / "queue.sqlite3"
    return SqliteHuey(_NAME, filename=str(file), timeout=_BUSY_SECONDS, **options)


def _pool(settings: InstanceSettings) -> ConnectionPool:
    limits: dict[str, Any] = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _ANSWER_SECONDS}
    if settings.sentinel:
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            [(settings.redis_sentinel_host, settings.redis_sentinel_port)],
            sentinel_kwargs={"password": settings.redis_sentinel_password, **limits},
        )
        client: Redis = sentinel.master_for(  # type: ignore[no-untyped-call]
            settings.redis_sentinel_service, db=settings.redis_db, password=settings.redis_password, **limits
        )
        return client.connection_pool
    if settings.redis_url:
        return ConnectionPool.from_url(settings.redis_url, **limits)
    return ConnectionPool(
        host=settings.redis_host or "127.0.0.1",
        port=settings.redis_port,
        password=settings.redis_password,
        db=settings.redis_db,
        **limits,
    )
