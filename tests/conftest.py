"""What all tests share: an instance of their own, a client for the API, and required services."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_directory = Path(tempfile.mkdtemp(prefix="flexiapi-tests-"))
(_directory / "config").mkdir()
os.environ.update(
    APP_ENV="testing",
    APP_KEY="",
    APP_ROOT_HOST="example.org",
    FLEXIAPI_DATA_DIR=str(_directory / "data"),
    FLEXIAPI_CONFIG_DIR=str(_directory / "config"),
    RATE_LIMIT_CREDENTIALS="false",
    RATE_LIMIT_API_PER_MINUTE="0",
    LOG_CHANNEL="null",
)
os.environ.setdefault("DB_CONNECTION", "sqlite")

from tests.api import Api  # noqa: E402 the environment comes first

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
    from flexiapi.auth import keys
    from flexiapi.spaces import queries

    queries.forget_cached()
    keys._counts.clear()
    yield


@pytest.fixture
def password() -> str:
    """A password that nobody knows."""
    return secrets.token_urlsafe(9)
