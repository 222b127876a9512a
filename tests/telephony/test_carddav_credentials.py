"""An account's credentials on the directories of its Space."""

import hashlib

import pytest
from tests import factories
from tests.api import Api

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.telephony.models import CardDavCredential

pytestmark = pytest.mark.django_db

BODY = {"username": "alice", "password": " pass ", "realm": "dav", "algorithm": "SHA-256"}


@pytest.fixture
def account() -> Account:
    """An account of a Space with the feature."""
    return factories.an_account(factories.a_space(carddav_user_credentials=True))


@pytest.fixture
def server(account: Account) -> CardDavServer:
    """A directory of its Space."""
    return CardDavServer.objects.create(space=account.space, uri="https://dav.example.org")


@pytest.fixture
def path(account: Account, server: CardDavServer) -> str:
    """The resource."""
    return f"/api/accounts/{account.pk}/carddavs/{server.pk}"


def listed(account: Account) -> str:
    """The list."""
    return f"/api/accounts/{account.pk}/carddavs"


def test_life(api: Api, account: Account, server: CardDavServer, path: str) -> None:
    admin = api.as_admin(account.space)
    assert (admin.get(listed(account)).text, admin.get(path).status) == ("{}", 404)

    assert (admin.put(path, BODY).text, admin.patch(path, {**BODY, "realm": "other"}).text) == ("1", "1")

    entry = {
        "carddav_id": server.pk,
        "username": "alice",
        "realm": "other",
        "algorithm": "SHA-256",
        "password": hashlib.sha256(b"alice:other: pass ").hexdigest(),
    }
    assert admin.get(path).json == entry
    assert admin.get(listed(account)).json == {str(server.pk): entry}
    assert admin.delete(path).text == "1"
    assert (admin.get(path).status, admin.get(listed(account)).text, admin.delete(path).status) == (404, "{}", 404)
    assert CardDavServer.objects.filter(pk=server.pk).exists()


def test_md5(api: Api, account: Account, path: str) -> None:
    api.as_admin(account.space).put(path, {**BODY, "algorithm": "MD5"})

    assert CardDavCredential.objects.get().password == hashlib.md5(b"alice:dav: pass ").hexdigest()


def test_removal_leaves_the_others(api: Api, account: Account, server: CardDavServer, path: str) -> None:
    other = factories.an_account(account.space)
    admin = api.as_admin(account.space)
    admin.put(path, BODY)
    admin.put(f"{listed(other)}/{server.pk}", BODY)

    admin.delete(path)

    assert list(admin.get(listed(other)).json) == [str(server.pk)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", None),
        ("username", "a" * 65),
        ("password", None),
        ("password", {"a": 1}),
        ("realm", None),
        ("realm", "a" * 256),
        ("algorithm", None),
        ("algorithm", "SHA-512"),
    ],
)
def test_bad_values(api: Api, account: Account, path: str, field: str, value: object) -> None:
    answer = api.as_admin(account.space).put(path, {**BODY, field: value})

    assert (answer.status, list(answer.errors)) == (422, [field])
    assert not CardDavCredential.objects.exists()


def test_a_directory_of_another_space_is_unknown(api: Api, account: Account) -> None:
    foreign = CardDavServer.objects.create(space=factories.a_space(), uri="https://dav.example.com")

    assert api.as_admin(account.space).put(f"{listed(account)}/{foreign.pk}", BODY).status == 404


def test_the_feature_is_switched_per_space(api: Api, account: Account, path: str) -> None:
    admin, boss = api.as_admin(account.space), api.as_super_admin()
    assert boss.put(path, BODY).text == "1"
    Space.objects.filter(pk=account.space.pk).update(carddav_user_credentials=False, updated_at=None)

    for client in (admin, boss):
        for method in ("GET", "PUT", "DELETE"):
            answer = client.send(method, path, BODY)
            assert (answer.status, answer.message) == (403, "CardDav Credentials features disabled")


def test_access(api: Api, account: Account, path: str) -> None:
    there = factories.a_space(carddav_user_credentials=True)
    for method in ("GET", "PUT", "DELETE"):
        assert api.on(account.space).send(method, path, BODY).status == 401
        assert api.as_account(account).send(method, path, BODY).status == 403
        assert api.as_admin(there).send(method, path, BODY).status == 404
        assert api.as_admin(factories.a_space()).send(method, path, BODY).status == 403
    assert api.as_admin(account.space).post(path, BODY).status == 405
    assert not CardDavCredential.objects.exists()


def test_they_are_provisioned(api: Api, account: Account, path: str, password: str) -> None:
    factories.set_password(account, password)
    api.as_admin(account.space).put(path, BODY)

    document = api.as_account(account).get("/provisioning/me", X_Linphone_Provisioning="1").text

    assert CardDavCredential.objects.get().password in document
