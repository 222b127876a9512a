"""What is said to and read from Flexisip by Redis: the registrar's contacts, and notices on its channels.

The record of an address is the hash `fs:user@domain`, a field for each contact (`docs/wire/telephony.md`).
"""

import functools
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, cast

from redis import Redis, RedisError

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings
from flexiapi.db import redis

log = logging.getLogger(__name__)

_GLOBAL_DOMAIN = "merged"


class Unreachable(Exception):
    """The registrar's Redis does not answer."""


class Registrar(Protocol):
    """Flexisip's side of Redis. Every method may raise `Unreachable`."""

    def contacts(self, address: str) -> dict[str, str]:
        """The Contact header fields of `user@domain` by their field names."""

    def remove(self, address: str, fields: Sequence[str]) -> int:
        """Remove contacts; returns how many were there."""

    def forget(self, address: str) -> None:
        """Remove the whole record of an address."""

    def publish(self, channel: str, message: str) -> None:
        """Tell the subscribers of a channel."""


class NoRegistrar:
    """Where no Redis is configured: nobody is registered, nobody listens."""

    def contacts(self, address: str) -> dict[str, str]:
        """Nothing."""
        return {}

    def remove(self, address: str, fields: Sequence[str]) -> int:
        """Nothing was there."""
        return 0

    def forget(self, address: str) -> None:
        """Nothing to forget."""

    def publish(self, channel: str, message: str) -> None:
        """Nobody listens."""


class MemoryRegistrar:
    """A registrar of this process alone, for tests; `reachable` plays its failure."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, str]] = {}
        self.published: list[tuple[str, str]] = []
        self.reachable = True

    def contacts(self, address: str) -> dict[str, str]:
        """A copy of the record."""
        self._reach()
        return dict(self.records.get(address, {}))

    def remove(self, address: str, fields: Sequence[str]) -> int:
        """Remove fields of the record."""
        self._reach()
        record = self.records.get(address, {})
        return sum(record.pop(field, None) is not None for field in fields)

    def forget(self, address: str) -> None:
        """Remove the record."""
        self._reach()
        self.records.pop(address, None)

    def publish(self, channel: str, message: str) -> None:
        """Keep the message."""
        self._reach()
        self.published.append((channel, message))

    def _reach(self) -> None:
        if not self.reachable:
            raise Unreachable("played")


class RedisRegistrar:
    """The registrar of a running Flexisip. Keys have the prefix, channels do not: Flexisip knows none."""

    def __init__(self, client: "Redis", prefix: str = "") -> None:
        self._client = client
        self._prefix = prefix

    def contacts(self, address: str) -> dict[str, str]:
        """`HGETALL`."""
        with _reaching():
            found = cast(dict[bytes, bytes], self._client.hgetall(self._key(address)))
        return {name.decode(errors="replace"): value.decode(errors="replace") for name, value in found.items()}

    def remove(self, address: str, fields: Sequence[str]) -> int:
        """`HDEL`."""
        with _reaching():
            return self._client.hdel(self._key(address), *fields) if fields else 0

    def forget(self, address: str) -> None:
        """`DEL`."""
        with _reaching():
            self._client.delete(self._key(address))

    def publish(self, channel: str, message: str) -> None:
        """`PUBLISH`."""
        with _reaching():
            self._client.publish(channel, message)

    def _key(self, address: str) -> str:
        return f"{self._prefix}fs:{address}"


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unreachable(type(error).__name__) from error


_played: Registrar | None = None


def current() -> Registrar:
    """The registrar that the instance is configured for."""
    return _played if _played is not None else _configured(instance.current())


@contextmanager
def using(registrar: Registrar) -> Iterator[None]:
    """Let `current()` answer another registrar until the block ends. For tests."""
    global _played
    before, _played = _played, registrar
    try:
        yield
    finally:
        _played = before


def address(username: str, domain: str) -> str:
    """The address under which Flexisip files an account; with its `use-global-domain` that is `user@merged`."""
    return f"{username}@{_GLOBAL_DOMAIN if instance.current().flexisip_use_global_domain else domain}"


def tell(channel: str, message: str) -> None:
    """Publish; where Redis cannot be reached this is only logged: no request fails by it."""
    try:
        current().publish(channel, message)
    except Unreachable as error:
        log.warning("Redis could not be told: %s", error)


@functools.lru_cache(maxsize=4)
def _configured(settings: InstanceSettings) -> Registrar:
    return RedisRegistrar(redis.client(settings), settings.redis_prefix) if settings.redis_configured else NoRegistrar()
