"""The registrar of a real Redis."""

import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from tests import factories, requirements
from tests.api import Api
from tests.live.processes import running, wait_until

from flexiapi.config import instance
from flexiapi.telephony import registrar
from flexiapi.telephony.registrar import RedisRegistrar, Unreachable

HOST, PORT, DATABASE = os.environ.get("TEST_REDIS_HOST", "127.0.0.1"), 6379, 5
UUID = "urn:uuid:5c2f3d6e-0000-4000-8000-00000000000a"


@pytest.fixture
def redis() -> Iterator[Any]:
    """A client of the server that the tests use; its keys carry random names."""
    client = Redis(host=HOST, port=PORT, db=DATABASE, socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        requirements.missing("a Redis server")
    yield client
    client.close()


@pytest.fixture
def configured(redis: Any) -> Iterator[str]:
    """An instance that is configured for it; gives the prefix of its keys."""
    prefix = f"test-{secrets.token_hex(4)}:"
    with instance.override(redis_host=HOST, redis_port=PORT, redis_db=DATABASE, redis_prefix=prefix):
        yield prefix
    for key in redis.scan_iter(f"{prefix}*"):
        redis.delete(key)


def contact(username: str) -> str:
    """A contact with a display name."""
    return (
        f'"Alice" <sip:{username}@192.0.2.7:5061;expires=3600;updatedAt={int(time.time())}'
        f'?user-agent=LinphoneAndroid%2F5.2.3%20%28Pixel%207%29>;+sip.instance="<{UUID}>"'
    )


@pytest.mark.django_db
def test_devices_are_read_and_removed(api: Api, redis: Any, configured: str) -> None:
    account = factories.an_account(factories.a_space(f"{secrets.token_hex(4)}.example.org"))
    key = f"{configured}fs:{account.identifier}"
    redis.hset(key, f'"<{UUID}>"', contact(account.username))
    listener = redis.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(account.identifier)
    assert listener.get_message(timeout=1) is None  # the subscription itself
    client = api.as_account(account)

    assert list(client.get("/api/accounts/me/devices").json) == [UUID]
    assert client.delete(f"/api/accounts/me/devices/{UUID}").text == "1"

    assert redis.hgetall(key) == {}
    message = listener.get_message(timeout=2)
    assert message is not None
    assert (message["channel"], message["data"]) == (account.identifier.encode(), b"")
    listener.close()


def test_a_lost_connection_is_opened_anew(redis: Any, configured: str) -> None:
    server = registrar.current()
    assert isinstance(server, RedisRegistrar)
    server.publish("nobody@listens", "")
    name = server._client.client_getname()
    assert name is None
    redis.client_kill_filter(_id=server._client.client_id())

    assert server.contacts("nobody@example.org") == {}


def test_urls_are_understood(redis: Any) -> None:
    with instance.override(redis_host=None, redis_url=f"redis://{HOST}:{PORT}/{DATABASE}"):
        assert registrar.current().contacts(f"{secrets.token_hex(4)}@example.org") == {}


def test_a_closed_port_is_told_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.monotonic()

    with instance.override(redis_host="127.0.0.1", redis_port=port), pytest.raises(Unreachable):
        registrar.current().contacts("alice@example.org")

    assert time.monotonic() - started < 2


def test_a_silent_server_costs_seconds_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        port = silent.getsockname()[1]
        with instance.override(redis_host="127.0.0.1", redis_port=port), pytest.raises(Unreachable):
            registrar.current().contacts("alice@example.org")

    assert time.monotonic() - started < 4


def test_sentinel_is_asked_for_the_server() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sentinel = {"redis_client": "phpredis-sentinel", "redis_sentinel_host": "127.0.0.1", "redis_sentinel_port": port}

    with instance.override(**sentinel), pytest.raises(Unreachable):
        registrar.current().contacts("alice@example.org")


@contextmanager
def sentinel(folder: Path) -> Iterator[tuple[int, int]]:
    """A Redis of its own that a Sentinel watches; gives both ports."""
    program = requirements.program("redis-server")
    port, watcher = requirements.free_port(), requirements.free_port()
    (folder / "watcher.conf").write_text(f"sentinel monitor flexisip 127.0.0.1 {port} 1\n")
    plain = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    watching = [program, str(folder / "watcher.conf"), "--sentinel", "--bind", "127.0.0.1", "--port", str(watcher)]
    with running(plain, folder) as server:
        wait_until(lambda: answers(port), "redis-server", running=server)
        with running(watching, folder) as sentinel:
            wait_until(lambda: answers(watcher), "the Sentinel", running=sentinel)
            yield port, watcher


def answers(port: int) -> bool:
    """Whether a server of Redis's kind answers."""
    client = Redis(host="127.0.0.1", port=port, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


@pytest.mark.django_db
def test_sentinel_names_the_server(api: Api, tmp_path: Path) -> None:
    account = factories.an_account(factories.a_space())
    with sentinel(tmp_path) as (port, watcher):
        server = Redis(host="127.0.0.1", port=port)
        server.hset(f"fs:{account.identifier}", f'"<{UUID}>"', contact(account.username))
        settings = {
            "redis_client": "phpredis-sentinel",
            "redis_sentinel_host": "127.0.0.1",
            "redis_sentinel_port": watcher,
            "redis_sentinel_service": "flexisip",
        }
        client = api.as_account(account)
        with instance.override(**settings):
            assert list(client.get("/api/accounts/me/devices").json) == [UUID]
            assert client.delete(f"/api/accounts/me/devices/{UUID}").text == "1"
        assert server.hgetall(f"fs:{account.identifier}") == {}
        server.close()
