"""Debian's Linphone 5.1 library proves and changes an account through the real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account
from flexiapi.accounts.services import passwords
from flexiapi.spaces.models import Space
from tests import factories
from tests.interop.account_creator import BAD_ARGUMENTS, EXISTS, UNKNOWN, App
from tests.live.processes import wait_until
from tests.live.server import Server, serving

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]

DOMAIN, NUMBER = "sip.example.test", "+33612345678"


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that serves old apps, whose only Space answers on any host."""
    environment = {"APP_ROOT_HOST": "", "APP_DANGEROUS_ENDPOINTS": "true"}
    with serving(tmp_path_factory.mktemp("linphone"), environment=environment) as running:
        yield running


@pytest.fixture(params=["MD5", "SHA-256"])
def space(request: pytest.FixtureRequest) -> Space:
    """A Space of either algorithm."""
    factories.activate_countries("FR")
    return factories.a_space(DOMAIN, algorithm=request.param)


@pytest.fixture
def alice(space: Space) -> Account:
    """Somebody whose account a creation token made, not activated yet."""
    account = factories.an_account(space, "alice", password="s3cret", activated=False, confirmation_key="aB3" * 4 + "x")
    factories.a_creation_token(account)
    return account


@pytest.fixture
def app(server: Server, alice: Account, tmp_path: Path) -> App:
    """The app of alice."""
    return App(tmp_path, url=server.url, username="alice", domain=DOMAIN, password="s3cret")


def assert_reported(app: App, status: int, operation: str, **fields: str) -> None:
    """An operation, and what the library tells the app about it."""
    with app.asking(operation, **fields) as program:
        wait_until(lambda: "reported" in program.output, "liblinphone", seconds=40)
        assert f"reported [{status}]" in program.output


@pytest.mark.parametrize(("username", "status"), [("alice", EXISTS), ("carol", UNKNOWN)])
def test_a_name_is_looked_up(app: App, username: str, status: int) -> None:
    assert_reported(app, status, "is_account_exist", username=username)


def test_a_number_is_linked_by_its_code(app: App, alice: Account) -> None:
    with app.asking("link_account", phone_number="612345678,33") as program:
        wait_until(alice.phone_change_codes.exists, "liblinphone", running=program)
    pending = alice.phone_change_codes.get()
    assert pending.phone == NUMBER

    assert_reported(app, BAD_ARGUMENTS, "activate_alias", phone_number="612345678,33", activation_code="0000")
    assert Account.objects.get(pk=alice.pk).phone is None

    with app.asking("activate_alias", phone_number="612345678,33", activation_code=str(pending.code)) as program:
        wait_until(lambda: Account.objects.get(pk=alice.pk).phone is not None, "liblinphone", running=program)

    alice.refresh_from_db()
    assert (alice.phone, alice.activated) == (NUMBER, True)


def test_a_refused_number_is_told(app: App, alice: Account) -> None:
    assert_reported(app, BAD_ARGUMENTS, "link_account", phone_number="2125550123,1")
    assert not alice.phone_change_codes.exists()


def test_the_key_of_a_mail_activates(app: App, alice: Account) -> None:
    # Without a number 5.1 has no answer to "which account", and asks nobody.
    fields = {"activation_code": str(alice.confirmation_key), "phone_number": "612345678,33"}
    with app.asking("activate_account", **fields) as program:
        wait_until(lambda: Account.objects.get(pk=alice.pk).activated, "liblinphone", running=program)


def test_the_password_is_changed(app: App, alice: Account) -> None:
    algorithm = alice.passwords.get().algorithm

    # 5.1 takes the old password from the creator's user data.
    with app.asking("update_account", password="another s3cret", algorithm=algorithm, user_data="s3cret") as program:
        wait_until(lambda: passwords.matches(alice, "another s3cret"), "liblinphone", running=program)

    assert [row.algorithm for row in alice.passwords.all()] == [algorithm]
    assert Account.objects.get(pk=alice.pk).activated
