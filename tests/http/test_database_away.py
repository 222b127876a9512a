"""While the database does not answer, whoever asks is told to come back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from tests import factories
from tests.api import Answer

from flexiapi.accounts.models import Account

pytestmark = pytest.mark.django_db

PASSWORD = "a long s3cret"


@contextmanager
def away() -> Iterator[None]:
    """No statement gets through."""

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("too many connections")

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def account() -> Account:
    return factories.an_account(factories.a_space(), password=PASSWORD)


@pytest.fixture
def client(account: Account) -> Client:
    return Client(raise_request_exception=False, headers={"Host": account.space.host})


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/ping", {}),
        ("/api/accounts/me", {"x-api-key": "some key"}),
        ("/provisioning", {"X-Linphone-Provisioning": "1"}),
        ("/login", {}),
    ],
)
def test_it_is_503(client: Client, path: str, headers: dict[str, str]) -> None:
    with away():
        answer = client.get(path, headers=headers, RAW_URI=path)

    assert (answer.status_code, Answer(answer).lines("Retry-After")) == (503, ["5"])
    if path.startswith("/api"):
        assert answer.json() == {"message": "The database does not answer."}
    else:
        assert "The database does not answer." in answer.content.decode()


def test_pages_of_who_is_logged_in(account: Account, client: Client) -> None:
    client.get("/login", RAW_URI="/login")
    token = client.cookies["XSRF-TOKEN"].value
    form = {"username": account.username, "password": PASSWORD, "_token": token}
    assert client.post("/authenticate", form, RAW_URI="/authenticate").status_code == 302

    with away():
        answer = client.get("/dashboard", RAW_URI="/dashboard")

    assert (answer.status_code, Answer(answer).lines("Retry-After")) == (503, ["5"])
    assert client.get("/dashboard", RAW_URI="/dashboard").status_code == 200


def test_health_checks_of_the_process_go_on(client: Client) -> None:
    with away():
        assert client.get("/up", RAW_URI="/up").status_code == 200
