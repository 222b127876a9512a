"""The account creator of Debian's Linphone 5.1 against the real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account, PhoneChangeCode
from flexiapi.auth.models import Opaque
from flexiapi.spaces.models import Space
from tests import factories
from tests.interop.account_creator import AccountCreator
from tests.live.server import Server, serving

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]

EXISTS, EXISTS_NOT, BAD_ARGUMENTS = 6, 8, 2
"""What the library calls `LinphoneAccountCreatorStatus`."""

DOMAIN = "sip.example.test"
NUMBER = "+33612345678"


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose only Space answers on any host, with the endpoints of old apps."""
    environment = {"APP_ROOT_HOST": "", "APP_DANGEROUS_ENDPOINTS": "true"}
    with serving(tmp_path_factory.mktemp("creator"), environment=environment) as running:
        yield running


@pytest.fixture
def space() -> Space:
    return factories.a_space(DOMAIN)


@pytest.fixture
def alice(space: Space) -> Account:
    account = factories.an_account(space, "alice", password="s3cret", activated=False)
    factories.a_password(account, "s3cret", "MD5")
    factories.a_creation_token(account)
    return account


@pytest.fixture
def app(alice: Account, server: Server, tmp_path: Path) -> AccountCreator:
    return AccountCreator(tmp_path, f"{server.url}/api/", alice.username, DOMAIN, "s3cret")


def test_a_phone_number_is_linked_by_its_code(app: AccountCreator, alice: Account) -> None:
    factories.activate_countries("FR")

    app.call("link_account", phone_number=NUMBER)

    pending = PhoneChangeCode.objects.get(account=alice)
    assert (pending.phone, Opaque.objects.count()) == (NUMBER, 1)
    assert app.call("activate_alias", phone_number=NUMBER, activation_code="0000") == BAD_ARGUMENTS
    assert Account.objects.get(pk=alice.pk).phone is None

    app.call("activate_alias", phone_number=NUMBER, activation_code=pending.code)

    assert Account.objects.get(pk=alice.pk).phone == NUMBER


def test_a_refused_number_is_told(app: AccountCreator, alice: Account) -> None:
    assert app.call("link_account", phone_number=NUMBER) == BAD_ARGUMENTS
    assert not PhoneChangeCode.objects.exists()


def test_an_account_is_looked_for(app: AccountCreator, server: Server, tmp_path: Path) -> None:
    nobody = AccountCreator(tmp_path, f"{server.url}/api/", "nobody", DOMAIN, "s3cret")

    assert app.call("is_account_exist") == EXISTS
    assert nobody.call("is_account_exist") == EXISTS_NOT
