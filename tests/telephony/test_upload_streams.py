"""Uploads as they arrive at the server: in chunks without a length, endless, and without filling the memory."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from tests import factories
from tests.api import Api
from tests.telephony.recordings import FLEXISIP, WAV, body, files_below, path_of, slot

from flexiapi.config import instance
from flexiapi.telephony.models import AccountFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_data_dir(data_dir: Path) -> None:
    """Every test has its own."""


@pytest.fixture
def place(api: Api) -> dict[str, Any]:
    """An environment for the upload into a place."""
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    path = path_of(slot(admin, account)["upload_url"])
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "RAW_URI": path,
        "SERVER_NAME": account.domain,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": FLEXISIP,
        "HTTP_HOST": account.domain,
        "HTTP_ACCEPT": "application/json",
        "HTTP_X_API_KEY": admin.headers["x-api-key"],
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }


def send(environ: dict[str, Any], source: Any, **more: Any) -> tuple[int, dict[str, Any]]:
    """The status and body that the application answers."""
    reply: Any = WSGIHandler().get_response(WSGIRequest({**environ, "wsgi.input": source, **more}))
    return reply.status_code, json.loads(reply.content)


class Endless(io.RawIOBase):
    """A body that begins well and never ends; counts what was read."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning, self.count = beginning, 0

    def read(self, size: int = -1) -> bytes:
        """As many bytes as wanted."""
        assert size >= 0
        piece = self.beginning[:size]
        self.beginning = self.beginning[size:]
        piece += bytes(size - len(piece))
        self.count += len(piece)
        return piece


class Broken(io.BytesIO):
    """A client that goes away."""

    def read(self, size: int | None = -1) -> bytes:
        """What is there, then the failure of the connection."""
        piece = super().read(size)
        if not piece:
            raise ConnectionResetError
        return piece


def test_a_body_in_chunks_has_no_length(place: dict[str, Any]) -> None:
    status, answer = send(place, io.BytesIO(body(WAV)), **{"wsgi.input_terminated": True})

    assert (status, answer["size"]) == (200, len(WAV) + 2)


def test_an_endless_body_is_cut_off(place: dict[str, Any], data_dir: Path) -> None:
    source = Endless(body(WAV)[:600])

    with instance.override(upload_max_bytes=100_000):
        status, answer = send(place, source, **{"wsgi.input_terminated": True})

    assert (status, answer["message"]) == (413, "The POST data is too large.")
    assert source.count < 400_000
    assert files_below(data_dir) == []


def test_a_declared_length_that_is_too_large_is_refused_unread(place: dict[str, Any], data_dir: Path) -> None:
    source = Endless(body(WAV)[:600])

    with instance.override(upload_max_bytes=50 * 1024 * 1024):
        status, answer = send(place, source, CONTENT_LENGTH=str(2**30))

    assert (status, answer["message"], source.count) == (413, "The POST data is too large.", 0)
    assert files_below(data_dir) == []
    assert not AccountFile.objects.exclude(uploaded_at=None).exists()


@pytest.mark.parametrize("kind", [io.BytesIO, Broken])
def test_a_client_that_goes_away_leaves_nothing(place: dict[str, Any], data_dir: Path, kind: Any) -> None:
    whole = body(WAV)

    status, answer = send(place, kind(whole[:900]), CONTENT_LENGTH=str(len(whole)))

    assert (status, list(answer["errors"])) == (422, ["file"])
    assert files_below(data_dir) == []


def test_a_large_file_does_not_fill_the_memory(place: dict[str, Any], tmp_path: Path) -> None:
    size = 12 * 1024 * 1024
    source = tmp_path / "body"
    with source.open("wb") as file:
        for piece in _pieces(size):
            file.write(piece)
    tracemalloc.start()
    try:
        with source.open("rb") as file:
            status, answer = send(place, file, CONTENT_LENGTH=str(source.stat().st_size))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert status == 200, answer
    assert answer["size"] > size
    assert peak < 4 * 1024 * 1024


def _pieces(size: int) -> Iterator[bytes]:
    head, tail = body(WAV).split(WAV)
    yield head + WAV
    for _ in range(size // 65536):
        yield bytes(65536)
    yield tail
