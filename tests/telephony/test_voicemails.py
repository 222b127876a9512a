"""Voicemails: the place, the upload, the download, the removal."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from tests import factories
from tests.api import Answer, Api
from tests.telephony.recordings import FLEXISIP, OPUS, WAV, body, files_below, path_of, slot, upload

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.telephony import tasks
from flexiapi.telephony.models import AccountFile

pytestmark = pytest.mark.django_db

ME = "/api/accounts/me/voicemails"
STORED = WAV + b"\r\n"


@pytest.fixture(autouse=True)
def _own_data_dir(data_dir: Path) -> None:
    """Every test has its own."""


@pytest.fixture
def account() -> Account:
    """An account with an e-mail address."""
    return factories.an_account(factories.a_space(), email="alice@example.org")


@pytest.fixture
def admin(api: Api, account: Account) -> Api:
    """The administrator, as which Flexisip's voicemail server acts."""
    return api.as_admin(account.space)


def of(account: Account) -> str:
    """The administrator's path."""
    return f"/api/accounts/{account.pk}/voicemails"


class TestPlace:
    def test_what_flexisip_needs(self, admin: Api, account: Account) -> None:
        body = {"content_type": "audio/wav", "sip_from": "sip:bob@sip.example.org:5060;transport=tls"}

        answer = admin.post(of(account), body)

        assert answer.status == 201
        created = answer.json
        assert isinstance(created["id"], str)
        assert created["id"][14] == "7"
        assert created["sip_from"] == body["sip_from"]
        assert created["upload_url"].endswith(f"{account.domain}/api/files/{created['id']}")
        assert 12_582_840 <= created["max_upload_size"] < 2**31
        assert created["content_type"] == "audio/wav"
        assert (created["name"], created["size"], created["uploaded_at"], created["download_url"]) == (None,) * 4

    def test_by_the_account_itself(self, api: Api, account: Account) -> None:
        assert api.as_account(account).post(ME, {"content_type": "audio/opus"}).status == 201

    def test_needs_an_email_address(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_admin(account.space).post(of(account), {"content_type": "audio/wav"})

        assert answer.status == 422
        assert list(answer.json) == ["message"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"content_type": None}, "content_type"),
            ({"content_type": "video/mp4"}, "content_type"),
            ({"content_type": ["audio/wav"]}, "content_type"),
            ({"sip_from": "bob@example.org"}, "sip_from"),
            ({"sip_from": "sip:" + "b" * 2000 + "@example.org"}, "sip_from"),
        ],
    )
    def test_bad_values(self, admin: Api, account: Account, change: dict[str, Any], field: str) -> None:
        answer = admin.post(of(account), {"content_type": "audio/wav", **change})

        assert (answer.status, list(answer.errors)) == (422, [field])
        assert not AccountFile.objects.exists()


class TestUpload:
    def test_a_recording_of_flexisip(self, admin: Api, account: Account, data_dir: Path) -> None:
        place = slot(admin, account)

        answer = upload(admin, path_of(place["upload_url"]))

        assert answer.status == 200, answer.text
        assert answer.json["name"][8:] == "_" + "0a" * 32 + ".wav"
        assert answer.json["size"] == len(STORED)
        assert answer.json["uploaded_at"] is not None
        assert answer.json["download_url"].endswith(f"/f/{place['id']}/{answer.json['name']}/download")
        assert files_below(data_dir) == [f"files/{place['id'][:2]}/{place['id']}"]
        assert (data_dir / "files" / place["id"][:2] / place["id"]).read_bytes() == STORED
        assert upload(admin, path_of(place["upload_url"])).status == 404

    def test_opus(self, admin: Api, account: Account) -> None:
        place = slot(admin, account, "audio/opus")

        assert upload(admin, path_of(place["upload_url"]), OPUS, name="note.opus").status == 200

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("C:\\voice\\note.wav", "note.wav"),
            ("../../etc/passwd", "passwd"),
            ("a b;é.wav", "a b;é.wav"),
        ],
    )
    def test_only_the_last_component_of_a_path_is_kept(
        self, admin: Api, account: Account, name: str, kept: str
    ) -> None:
        answer = upload(admin, path_of(slot(admin, account)["upload_url"]), name=name)

        assert answer.json["name"][9:] == kept

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("📞 note.wav", "📞 note.wav"),
            ("\u05e9\u05dc\u05d5\u05dd.wav", "\u05e9\u05dc\u05d5\u05dd.wav"),
            ("a\u202egpj.wav", "agpj.wav"),
            ("a\x00b.wav", "ab.wav"),
            ("a\u2028b\x1b[31m.wav", "ab[31m.wav"),
            ("a&#10;b%0d%0aSet-Cookie: x.wav", "ab%0d%0aSet-Cookie: x.wav"),
            ("a\r\nX-Evil: b.wav", '"a'),
        ],
    )
    def test_any_name_can_be_played_again(self, admin: Api, account: Account, name: str, kept: str) -> None:
        answer = upload(admin, path_of(slot(admin, account)["upload_url"]), name=name)

        assert (answer.status, answer.json["name"][9:]) == (200, kept)
        played = admin.get(path_of(answer.json["download_url"]))
        assert (played.status, played.body) == (200, STORED)
        assert not set("\r\n\0") & set(played.header("Content-Disposition") or "\0")

    @pytest.mark.parametrize("name", ["", ".", "..", "/", "a/.."])
    def test_a_name_that_is_none(self, admin: Api, account: Account, data_dir: Path, name: str) -> None:
        answer = upload(admin, path_of(slot(admin, account)["upload_url"]), name=name)

        assert (answer.status, list(answer.errors)) == (422, ["file"])
        assert files_below(data_dir) == []

    @pytest.mark.parametrize("content", [b"", b"RIFF", b"<html>", OPUS, b"OggS" + bytes(40), b"ID3" + bytes(99)])
    def test_another_content_is_refused(self, admin: Api, account: Account, data_dir: Path, content: bytes) -> None:
        place = slot(admin, account)

        answer = upload(admin, path_of(place["upload_url"]), content)

        assert answer.errors == {"file": ["The file should have the declared mime-type"]}
        assert files_below(data_dir) == []
        assert upload(admin, path_of(place["upload_url"])).status == 200

    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (b"{}", "application/json"),
            (b"", FLEXISIP),
            (b"nonsense", FLEXISIP),
            (b"nonsense", "multipart/form-data"),
            (b"nonsense", "multipart/form-data; boundary=\xe9".encode("latin-1").decode("latin-1")),
            (body(WAV, field="other"), FLEXISIP),
            (body(WAV, name=""), FLEXISIP),
            (body(WAV, end=b""), FLEXISIP),
            (body(WAV)[:600], FLEXISIP),
            (body(WAV, name="n" * 300), FLEXISIP),
            (body(WAV, name="n" * 5000), FLEXISIP),
        ],
    )
    def test_a_broken_body_is_refused(
        self, admin: Api, account: Account, data_dir: Path, content: bytes, content_type: str
    ) -> None:
        path = path_of(slot(admin, account)["upload_url"])

        answer = admin.post(path, content, Content_Type=content_type)

        assert (answer.status, list(answer.errors)) == (422, ["file"])
        assert files_below(data_dir) == []

    @pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 413), (70_000, 413)])
    def test_the_limit(self, admin: Api, account: Account, data_dir: Path, more: int, status: int) -> None:
        place = slot(admin, account)

        with instance.override(upload_max_bytes=4096):
            answer = upload(admin, path_of(place["upload_url"]), WAV + bytes(4096 - len(STORED) + more))

        assert answer.status == status
        if status == 413:
            assert answer.message == "The POST data is too large."
            assert files_below(data_dir) == []

    def test_many_other_parts_do_not_pass_the_limit(self, admin: Api, account: Account, data_dir: Path) -> None:
        path = path_of(slot(admin, account)["upload_url"])
        other = b'--simple boundary\r\nContent-Disposition: form-data; name="x"; filename="y"\r\n\r\n' + bytes(80_000)

        with instance.override(upload_max_bytes=4096):
            answer = admin.post(path, other + b"\r\n" + body(WAV), Content_Type=FLEXISIP)

        assert answer.status == 413
        assert files_below(data_dir) == []

    def test_who_may(self, api: Api, account: Account, admin: Api, data_dir: Path) -> None:
        path = path_of(slot(admin, account)["upload_url"])

        assert upload(api.on(account.space), path).status == 401
        assert upload(api.as_account(account), path).status == 403
        assert upload(api.as_admin(factories.a_space()), path).status == 404
        assert upload(admin, "/api/files/unknown").status == 404
        assert files_below(data_dir) == []
        assert upload(api.as_super_admin(), path).status == 200

    def test_a_storage_that_does_not_work(self, admin: Api, account: Account, data_dir: Path) -> None:
        path = path_of(slot(admin, account)["upload_url"])
        (data_dir / "files").write_text("in the way")

        assert upload(admin, path).status == 503

        (data_dir / "files").unlink()
        assert upload(admin, path).status == 200


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_fill_one_place(api: Api, data_dir: Path) -> None:
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    for _ in range(2 if connection.vendor == "sqlite" else 5):
        place = slot(admin, account)
        start = threading.Barrier(2)
        answers: list[Answer] = []

        def send(extra: bytes, place: dict[str, str] = place, start: Any = start, answers: Any = answers) -> None:
            start.wait()
            answers.append(upload(admin, path_of(place["upload_url"]), WAV + extra))
            connections.close_all()

        threads = [threading.Thread(target=send, args=(bytes(size),)) for size in (10, 5000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answer.status for answer in answers) == [200, 404]
        kept = (data_dir / "files" / place["id"][:2] / place["id"]).stat().st_size
        assert AccountFile.objects.get(pk=place["id"]).size == kept


class TestReading:
    def test_own_list_newest_first(self, api: Api, admin: Api, account: Account) -> None:
        first, second = slot(admin, account), slot(admin, account)
        upload(admin, path_of(first["upload_url"]))
        client = api.as_account(account)

        found = client.get(ME).json

        assert [row["id"] for row in found] == [second["id"], first["id"]]
        assert [row["download_url"] is None for row in found] == [True, False]
        assert client.get(f"{ME}/{first['id']}").json == found[1]

    def test_pages_by_key(self, api: Api, admin: Api, account: Account) -> None:
        ids = [slot(admin, account)["id"] for _ in range(3)]
        client = api.as_account(account)

        first = client.get(f"{ME}?limit=2").json
        rest = client.get(f"{ME}?limit=2&after={first['next_cursor']}").json

        assert [row["id"] for row in first["data"] + rest["data"]] == ids[::-1]
        assert rest["next_cursor"] is None
        assert client.get(f"{ME}?limit=x").status == 422

    def test_administrators_cannot_read(self, admin: Api, account: Account) -> None:
        place = slot(admin, account)

        for path in (of(account), f"{of(account)}/{place['id']}"):
            assert admin.get(path).status == 405

    def test_nobody_elses(self, api: Api, admin: Api, account: Account) -> None:
        place = slot(admin, account)
        stranger = api.as_account(factories.an_account(account.space))

        assert stranger.get(ME).text == "[]"
        assert stranger.get(f"{ME}/{place['id']}").status == 404
        assert stranger.delete(f"{ME}/{place['id']}").text == "0"
        assert api.on(account.space).get(ME).status == 401


class TestRemoval:
    @pytest.fixture
    def file(self, admin: Api, account: Account) -> dict[str, Any]:
        """An uploaded recording."""
        uploaded: dict[str, Any] = upload(admin, path_of(slot(admin, account)["upload_url"])).json
        return uploaded

    @pytest.mark.parametrize("former_place", [False, True])
    @pytest.mark.parametrize("who", ["account", "admin", "super"])
    def test_row_and_file_go(
        self,
        api: Api,
        admin: Api,
        account: Account,
        file: dict[str, Any],
        data_dir: Path,
        django_capture_on_commit_callbacks: Callable[..., Any],
        who: str,
        former_place: bool,
    ) -> None:
        if former_place:
            (data_dir / "files" / file["id"][:2] / file["id"]).rename(data_dir / "files" / file["name"])
        client = {"account": api.as_account(account), "admin": admin, "super": api.as_super_admin()}[who]
        path = f"{ME if who == 'account' else of(account)}/{file['id']}"

        with django_capture_on_commit_callbacks(execute=True):
            assert client.delete(path).text == "1"

        assert files_below(data_dir) == []
        assert client.delete(path).text == "0"
        assert api.on(account.space).get(path_of(file["download_url"])).status == 404

    def test_not_by_others(self, api: Api, account: Account, file: dict[str, Any], data_dir: Path) -> None:
        path = f"{of(account)}/{file['id']}"

        assert api.on(account.space).delete(path).status == 401
        assert api.as_account(account).delete(path).status == 403
        assert api.as_admin(factories.a_space()).delete(path).status == 404
        assert len(files_below(data_dir)) == 1

    def test_with_the_account(
        self,
        admin: Api,
        account: Account,
        file: dict[str, Any],
        data_dir: Path,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert admin.delete(f"/api/accounts/{account.pk}").status == 200

        assert files_below(data_dir) == []
        assert not AccountFile.objects.exists()

    def test_with_the_space(
        self,
        api: Api,
        account: Account,
        file: dict[str, Any],
        data_dir: Path,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert api.as_super_admin().delete(f"/api/spaces/{account.domain}").text == "1"

        assert files_below(data_dir) == []
        assert not AccountFile.objects.exists()

    def test_after_a_week(
        self,
        admin: Api,
        account: Account,
        file: dict[str, Any],
        data_dir: Path,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        AccountFile.objects.update(created_at=now() - timedelta(days=7, minutes=1))
        young = upload(admin, path_of(slot(admin, account)["upload_url"])).json
        slot(admin, account)

        with django_capture_on_commit_callbacks(execute=True):
            tasks.clear_files()

        assert files_below(data_dir) == [f"files/{young['id'][:2]}/{young['id']}"]
        assert AccountFile.objects.count() == 2

    def test_what_crashes_left(self, file: dict[str, Any], data_dir: Path) -> None:
        aged = time.time() - 8 * 86400
        leftovers = ("uploads-in-progress/upload-x", "files/ab/abandoned", "files/former_name.wav")
        for name in (*leftovers, "uploads-in-progress/upload-young", "files/ab/young"):
            (data_dir / name).parent.mkdir(parents=True, exist_ok=True)
            (data_dir / name).write_bytes(b"x")
        for name in (*leftovers, f"files/{file['id'][:2]}/{file['id']}"):
            os.utime(data_dir / name, (aged, aged))

        tasks.clear_files()

        assert files_below(data_dir) == sorted(
            ["uploads-in-progress/upload-young", "files/ab/young", f"files/{file['id'][:2]}/{file['id']}"]
        )
