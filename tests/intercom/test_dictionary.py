"""The dictionary of an account."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from flexiapi.accounts.events import AccountChanged, account_changed
from flexiapi.accounts.models import Account
from flexiapi.intercom.models import DictionaryEntry
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db: None) -> Account:
    return factories.an_account(factories.a_space())


@pytest.fixture
def admin(api: Api, account: Account) -> Api:
    return api.as_admin(account.space)


@pytest.fixture
def changes() -> Iterator[list[AccountChanged]]:
    """The changes of accounts that were announced."""
    heard: list[AccountChanged] = []
    account_changed.connect(heard.append)
    yield heard
    account_changed._receivers.remove(heard.append)


def test_set_read_overwrite_delete_clear(account: Account, admin: Api) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"

    assert admin.get(url).text == "{}"
    for value in ("blue", "red"):
        written = admin.post(f"{url}/color", {"value": value})
        assert (written.status, written.json) == (201, {"value": value})
    assert admin.post(f"{url}/floor", {"value": 2}).json == {"value": "2"}
    assert admin.get(url).json == {"color": "red", "floor": "2"}
    assert admin.get(f"{url}/color").json == {"value": "red"}
    deleted = admin.delete(f"{url}/color")
    assert (deleted.status, deleted.text) == (200, "1")
    assert admin.delete(f"{url}/color").text == "0"
    assert admin.get(f"{url}/color").status == 404
    admin.post(f"{url}/a", {"value": "b"})
    assert admin.delete(f"{url}/").text == "2"
    assert admin.delete(url).text == "0"
    assert admin.get(url).text == "{}"


def test_overwriting_puts_the_entry_last(account: Account, admin: Api) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"
    for key in ("a", "b", "a"):
        admin.post(f"{url}/{key}", {"value": key})

    assert admin.get(f"{url}/").text == '{"b":"b","a":"a"}'
    assert admin.get(f"/api/accounts/{account.pk}").json["dictionary"] == {"b": "b", "a": "a"}


def test_a_key_named_clear_is_a_key(account: Account, admin: Api) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"
    for key in ("clear", "color"):
        admin.post(f"{url}/{key}", {"value": "x"})

    assert admin.delete(f"{url}/clear").text == "1"
    assert admin.get(url).json == {"color": "x"}


@pytest.mark.parametrize("key", ["a%20b", "%F0%9F%98%80", "%D7%A2", "a.b%3F%23%25", "Color", "%22%27%5C", "x" * 255])
def test_keys_of_any_characters(account: Account, admin: Api, key: str) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"
    admin.post(f"{url}/color", {"value": "lower"})

    assert admin.post(f"{url}/{key}", {"value": "1"}).status == 201
    assert admin.get(f"{url}/{key}").json == {"value": "1"}
    assert admin.get(f"{url}/color").json == {"value": "lower"}
    assert admin.delete(f"{url}/{key}").text == "1"


@pytest.mark.parametrize("value", [None, "", "  ", [], ["a"], {}, {"a": "b"}, True, "a\x00b", "a" * 256])
def test_bad_values(account: Account, admin: Api, value: Any) -> None:
    url = f"/api/accounts/{account.pk}/dictionary/color"
    admin.post(url, {"value": "blue"})

    answer = admin.post(url, {"value": value})

    assert (answer.status, list(answer.errors)) == (422, ["value"])
    assert admin.get(url).json == {"value": "blue"}


def test_bad_keys(account: Account, admin: Api) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"

    assert list(admin.post(f"{url}/{'x' * 256}", {"value": "1"}).errors) == ["key"]
    assert admin.post(f"{url}/a%00b", {"value": "1"}).status == 400
    assert admin.post(f"{url}/a/b", {"value": "1"}).status == 404
    assert admin.post(url, {"value": "1"}).status == 405
    assert admin.get(f"{url}/{'x' * 3000}").status == 404
    assert admin.delete(f"{url}/{'x' * 3000}").text == "0"
    assert not DictionaryEntry.objects.exists()


def test_values_of_any_characters(account: Account, admin: Api) -> None:
    url = f"/api/accounts/{account.pk}/dictionary/note"

    for value in ("😀", "עברית\u202e", "a\r\nb", "<script>", "é" * 255):
        assert admin.post(url, {"value": value}).json == {"value": value}
        assert admin.get(url).json == {"value": value}


def test_each_change_is_a_change_of_the_account(
    account: Account,
    admin: Api,
    changes: list[AccountChanged],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    url = f"/api/accounts/{account.pk}/dictionary"

    def heard(method: str, path: str, body: Any = None) -> list[str]:
        changes.clear()
        with django_capture_on_commit_callbacks(execute=True):
            admin.send(method, path, body)
        assert all(change.former_username == account.username for change in changes)
        return [change.identifier for change in changes]

    assert heard("POST", f"{url}/color", {"value": "x"}) == [account.identifier]
    assert heard("POST", f"{url}/color", {"value": []}) == []
    assert heard("DELETE", f"{url}/other") == []
    assert heard("DELETE", f"{url}/color") == [account.identifier]
    assert heard("DELETE", url) == []
    assert heard("POST", f"{url}/color", {"value": "x"}) == [account.identifier]
    assert heard("DELETE", url) == [account.identifier]
