"""Downloads of voicemails: by id and name alone, whole or in part."""

from pathlib import Path
from typing import Any

import pytest
from tests import factories
from tests.api import Api
from tests.telephony.recordings import WAV, path_of, slot, upload

pytestmark = pytest.mark.django_db

STORED = WAV + b"\r\n"


@pytest.fixture(autouse=True)
def _own_data_dir(data_dir: Path) -> None:
    """Every test has its own."""


class TestDownload:
    @pytest.fixture
    def file(self, api: Api) -> dict[str, Any]:
        """An uploaded recording."""
        account = factories.an_account(factories.a_space(), email="alice@example.org")
        admin = api.as_admin(account.space)
        uploaded: dict[str, Any] = upload(admin, path_of(slot(admin, account)["upload_url"]), name="né w.wav").json
        return uploaded

    @pytest.fixture
    def visitor(self, api: Api) -> Api:
        """Somebody without credentials."""
        return api.on(factories.a_space())

    def test_attachment_and_inline(self, visitor: Api, file: dict[str, Any]) -> None:
        url = path_of(file["download_url"])

        saved, played = visitor.get(url), visitor.get(url.removesuffix("/download"))

        for answer in (saved, played):
            assert (answer.status, answer.body) == (200, STORED)
            assert answer.header("Content-Type") == "audio/wav"
            assert answer.header("Content-Length") == str(len(STORED))
            assert answer.header("X-Content-Type-Options") == "nosniff"
            assert (answer.header("Content-Security-Policy") or "").startswith("sandbox")
            assert answer.header("Accept-Ranges") == "bytes"
        assert (saved.header("Content-Disposition") or "").startswith("attachment; filename")
        assert (played.header("Content-Disposition") or "").startswith("inline")

    def test_head(self, visitor: Api, file: dict[str, Any]) -> None:
        answer = visitor.send("HEAD", path_of(file["download_url"]))

        assert (answer.status, answer.body) == (200, b"")
        assert answer.header("Content-Length") == str(len(STORED))

    @pytest.mark.parametrize(
        ("asked", "expected", "described"),
        [
            ("bytes=0-3", STORED[:4], f"bytes 0-3/{len(STORED)}"),
            ("bytes=4-", STORED[4:], f"bytes 4-{len(STORED) - 1}/{len(STORED)}"),
            ("bytes=-5", STORED[-5:], f"bytes {len(STORED) - 5}-{len(STORED) - 1}/{len(STORED)}"),
            ("bytes=0-99999999", STORED, f"bytes 0-{len(STORED) - 1}/{len(STORED)}"),
            ("bytes=-99999999", STORED, f"bytes 0-{len(STORED) - 1}/{len(STORED)}"),
        ],
    )
    def test_ranges(self, visitor: Api, file: dict[str, Any], asked: str, expected: bytes, described: str) -> None:
        answer = visitor.get(path_of(file["download_url"]), Range=asked)

        assert (answer.status, answer.body) == (206, expected)
        assert answer.header("Content-Range") == described
        assert answer.header("Content-Length") == str(len(expected))

    @pytest.mark.parametrize("asked", ["bytes=5-4", "bytes=-", "bytes=0-1,4-5", "items=0-1", "bytes=x-"])
    def test_other_ranges_are_ignored(self, visitor: Api, file: dict[str, Any], asked: str) -> None:
        answer = visitor.get(path_of(file["download_url"]), Range=asked)

        assert (answer.status, answer.body) == (200, STORED)

    @pytest.mark.parametrize("asked", [f"bytes={len(STORED)}-", "bytes=99999999-", "bytes=-0"])
    def test_a_range_behind_the_end(self, visitor: Api, file: dict[str, Any], asked: str) -> None:
        answer = visitor.get(path_of(file["download_url"]), Range=asked)

        assert (answer.status, answer.header("Content-Range")) == (416, f"bytes */{len(STORED)}")

    def test_a_range_of_another_version_is_ignored(self, visitor: Api, file: dict[str, Any]) -> None:
        url = path_of(file["download_url"])
        etag = visitor.get(url).header("ETag") or ""

        assert visitor.get(url, Range="bytes=0-3", If_Range=etag).status == 206
        assert visitor.get(url, Range="bytes=0-3", If_Range='"other"').status == 200

    @pytest.mark.parametrize("change", [("/download", "x/download"), ("/f/", "/f/0"), ("/download", "/other")])
    def test_another_name_is_404(self, visitor: Api, file: dict[str, Any], change: tuple[str, str]) -> None:
        assert visitor.get(path_of(file["download_url"]).replace(*change)).status == 404

    def test_a_lost_file_is_404(self, visitor: Api, file: dict[str, Any], data_dir: Path) -> None:
        (data_dir / "files" / file["id"][:2] / file["id"]).unlink()

        assert visitor.get(path_of(file["download_url"])).status == 404

    def test_files_under_their_former_name(self, visitor: Api, file: dict[str, Any], data_dir: Path) -> None:
        (data_dir / "files" / file["id"][:2] / file["id"]).rename(data_dir / "files" / file["name"])

        assert visitor.get(path_of(file["download_url"])).body == STORED
