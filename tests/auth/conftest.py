"""What tests of credentials share."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from redis import Redis
from redis.exceptions import RedisError
from tests import factories, requirements
from tests.identity import Provider, a_provider

from flexiapi.accounts.models import Account
from flexiapi.auth import limits
from flexiapi.config import instance

HOST, PORT, DATABASE = os.environ.get("TEST_REDIS_HOST", "127.0.0.1"), 6379, 5
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running identity provider."""
    with a_provider() as running:
        yield running


@pytest.fixture(params=["database", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the counts are shared."""
    if request.param == "database":
        yield "database"
        return
    client = Redis(host=HOST, port=PORT, db=DATABASE, socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        requirements.missing("a Redis server")
    prefix = f"test-{secrets.token_hex(4)}:"
    with instance.override(redis_host=HOST, redis_port=PORT, redis_db=DATABASE, redis_prefix=prefix):
        yield "redis"
    for key in client.scan_iter(f"{prefix}*"):
        client.delete(key)
    client.close()


@pytest.fixture
def clock(db: None) -> Iterator[Any]:
    """Limits on, at the beginning of a window."""
    limits.forget()
    with instance.override(rate_limit_credentials=True), time_machine.travel(START, tick=False) as traveller:
        yield traveller
    limits.forget()


@pytest.fixture
def alice(db: None) -> Account:
    """Somebody with a password."""
    return factories.an_account(factories.a_space(), "alice", password="right s3cret", email="alice@example.org")
