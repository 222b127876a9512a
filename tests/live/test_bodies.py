"""Bodies that are too large or have no declared length, as they arrive over a real connection."""

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account
from flexiapi.telephony.models import AccountFile
from tests import factories
from tests.live import server
from tests.telephony.recordings import FLEXISIP, WAV, body, files_below

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


@pytest.fixture(scope="module")
def uploads(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.Server, Path]]:
    """A server that takes uploads of 50 MiB, and its data directory."""
    folder = tmp_path_factory.mktemp("uploads")
    with server.serving(folder, environment={"UPLOAD_MAX_BYTES": str(50 * 2**20)}) as running:
        yield running, folder / "data"


@pytest.fixture
def place(administrator: Account) -> AccountFile:
    """A place that waits for a recording."""
    return AccountFile.objects.create(id="0199-place", account=administrator, content_type="audio/wav")


def upload(running: server.Server, place: AccountFile, sent: Iterable[bytes], **framing: str) -> tuple[int, str]:
    """Status and message of an upload; the answer may come before all is sent."""
    assert place.account is not None
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    connection.putrequest("POST", f"/api/files/{place.pk}", skip_host=True)
    headers = {"Host": place.account.domain, "X-Api-Key": factories.a_key(place.account), "Content-Type": FLEXISIP}
    for name, value in (headers | framing).items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    with suppress(BrokenPipeError, ConnectionResetError):
        for piece in sent:
            connection.send(piece)
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content.get("message", "")


def kept(data: Path) -> list[str]:
    """What uploads left on disk."""
    return files_below(data / "files") + files_below(data / "uploads-in-progress")


def chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of a body as HTTP/1.1 sends them without a length (RFC 9112 section 7.1)."""
    for piece in pieces:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def test_an_upload_that_announces_too_much_is_refused_before_it_is_sent(
    uploads: tuple[server.Server, Path], place: AccountFile
) -> None:
    running, data = uploads
    before = kept(data)

    answer = upload(running, place, [body(WAV)[:900]], Content_Length=str(2**30))

    assert answer == (413, "The POST data is too large.")
    assert kept(data) == before
    assert AccountFile.objects.get().uploaded_at is None


def test_an_upload_in_chunks(uploads: tuple[server.Server, Path], place: AccountFile) -> None:
    running, data = uploads
    whole = body(WAV)
    head, tail = whole[:900], whole[900:]
    before = kept(data)

    too_much = upload(running, place, chunks([head, *[MEGABYTE] * 51, tail]), Transfer_Encoding="chunked")
    assert too_much == (413, "The POST data is too large.")
    assert kept(data) == before

    assert upload(running, place, chunks([head, tail]), Transfer_Encoding="chunked")[0] == 200
    assert (data / "files" / place.pk[:2] / place.pk).read_bytes() == WAV + b"\r\n"
    assert files_below(data / "uploads-in-progress") == []
