"""Who may use the endpoints of types, actions and dictionaries, and whose rows they reach."""

import pytest

from flexiapi.accounts.models import Account
from flexiapi.intercom.models import AccountAction, AccountType, AccountTypeMembership, DictionaryEntry
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

OF_ACCOUNTS = [
    ("POST", "/api/accounts/{account}/types/{free}", 200),
    ("DELETE", "/api/accounts/{account}/types/{type}", 200),
    ("GET", "/api/accounts/{account}/actions", 200),
    ("POST", "/api/accounts/{account}/actions", 201),
    ("GET", "/api/accounts/{account}/actions/{action}", 200),
    ("PUT", "/api/accounts/{account}/actions/{action}", 200),
    ("PATCH", "/api/accounts/{account}/actions/{action}", 200),
    ("DELETE", "/api/accounts/{account}/actions/{action}", 200),
    ("GET", "/api/accounts/{account}/dictionary", 200),
    ("DELETE", "/api/accounts/{account}/dictionary", 200),
    ("GET", "/api/accounts/{account}/dictionary/color", 200),
    ("POST", "/api/accounts/{account}/dictionary/color", 201),
    ("DELETE", "/api/accounts/{account}/dictionary/color", 200),
]
OF_THE_INSTANCE = [
    ("GET", "/api/account_types", 200),
    ("POST", "/api/account_types", 201),
    ("GET", "/api/account_types/{type}", 200),
    ("PUT", "/api/account_types/{type}", 200),
    ("PATCH", "/api/account_types/{type}", 200),
    ("DELETE", "/api/account_types/{type}", 200),
]
ALL = [*OF_ACCOUNTS, *OF_THE_INSTANCE]


class Scene:
    """An account with a type, an action and a dictionary entry."""

    def __init__(self) -> None:
        self.space = factories.a_space()
        self.account: Account = factories.an_account(self.space, dtmf_protocol="sipinfo")
        self.type, self.free = (AccountType.objects.create(key=key) for key in ("first", "second"))
        AccountTypeMembership.objects.create(account=self.account, account_type=self.type)
        self.action = AccountAction.objects.create(account=self.account, key="open", code="1")
        DictionaryEntry.objects.create(account=self.account, key="color", value="blue")

    def request(self, client: Api, method: str, path: str) -> int:
        """Send a valid request; returns the status."""
        path = path.format(account=self.account.pk, type=self.type.pk, free=self.free.pk, action=self.action.pk)
        body = {"key": "new", "code": "2", "value": "red"}
        return client.send(method, path, body if method in ("POST", "PUT", "PATCH") else None).status


def rows() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (AccountType, AccountTypeMembership, AccountAction, DictionaryEntry)
    ]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


@pytest.mark.parametrize(("method", "path", "status"), ALL)
def test_administrators_only(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()
    blocked = factories.an_account(scene.space, admin=True, blocked=True)
    stranger = factories.an_account(factories.a_space(), admin=True)
    here = api.on(scene.space)

    assert scene.request(here, method, path) == 401
    assert scene.request(here.with_key("wrong"), method, path) == 401
    for refused in (scene.account, blocked, stranger):
        assert scene.request(here.as_account(refused), method, path) == 403
    assert rows() == before

    assert scene.request(api.as_admin(scene.space), method, path) == status


@pytest.mark.parametrize(("method", "path", "status"), OF_ACCOUNTS)
def test_accounts_of_other_spaces(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    before = rows()

    assert scene.request(api.as_admin(factories.a_space()), method, path) == 404
    assert rows() == before

    assert scene.request(api.as_super_admin(), method, path) == status


@pytest.mark.parametrize(("method", "path", "status"), OF_THE_INSTANCE)
def test_types_are_the_same_for_all_spaces(api: Api, scene: Scene, method: str, path: str, status: int) -> None:
    assert scene.request(api.as_admin(factories.a_space()), method, path) == status


@pytest.mark.parametrize("path", sorted({path for _, path, _ in ALL if "{" in path}))
def test_ids_that_are_none(api: Api, scene: Scene, path: str) -> None:
    admin = api.as_admin(scene.space)

    for bad in ("0", "999999999", "9" * 30, "x", "-1", "1.5", "%F0%9F%98%80", "%D7%A2", "1%0A"):
        names = dict.fromkeys(("account", "type", "free", "action"), bad)
        assert admin.get(path.format(**names)).status in (404, 405), bad
