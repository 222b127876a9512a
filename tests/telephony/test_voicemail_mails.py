"""New voicemails are mailed to their owners, once; the commands about files."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests import factories
from tests.api import Api
from tests.telephony.recordings import WAV, files_below, path_of, slot, upload
from tests.together import at_once

from flexiapi import cli
from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging.mail_gateways import memory
from flexiapi.messaging.models import Delivery
from flexiapi.telephony import tasks
from flexiapi.telephony.models import AccountFile

pytestmark = pytest.mark.django_db

CALLER = "sip:bob@example.com"


@pytest.fixture(autouse=True)
def _own_data_dir(data_dir: Path) -> None:
    """Every test has its own."""


@pytest.fixture
def account() -> Account:
    """An account with an e-mail address."""
    return factories.an_account(factories.a_space(), "alice", email="alice@example.org")


@pytest.fixture
def recording(api: Api, account: Account) -> str:
    """The id of an uploaded voicemail."""
    admin = api.as_admin(account.space)
    place = slot(admin, account, sip_from=CALLER)
    assert upload(admin, path_of(place["upload_url"]), name="note.wav").status == 200
    return place["id"]


def file(file_id: str) -> AccountFile:
    """The row."""
    return AccountFile.objects.get(pk=file_id)


class TestMailing:
    def test_the_owner_gets_it_once(self, recording: str, account: Account) -> None:
        for _ in range(2):
            tasks.mail_voicemails()

        (delivery,) = Delivery.objects.all()
        assert (delivery.template, delivery.recipient, delivery.account_id) == (
            "voicemail",
            "alice@example.org",
            account.pk,
        )
        assert delivery.space_id == account.space.pk
        assert delivery.attachment == f"files/{recording[:2]}/{recording}"
        assert delivery.payload["context"]["sip_from"] == CALLER
        row = file(recording)
        assert row.sent_by_mail_at is not None
        assert row.sending_by_mail_at is not None
        assert row.sending_by_mail_tryouts == 0

    @pytest.mark.django_db(transaction=True)
    def test_the_mail_carries_the_recording(self, recording: str, account: Account) -> None:
        memory.sent.clear()

        with instance.override(mail_driver="array", deliveries_inline=True):
            tasks.mail_voicemails()

        mail = str(memory.sent[-1])
        assert CALLER in mail
        assert account.identifier in mail
        (attached,) = memory.sent[-1].message().iter_attachments()
        assert (attached.get_content_type(), attached.get_content()) == ("audio/wav", WAV + b"\r\n")
        assert attached.get_filename() == file(recording).name

    def test_empty_places_are_left_alone(self, api: Api, account: Account) -> None:
        slot(api.as_admin(account.space), account)

        tasks.mail_voicemails()

        assert not Delivery.objects.exists()

    def test_an_account_that_lost_its_address_is_skipped(self, recording: str, account: Account) -> None:
        Account.objects.filter(pk=account.pk).update(email=None)

        tasks.mail_voicemails()

        assert not Delivery.objects.exists()
        assert file(recording).sending_by_mail_tryouts == 0

    def test_a_lost_file_is_given_up_after_three_runs(self, recording: str, data_dir: Path) -> None:
        (data_dir / "files" / recording[:2] / recording).unlink()

        for _ in range(5):
            tasks.mail_voicemails()

        assert not Delivery.objects.exists()
        assert file(recording).sending_by_mail_tryouts == 3

    def test_a_bad_file_does_not_stop_the_others(
        self, api: Api, recording: str, account: Account, data_dir: Path
    ) -> None:
        (data_dir / "files" / recording[:2] / recording).unlink()
        admin = api.as_admin(account.space)
        upload(admin, path_of(slot(admin, account)["upload_url"]))

        tasks.mail_voicemails()

        assert Delivery.objects.count() == 1

    def test_what_another_run_is_mailing_is_left_to_it(self, recording: str) -> None:
        AccountFile.objects.update(sending_by_mail_at=now() - timedelta(minutes=9))
        tasks.mail_voicemails()
        assert not Delivery.objects.exists()

        AccountFile.objects.update(sending_by_mail_at=now() - timedelta(minutes=11))
        tasks.mail_voicemails()
        assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_mail_once(api: Api) -> None:
    account = factories.an_account(factories.a_space(), email="alice@example.org")
    admin = api.as_admin(account.space)
    for _ in range(2 if connection.vendor == "sqlite" else 5):
        upload(admin, path_of(slot(admin, account)["upload_url"]))

    at_once(2, lambda _: tasks.mail_voicemails())

    assert Delivery.objects.count() == AccountFile.objects.count()


class TestCommands:
    @pytest.fixture(autouse=True)
    def _capture(self, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
        self.printed = capsys
        yield

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command: its exit code and what it printed."""
        code = cli.run(words)
        return code, self.printed.readouterr().out

    def test_sending(self, recording: str, account: Account) -> None:
        assert self.run("accounts:send-voicemails-emails") == (0, f"Voicemail sent to {account.identifier}\n")
        assert self.run("accounts:send-voicemails-emails") == (0, "")

    @pytest.mark.parametrize(("words", "runs"), [((), 3), (("--tryout",), 3), (("--tryout=1",), 1)])
    def test_failures(
        self, recording: str, account: Account, data_dir: Path, words: tuple[str, ...], runs: int
    ) -> None:
        (data_dir / "files" / recording[:2] / recording).unlink()

        printed = [self.run("accounts:send-voicemails-emails", *words) for _ in range(4)]

        failure = (0, f"Voicemail of {account.identifier} could not be sent\n")
        assert printed == [failure] * runs + [(0, "")] * (4 - runs)

    @pytest.mark.parametrize("word", ["x", "0", "-1"])
    def test_bad_tryouts(self, word: str) -> None:
        assert self.run("accounts:send-voicemails-emails", f"--tryout={word}")[0] == 1

    def test_clearing(self, api: Api, recording: str, data_dir: Path, django_capture_on_commit_callbacks: Any) -> None:
        AccountFile.objects.update(created_at=now() - timedelta(days=3))

        assert self.run("accounts:clear-files", "4", "--apply") == (0, "0 files in deletion\n0 files deleted\n")
        assert self.run("accounts:clear-files", "2") == (0, "1 files to delete\n")
        assert len(files_below(data_dir)) == 1
        with django_capture_on_commit_callbacks(execute=True):
            assert self.run("accounts:clear-files", "2", "--apply") == (0, "1 files in deletion\n1 files deleted\n")
        assert (files_below(data_dir), AccountFile.objects.count()) == ([], 0)

    @pytest.mark.parametrize("days", ["x", "1.5", "999999"])
    def test_bad_days(self, days: str) -> None:
        assert self.run("accounts:clear-files", days)[0] == 1
