"""Second factors from the administrator's side."""

from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.auth.models import FactorRecoveryCode, Passkey, TotpSecret
from flexiapi.operations.models import AuditRecord
from tests import factories
from tests.api import Api
from tests.portal.authenticator import protected
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

PASSWORD = "a long s3cret"


@pytest.fixture
def alice(db: None) -> Account:
    """Somebody with an authenticator app, a passkey and recovery codes."""
    account = factories.an_account(factories.a_space(), "alice", password=PASSWORD)
    protected(account, PASSWORD)
    Passkey.objects.create(account=account, name="Key", host=account.space.host, credential_hash="0" * 64)
    return account


def left() -> int:
    return TotpSecret.objects.count() + Passkey.objects.count() + FactorRecoveryCode.objects.count()


def test_administrators_see_what_there_is(alice: Account, api: Api) -> None:
    bob = factories.an_account(alice.space)
    client = api.as_admin(alice.space)

    assert client.get(f"/api/accounts/{alice.pk}/second_factor").json == {
        "authenticator_app": True,
        "passkeys": 1,
        "recovery_codes": 10,
    }
    assert client.get(f"/api/accounts/{bob.pk}/second_factor").json == {
        "authenticator_app": False,
        "passkeys": 0,
        "recovery_codes": 0,
    }


def test_they_take_it_away(alice: Account, api: Api, django_capture_on_commit_callbacks: Any) -> None:
    client = api.as_admin(alice.space)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.delete(f"/api/accounts/{alice.pk}/second_factor")

    assert (answer.status, answer.body) == (200, b"")
    assert left() == 0
    assert Visitor(alice.space).log_in(alice, PASSWORD).url == "/dashboard"
    record = AuditRecord.objects.get(action="second_factor.reset")
    assert (record.object, record.method, record.ip) == (alice.identifier, "key", "127.0.0.1")
    assert client.delete(f"/api/accounts/{alice.pk}/second_factor").status == 200


def test_others_do_not(alice: Account, api: Api) -> None:
    before = left()
    clients = {
        "the administrator of another Space, here": api.as_admin(factories.a_space()).on(alice.space),
        "the administrator of another Space, at home": api.as_admin(factories.a_space()),
        "the account itself": api.as_account(alice),
        "nobody": api.on(alice.space),
    }

    statuses = {who: client.delete(f"/api/accounts/{alice.pk}/second_factor").status for who, client in clients.items()}

    assert list(statuses.values()) == [403, 404, 403, 401], statuses
    assert left() == before


def test_a_super_administrator_does_on_every_host(alice: Account, api: Api) -> None:
    assert api.as_super_admin().delete(f"/api/accounts/{alice.pk}/second_factor").status == 200
    assert left() == 0


def test_it_goes_with_the_account(alice: Account, api: Api) -> None:
    assert api.as_admin(alice.space).delete(f"/api/accounts/{alice.pk}").status == 200
    assert left() == 0
