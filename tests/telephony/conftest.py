"""What the tests of telephony share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.config import instance
from flexiapi.telephony import registrar as registrars
from flexiapi.telephony.registrar import MemoryRegistrar


@pytest.fixture
def registrar() -> Iterator[MemoryRegistrar]:
    """Flexisip's side of Redis, in memory."""
    found = MemoryRegistrar()
    with registrars.using(found):
        yield found


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory of its own."""
    with instance.override(flexiapi_data_dir=tmp_path):
        yield tmp_path
