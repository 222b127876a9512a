"""What the tests of the portal share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.telephony import registrar as registrars
from flexiapi.telephony.registrar import MemoryRegistrar
from tests import factories
from tests.portal.visitor import Visitor

PASSWORD = "a long s3cret"


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


@pytest.fixture
def owner(db: None) -> Account:
    """Somebody with a password."""
    return factories.an_account(factories.a_space(), "owner", password=PASSWORD)


@pytest.fixture
def browser(owner: Account) -> Visitor:
    """The owner, logged in."""
    visitor = Visitor(owner.space)
    visitor.let_in(owner)
    return visitor
