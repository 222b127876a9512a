"""What tests of credentials share."""

from collections.abc import Iterator

import pytest
from tests.identity import Provider, a_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A running identity provider."""
    with a_provider() as running:
        yield running
