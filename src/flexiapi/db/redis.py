"""The client of the Redis server that the instance is configured for."""

from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel

from flexiapi.config.instance import InstanceSettings

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 2.0


def client(settings: InstanceSettings) -> "Redis":
    """A client with a pool of connections: a lost one is opened anew once, a silent server is not asked again."""
    limits: dict[str, Any] = {"socket_connect_timeout": _CONNECT_SECONDS, "socket_timeout": _ANSWER_SECONDS}
    once_more = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    if settings.sentinel:
        asking = {
            "password": settings.redis_sentinel_password,
            "socket_connect_timeout": settings.redis_sentinel_timeout or _CONNECT_SECONDS,
            "socket_timeout": settings.redis_sentinel_read_timeout or _ANSWER_SECONDS,
        }
        servers = [(settings.redis_sentinel_host, settings.redis_sentinel_port)]
        sentinel = Sentinel(servers, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]
        return cast(
            "Redis",
            sentinel.master_for(  # type: ignore[no-untyped-call]
                settings.redis_sentinel_service,
                db=settings.redis_db,
                password=settings.redis_password,
                retry=once_more,
                **limits,
            ),
        )
    if settings.redis_url:
        return Redis.from_url(settings.redis_url, retry=once_more, **limits)
    return Redis(
        host=settings.redis_host or "127.0.0.1",
        port=settings.redis_port,
        password=settings.redis_password,
        db=settings.redis_db,
        retry=once_more,
        **limits,
    )
