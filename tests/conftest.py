"""What all tests share: an instance of their own, a client for the API, and required services."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from flexiapi.auth import keys
from flexiapi.http.static import StaticFiles
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


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Iterator[None]:
    """Every client of a test begins with middleware of its own; reading the same directory again takes most of that."""
    listed: dict[tuple[str, str], dict[str, Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        list_files = StaticFiles.update_files_dictionary

        def remembered(self: StaticFiles, root: str, prefix: str) -> None:
            if (root, prefix) not in listed:
                list_files(self, root, prefix)
                listed[root, prefix] = dict(self.files)
            self.files.update(listed[root, prefix])

        patch.setattr(StaticFiles, "update_files_dictionary", remembered)
        yield


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
