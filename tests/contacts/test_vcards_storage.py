"""The vCards that accounts keep."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexiapi.contacts.models import Vcard
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

UID = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
CARD = f"BEGIN:VCARD\nVERSION:4.0\nFN:Anna 😀 עברית\nUID:{UID}\nX-LONG:{'é' * 20}\nEND:VCARD"


@pytest.fixture(params=["own", "administered"])
def storage(request: pytest.FixtureRequest, api: Api) -> tuple[Api, str]:
    """A client and the URL of an account's cards: for itself, and for its administrator."""
    space = factories.a_space()
    account = factories.an_account(space)
    if request.param == "own":
        return api.as_account(account), "/api/accounts/me/vcards-storage"
    return api.as_admin(space), f"/api/accounts/{account.pk}/vcards-storage"


def test_keep_show_replace_forget(storage: tuple[Api, str]) -> None:
    client, url = storage

    assert client.get(url).text == "{}"
    created = client.post(url, {"vcard": CARD})
    assert created.status == 201
    assert set(created.json) == {"vcard", "created_at", "updated_at"}
    assert created.json["vcard"] == CARD + "\n"
    assert client.get(url).json == {UID: created.json}
    assert client.get(f"{url}/{UID}").json == created.json
    for replace in (client.put, client.patch):
        replaced = replace(f"{url}/{UID}", {"vcard": CARD.replace("Anna", "Bea")})
        assert (replaced.status, replaced.json["vcard"]) == (200, CARD.replace("Anna", "Bea") + "\n")
    assert Vcard.objects.count() == 1
    deleted = client.delete(f"{url}/{UID}")
    assert (deleted.status, deleted.text) == (200, "1")
    for send in (client.get, client.delete):
        assert send(f"{url}/{UID}").status == 404
    assert client.put(f"{url}/{UID}", {"vcard": CARD}).status == 404


def test_a_uid_is_kept_once_an_account(storage: tuple[Api, str]) -> None:
    client, url = storage
    Vcard.objects.create(account=factories.an_account(factories.a_space()), uuid=UID, vcard=CARD)
    client.post(url, {"vcard": CARD})

    again = client.post(url, {"vcard": CARD.replace("Anna", "Bea")})

    assert (again.status, again.json) == (409, {"message": "Vcard already exists"})
    assert client.post(url, {"vcard": CARD.replace("urn:uuid:f", "URN:UUID:F")}).status == 201
    assert len(client.get(url).json) == 2


def test_a_replacement_has_the_same_uid(storage: tuple[Api, str]) -> None:
    client, url = storage
    client.post(url, {"vcard": CARD})

    for other in (CARD.replace(UID, "other"), CARD.replace(UID, UID.upper())):
        answer = client.put(f"{url}/{UID}", {"vcard": other})
        assert (answer.status, answer.json) == (422, {"message": "UUID should be the same"})
    assert client.get(f"{url}/{UID}").json["vcard"] == CARD + "\n"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "The vcard field is required."),
        ("", "The vcard field is required."),
        ([], "The vcard must be a string."),
        ([CARD], "The vcard must be a string."),
        ({"a": CARD}, "The vcard must be a string."),
        (7, "The vcard must be a string."),
        ("😀", "Invalid vcard passed"),
        (CARD.replace(f"UID:{UID}\n", ""), "Invalid vcard passed"),
        (CARD.replace("FN:", "FN:\x00"), "Invalid vcard passed"),
        (CARD.replace(UID, "a" * 256), "Invalid vcard passed"),
        (CARD.replace("FN:", "FN:" + "a" * 70_000), "Invalid vcard passed"),
    ],
)
def test_bad_values(storage: tuple[Api, str], value: Any, message: str) -> None:
    client, url = storage
    client.post(url, {"vcard": CARD})

    for answer in (client.post(url, {"vcard": value}), client.put(f"{url}/{UID}", {"vcard": value})):
        assert answer.status == 422
        assert answer.errors == {"vcard": [message]}
    assert [found["vcard"] for found in client.get(url).json.values()] == [CARD + "\n"]


@pytest.mark.parametrize(
    "uid", ["a" * 255, "https%3A%2F%2Fexample.org%2Fa", "a%20b%3F", "%F0%9F%98%80", "%D7%A2", "%22%27%5C"]
)
def test_any_uid_can_be_addressed(storage: tuple[Api, str], uid: str) -> None:
    client, url = storage

    assert client.post(url, {"vcard": CARD.replace(UID, unquote(uid))}).status == 201
    assert client.get(f"{url}/{uid}").status == 200
    assert client.delete(f"{url}/{uid}").text == "1"


def test_line_ends_and_order_are_brought_into_form(storage: tuple[Api, str]) -> None:
    client, url = storage
    sent = "begin:vcard\r\nfn:Anna\r\n\r\nuid:one\r\nnote:a\r\n b\r\nversion:3.0\r\nend:vcard\r\n"

    stored = client.post(url, {"vcard": sent}).json["vcard"]

    assert stored == "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nUID:one\nNOTE:ab\nEND:VCARD\n"


class TestDownload:
    def test_all_and_one(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account).using(Accept="text/vcard")
        second = CARD.replace(UID, "a/b")
        for card in (CARD, second):
            client.post("/api/accounts/me/vcards-storage", {"vcard": card})

        everything, one = client.get("/vcards-storage"), client.get(f"/vcards-storage/{UID}")

        assert everything.text == f"{CARD}\n\n{second}\n\n"
        assert one.text == f"{CARD}\n"
        for answer in (everything, one):
            assert answer.header("Content-Type") == "text/vcard; charset=utf-8"
            assert answer.header("X-Content-Type-Options") == "nosniff"
        assert client.get("/vcards-storage/a%2Fb").text == f"{second}\n"
        assert client.get("/vcards-storage/nothing").status == 404

    def test_none(self, api: Api) -> None:
        answer = api.as_account(factories.an_account(factories.a_space())).get("/vcards-storage")

        assert (answer.status, answer.body) == (200, b"")

    @pytest.mark.parametrize(("path", "statements"), [("/vcards-storage", 2), ("/api/accounts/me/vcards-storage", 3)])
    def test_statements(self, api: Api, path: str, statements: int) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)
        client.get(path)
        for number in range(5):
            Vcard.objects.create(account=account, uuid=str(number), vcard=CARD)

        with CaptureQueriesContext(connection) as captured:
            client.get(path)

        assert len(captured) == statements
