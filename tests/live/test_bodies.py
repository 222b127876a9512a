"""Bodies without a declared length, as they arrive over a real connection."""

import http.client
import json
from collections.abc import Iterable
from contextlib import suppress

import pytest

from flexiapi.accounts.models import Account
from tests import factories
from tests.live import server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

PATH = "/api/accounts"
MEGABYTE = b" " * 2**20


@pytest.fixture
def administrator(transactional_db: None) -> Account:
    return factories.an_account(factories.a_space(), admin=True)


def post(running: server.Server, administrator: Account, body: Iterable[bytes]) -> tuple[int, str]:
    """Status and message of a request whose body comes in chunks."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    headers = {
        "Host": administrator.domain,
        "X-Api-Key": factories.a_key(administrator),
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Transfer-Encoding": "chunked",
    }
    with suppress(BrokenPipeError, ConnectionResetError):  # the server may answer and read no more
        connection.request("POST", PATH, body=iter(body), headers=headers, encode_chunked=True)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content.get("message", "")


def test_chunks_are_read(plain_server: server.Server, administrator: Account) -> None:
    content = json.dumps({"username": "alice", "password": "s3cret"}).encode()

    status, _ = post(plain_server, administrator, [content[:9], content[9:]])

    assert status == 200
    assert Account.objects.filter(username="alice", space=administrator.space).exists()


def test_chunks_beyond_the_limit_are_refused(plain_server: server.Server, administrator: Account) -> None:
    assert post(plain_server, administrator, [MEGABYTE] * 2 + [b" "]) == (413, "The POST data is too large.")
    assert post(plain_server, administrator, [MEGABYTE] * 2)[0] == 422


def test_no_body_at_all(plain_server: server.Server, administrator: Account) -> None:
    assert post(plain_server, administrator, [])[0] == 422
