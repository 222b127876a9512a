"""The logo of a Space: set, shown, replaced and deleted with its file."""

import zlib
from pathlib import Path

import pytest
from tests import factories
from tests.api import Answer, Api
from tests.portal.visitor import Visitor

from flexiapi.config import instance
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db(transaction=True)


def a_picture(width: int = 2, height: int = 2, *, filler: int = 0) -> bytes:
    """A PNG picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    rows = zlib.compress(b"\x00" + b"\xff" * width) * 1
    text = chunk(b"tEXt", b"x" * filler) if filler else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + text + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def send(client: Api, space: Space, content: bytes, name: str = "logo") -> Answer:
    """A multipart form with one file."""
    body = (
        (
            f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="../../evil.html"\r\n'
            "Content-Type: text/html\r\n\r\n"
        ).encode()
        + content
        + b"\r\n--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    return client.post(f"/api/spaces/{space.domain}/logo", body, Content_Type=kind)


def files() -> list[str]:
    """The files of logos on disk."""
    return sorted(path.name for path in (Path(instance.current().flexiapi_data_dir) / "public/img").glob("*"))


def test_set_shown_replaced_and_removed(api: Api) -> None:
    space = factories.a_space()
    client = api.as_super_admin()
    before = set(files())

    first = send(client, space, a_picture()).json["logo"]
    shown = api.on(space).get(f"/storage/img/{first}", Accept="*/*")
    assert (shown.status, shown.body) == (200, a_picture())
    assert shown.header("Content-Type") == "image/png"
    assert f"/storage/img/{first}" in Visitor(space).open("/login").answer.text

    second = send(client, space, a_picture(3, 3)).json["logo"]
    assert set(files()) - before == {second}
    assert api.on(space).get(f"/storage/img/{first}").status == 404
    assert client.delete(f"/api/spaces/{space.domain}/logo").text == "1"
    assert client.delete(f"/api/spaces/{space.domain}/logo").text == "0"
    assert set(files()) == before


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", a_picture(5000, 1), a_picture()[:-4], a_picture(filler=2048 * 1024)],
    ids=["nothing", "no picture", "too wide", "cut off", "too large"],
)
def test_refusals_leave_nothing(api: Api, content: bytes) -> None:
    space, before = factories.a_space(), files()

    answer = send(api.as_super_admin(), space, content)

    assert answer.status in (413, 422)
    assert files() == before
    assert Space.objects.get(pk=space.pk).logo is None


def test_it_goes_with_its_space(api: Api) -> None:
    space, before = factories.a_space(), files()
    client = api.as_super_admin()
    send(client, space, a_picture())

    assert client.delete(f"/api/spaces/{space.domain}").text == "1"

    assert files() == before
