"""What all tests share: an instance of their own, a client for the API, and required services."""

import secrets
from collections.abc import Iterator

import pytest

from flexiapi.auth import keys
from flexiapi.spaces import queries
from tests import outbox as outboxes
from tests.api import Api

DATABASE_MARK = pytest.mark.database


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that use the database belong to the part that runs on every engine."""
    for item in items:
        if "db" in getattr(item, "fixturenames", ()) or item.get_closest_marker("django_db"):
            item.add_marker(DATABASE_MARK)


@pytest.fixture
def api(db: None) -> Api:
    """A client that speaks to the product as apps and tools do."""
    return Api()


@pytest.fixture(autouse=True)
def _fresh_process_state() -> Iterator[None]:
    """Forget what the process remembers of rows that the last test made."""
    queries.forget_cached()
    keys._counts.clear()
    yield


@pytest.fixture
def outbox(db: None) -> Iterator[outboxes.Outbox]:
    """What the product sends during the test."""
    with outboxes.outbox() as opened:
        yield opened


@pytest.fixture
def password() -> str:
    """A password that nobody knows."""
    return secrets.token_urlsafe(9)
