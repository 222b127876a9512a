"""Uploads in an S3 bucket: a server of the few requests that the product sends."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from tests import factories
from tests.api import Api
from tests.telephony.recordings import WAV, files_below, path_of, slot, upload

from flexiapi.config import instance
from flexiapi.messaging.mail_gateways import memory
from flexiapi.telephony import tasks
from flexiapi.telephony.models import AccountFile

pytestmark = pytest.mark.django_db

BUCKET = "voicemails"


class Bucket(ThreadingHTTPServer):
    """The bucket: objects by their keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.broken = False


class Handler(BaseHTTPRequestHandler):
    """One request, path style."""

    server: Bucket
    protocol_version = "HTTP/1.1"

    def key(self) -> str:
        """The object's key."""
        return urlsplit(self.path).path.removeprefix(f"/{BUCKET}").removeprefix("/")

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer; HEAD has no body."""
        self.send_response(status)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        """Store an object, as it is or in signed chunks."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = b"".join(_chunks(body))
        if self.server.broken:
            return self.answer(403)
        self.server.objects[self.key()] = body
        return self.answer(200, ETag='"x"')

    def do_GET(self) -> None:
        """An object, or the list of a prefix."""
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query or "prefix" in query:
            return self.answer(200, _listing(self.server.objects, query), Content_Type="application/xml")
        found = self.server.objects.get(self.key())
        if found is None:
            return self.answer(404)
        return self.answer(200, found, ETag='"x"', Last_Modified="Mon, 05 Jan 2026 10:00:00 GMT")

    do_HEAD = do_GET  # noqa: N815 the library's name

    def do_DELETE(self) -> None:
        """Remove an object."""
        self.server.objects.pop(self.key(), None)
        self.answer(204)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def _chunks(body: bytes) -> Iterator[bytes]:
    while body:
        line, _, body = body.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if not size:
            return
        yield body[:size]
        body = body[size + 2 :]


def _listing(objects: dict[str, bytes], query: dict[str, list[str]]) -> bytes:
    prefix = query.get("prefix", [""])[0]
    folders, keys = set(), []
    for key in sorted(key for key in objects if key.startswith(prefix)):
        rest = key[len(prefix) :]
        if "/" in rest:
            folders.add(prefix + rest.split("/")[0] + "/")
        else:
            keys.append(key)
    found = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in keys)
    found += "".join(f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in sorted(folders))
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()


@pytest.fixture
def bucket(data_dir: Path) -> Iterator[Bucket]:
    """An instance that keeps its uploads there."""
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = {
        "filesystem_driver": "s3",
        "aws_bucket": BUCKET,
        "aws_access_key_id": "key",
        "aws_secret_access_key": "secret",
        "aws_endpoint": f"http://127.0.0.1:{server.server_port}",
        "aws_use_path_style_endpoint": True,
    }
    with instance.override(**settings):
        yield server
    server.shutdown()
    server.server_close()


def test_kept_played_and_removed(
    api: Api, bucket: Bucket, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    place = slot(admin, account)

    file = upload(admin, path_of(place["upload_url"])).json

    key = f"files/{place['id'][:2]}/{place['id']}"
    assert bucket.objects == {key: WAV + b"\r\n"}
    assert files_below(data_dir) == []
    visitor = api.on(account.space)
    assert visitor.get(path_of(file["download_url"])).body == WAV + b"\r\n"
    assert visitor.get(path_of(file["download_url"]), Range="bytes=8-11").body == b"WAVE"

    with django_capture_on_commit_callbacks(execute=True):
        assert admin.delete(f"/api/accounts/{account.pk}/voicemails/{place['id']}").text == "1"
    assert bucket.objects == {}
    assert visitor.get(path_of(file["download_url"])).status == 404


@pytest.mark.django_db(transaction=True)
def test_mailed_from_there(api: Api, bucket: Bucket) -> None:
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    file = upload(admin, path_of(slot(admin, account)["upload_url"])).json
    memory.sent.clear()

    with instance.override(mail_driver="array", deliveries_inline=True):
        tasks.mail_voicemails()

    (attached,) = memory.sent[-1].message().iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (file["name"], WAV + b"\r\n")


def test_one_that_is_gone_from_there_is_given_up(api: Api, bucket: Bucket) -> None:
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    upload(admin, path_of(slot(admin, account)["upload_url"]))
    bucket.objects.clear()

    for _ in range(4):
        tasks.mail_voicemails()

    assert AccountFile.objects.get().sending_by_mail_tryouts == 3


def test_leftovers_are_found(bucket: Bucket) -> None:
    bucket.objects = {"files/ab/abandoned": b"x", "img/logo.png": b"x"}

    tasks.clear_files()

    assert list(bucket.objects) == ["img/logo.png"]


def test_a_bucket_that_refuses(api: Api, bucket: Bucket, data_dir: Path) -> None:
    bucket.broken = True
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    path = path_of(slot(admin, account)["upload_url"])

    assert upload(admin, path).status == 503

    bucket.broken = False
    assert upload(admin, path).status == 200
    assert files_below(data_dir) == []
