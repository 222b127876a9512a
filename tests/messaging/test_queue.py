"""The queue between those who cause messages and those who send them."""

import json
import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from flexiapi.config import instance
from flexiapi.messaging import queue
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.services import enqueue_mail
from tests import factories, requirements

HOST, DATABASE = os.environ.get("TEST_REDIS_HOST", "127.0.0.1"), 6


@contextmanager
def redis_queue() -> Iterator[None]:
    """An instance with Redis."""
    client = Redis(host=HOST, db=DATABASE, socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        requirements.missing("a Redis server")
    client.close()
    with instance.override(redis_host=HOST, redis_db=DATABASE, redis_prefix=f"test{secrets.token_hex(4)}"):
        yield


@pytest.fixture(params=["file", "redis"])
def configured(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """An instance with either kind of queue."""
    if request.param == "redis":
        with redis_queue():
            yield
    else:
        with instance.override(flexiapi_data_dir=tmp_path):
            yield


def a_mail() -> Delivery:
    context = {"code": "4711", "expiration_minutes": 10}
    return enqueue_mail(factories.a_space(), template="register_validation", to="alice@example.net", context=context)


@pytest.mark.django_db(transaction=True)
def test_carries_the_number_and_nothing_else(configured: None, outbox: Any) -> None:
    delivery = a_mail()

    huey = queue.background()
    (item,) = huey.storage.enqueued_items()
    assert [delivery.pk] in json.loads(item)
    assert b"4711" not in item
    huey.execute(huey.dequeue())

    delivery.refresh_from_db()
    assert delivery.state == "sent"


@pytest.mark.parametrize(
    "settings", [{"redis_host": "127.0.0.1", "redis_port": 1}, {"flexiapi_data_dir": Path(__file__)}]
)
def test_one_that_does_not_work_fails_nobody(caplog: pytest.LogCaptureFixture, settings: dict[str, Any]) -> None:
    with instance.override(**settings):
        queue.send_soon(1)

    assert "The queue does not work" in caplog.text


def test_is_made_once_however_many_threads_ask_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = queue.SqliteHuey

    made = []

    def slowly(*args: Any, **options: Any) -> Any:
        time.sleep(0.05)
        made.append(make(*args, **options))
        return made[-1]

    monkeypatch.setattr(queue, "SqliteHuey", slowly)
    with instance.override(flexiapi_data_dir=tmp_path), ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: queue.background(), range(8)))

    assert found == made * 8
