"""Second factors from the administrator's side."""

from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.auth.models import ApiKey, AuthToken, FactorRecoveryCode, Passkey, TotpSecret
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


class TestKeysOfAdministrators:
    """A key opens all that administrators may do: the password alone must not make one past the second factor."""

    REFUSED = (403, "Administrators with a second factor make their API keys in the portal")

    @pytest.fixture
    def root(self, alice: Account) -> Account:
        Account.objects.filter(pk=alice.pk).update(admin=True)
        alice.refresh_from_db()
        return alice

    def test_not_by_digest(self, root: Account, api: Api) -> None:
        answer = api.on(root.space).digest("GET", "/api/accounts/me/api_key", root, PASSWORD)

        assert (answer.status, answer.message) == self.REFUSED
        assert not ApiKey.objects.filter(account=root).exists()
        assert api.on(root.space).digest("GET", "/api/accounts/me", root, PASSWORD).status == 200

    def test_not_by_an_auth_token(self, root: Account, api: Api) -> None:
        here = api.on(root.space)
        token = here.post("/api/accounts/auth_token").json["token"]
        assert here.digest("GET", f"/api/accounts/auth_token/{token}/attach", root, PASSWORD).status == 200

        answer = here.get(f"/api/accounts/me/api_key/{token}")

        assert (answer.status, answer.message) == self.REFUSED
        assert not ApiKey.objects.filter(account=root).exists()
        assert AuthToken.objects.filter(token=token).exists()

    def test_a_key_makes_a_key(self, root: Account, api: Api) -> None:
        assert api.as_account(root).get("/api/accounts/me/api_key").status == 200

    def test_nothing_changes_for_others(self, alice: Account, api: Api) -> None:
        plain = factories.an_account(alice.space, admin=True, password=PASSWORD)

        for account in (alice, plain):
            assert api.on(alice.space).digest("GET", "/api/accounts/me/api_key", account, PASSWORD).status == 200


def test_a_super_administrator_does_on_every_host(alice: Account, api: Api) -> None:
    assert api.as_super_admin().delete(f"/api/accounts/{alice.pk}/second_factor").status == 200
    assert left() == 0


def test_it_goes_with_the_account(alice: Account, api: Api) -> None:
    assert api.as_admin(alice.space).delete(f"/api/accounts/{alice.pk}").status == 200
    assert left() == 0
