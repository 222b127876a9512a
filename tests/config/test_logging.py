"""Where log lines go, what they look like, and what they never show."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import time_machine

from flexiapi.config import instance
from flexiapi.config import logging as product_logging
from flexiapi.config.errors import ConfigurationError

LINE = re.compile(r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] (\w+)\.([A-Z]+): (.*?)( \{.*\})?")
SECRET_NAMES = [
    *("password", "token", "apiKey", "api_key", "x-api-key", "code", "recovery_code", "pin", "clientSecret"),
    *("Authorization", "set-cookie", "ha1", "message", "auth_tokens", "APP_KEY"),
]


@pytest.fixture
def logs(load) -> Iterator:
    """Set up logging as an instance that is not a test; gives the directory of its log files."""

    def started(**environ: str) -> Path:
        settings = load(**{"APP_ENV": "local", "LOG_CHANNEL": "null", **environ})
        product_logging.setup(settings)
        return settings.flexiapi_data_dir / "logs"

    yield started
    product_logging.setup(instance.current())


def parsed(file: Path) -> list[tuple[str, ...]]:
    return [LINE.fullmatch(line).groups() for line in file.read_text().splitlines()]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


class TestLines:
    @time_machine.travel("2026-01-31T23:59:58Z", tick=False)
    def test_form(self, logs):
        directory = logs(LOG_CHANNEL="stack", APP_ENV="staging")

        logging.getLogger("some.module").warning("It is %s", "late")
        structlog.get_logger("other").info("Sent", id=7, space="sip.example.org")

        assert (directory / "flexiapi.log").read_text() == (
            "[2026-01-31 23:59:58] staging.WARNING: It is late\n"
            '[2026-01-31 23:59:58] staging.INFO: Sent {"id":7,"space":"sip.example.org"}\n'
        )

    def test_context_of_the_standard_library(self, logs):
        directory = logs(LOG_CHANNEL="single")

        logging.getLogger("some.module").error("No", extra={"account": "a@b", "password": "hush"})

        [(*_, context)] = parsed(directory / "flexiapi.log")
        assert json.loads(context) == {"account": "a@b", "password": "***"}

    def test_tracebacks_follow_the_line(self, logs):
        directory = logs(LOG_CHANNEL="single")

        try:
            raise LookupError("lost")
        except LookupError:
            logging.getLogger("some.module").exception("Failed")
            structlog.get_logger("other").exception("Failed too")

        text = (directory / "flexiapi.log").read_text()
        assert text.count("Traceback (most recent call last)") == 2
        assert text.count("LookupError: lost") == 2

    def test_a_client_cannot_forge_lines(self, logs):
        directory = logs(LOG_CHANNEL="single")

        logging.getLogger("some.module").warning("Bad name %s", "x\n[2026-01-01 00:00:00] local.INFO: fine\x1b[2J")
        structlog.get_logger("other").warning("Bad", name="x\ny")

        assert len((directory / "flexiapi.log").read_text().splitlines()) == 2
        assert "\x1b" not in (directory / "flexiapi.log").read_text()

    def test_a_line_has_an_end(self, logs):
        directory = logs(LOG_CHANNEL="single")

        logging.getLogger("some.module").warning("x" * 1_000_000)

        assert (directory / "flexiapi.log").stat().st_size < 10_000

    @pytest.mark.parametrize(
        "name",
        SECRET_NAMES,
    )
    def test_secrets_are_masked_wherever_they_are(self, logs, name):
        directory = logs()

        product_logging.event_log().record("Event", **{name: "hush"}, deep={"list": [{name: 1234}]})

        [file] = directory.glob("events-*.log")
        assert "hush" not in file.read_text()
        assert "1234" not in file.read_text()

    def test_other_names_are_shown(self, logs):
        directory = logs()

        product_logging.event_log().record("Event", status_code=503, account="a@b", type_id=4, keyboard="k")

        [file] = directory.glob("events-*.log")
        [(*_, context)] = parsed(file)
        assert json.loads(context) == {"status_code": 503, "account": "a@b", "type_id": 4, "keyboard": "k"}


class TestStreams:
    def test_events_and_database_errors_are_kept_whatever_the_channel(self, logs):
        with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
            directory = logs()
            product_logging.event_log().record("Account created", id="alice@sip.example.org")
            product_logging.database_error_log().record("Not stored", id=1)
            logging.getLogger("some.module").error("Nowhere")

        assert names(directory) == ["database_errors-2026-03-01.log", "events-2026-03-01.log"]
        assert (directory / "events-2026-03-01.log").read_text() == (
            '[2026-03-01 12:00:00] local.INFO: Account created {"id":"alice@sip.example.org"}\n'
        )
        assert parsed(directory / "database_errors-2026-03-01.log")[0][2] == "ERROR"
        assert (directory / "events-2026-03-01.log").stat().st_mode & 0o007 == 0

    def test_thirty_days_are_kept(self, logs):
        for day in range(1, 32):
            with time_machine.travel(f"2026-03-{day:02}T00:00:00Z", tick=False):
                if day == 1:
                    directory = logs()
                product_logging.event_log().record("Day")

        kept = [f"events-2026-03-{day:02}.log" for day in range(2, 32)]
        assert [name for name in names(directory) if name.startswith("events")] == kept

    def test_fourteen_days_of_the_daily_channel(self, logs):
        for day in range(1, 17):
            with time_machine.travel(f"2026-03-{day:02}T00:00:00Z", tick=False):
                if day == 1:
                    directory = logs(LOG_CHANNEL="daily")
                logging.getLogger("some.module").warning("Day")

        assert names(directory) == [f"flexiapi-2026-03-{day:02}.log" for day in range(3, 17)]

    def test_stderr_shows_them_too(self, logs, capsys):
        logs(LOG_CHANNEL="stderr")

        product_logging.event_log().record("Account created", id="alice@sip.example.org")

        assert capsys.readouterr().err.endswith('local.INFO: Account created {"id":"alice@sip.example.org"}\n')

    def test_syslog(self, logs, folder, monkeypatch):
        monkeypatch.setattr(product_logging, "_SYSLOG_SOCKET", str(folder / "log"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
            daemon.bind(str(folder / "log"))
            daemon.settimeout(5)
            logs(LOG_CHANNEL="syslog")

            logging.getLogger("some.module").warning("Late")

            assert re.fullmatch(rb"<12>flexiapi: \[.*\] local\.WARNING: Late\0?", daemon.recv(1000))

    def test_levels(self, logs):
        directory = logs(LOG_CHANNEL="single", LOG_LEVEL="error")

        logging.getLogger("some.module").warning("quiet")
        product_logging.event_log().record("Still kept")

        assert (directory / "flexiapi.log").read_text() == ""
        assert len(list(directory.glob("events-*.log"))) == 1

    def test_a_moved_file_is_made_again(self, logs):
        directory = logs(LOG_CHANNEL="single")
        logging.getLogger("some.module").warning("one")
        (directory / "flexiapi.log").rename(directory / "flexiapi.log.1")

        logging.getLogger("some.module").warning("two")

        assert parsed(directory / "flexiapi.log")[0][3] == "two"

    def test_set_up_again_replaces(self, logs):
        logs(LOG_CHANNEL="single")
        directory = logs(LOG_CHANNEL="single")

        logging.getLogger("some.module").warning("once")

        assert len(parsed(directory / "flexiapi.log")) == 1

    def test_what_root_makes_belongs_to_the_owner_of_the_directory(self, logs, folder, monkeypatch):
        given = []
        monkeypatch.setattr("os.geteuid", lambda: 0)
        monkeypatch.setattr("os.chown", lambda path, *owner, **_: given.append((Path(path).name, owner)))

        logs(LOG_CHANNEL="daily", FLEXIAPI_DATA_DIR=str(folder))
        for _ in range(2):
            product_logging.event_log().record("account created")

        owner = (folder.stat().st_uid, folder.stat().st_gid)
        assert [name.partition("-")[0] for name, _ in given] == ["logs", "events"]
        assert {owner for _, owner in given} == {owner}

    def test_a_directory_that_cannot_be_written_is_told(self, logs, folder):
        (folder / "file").touch()

        with pytest.raises(ConfigurationError, match=r"LOG_CHANNEL: .*file/logs"):
            logs(LOG_CHANNEL="single", FLEXIAPI_DATA_DIR=str(folder / "file"))


class TestTests:
    def test_no_file_is_written(self, load, folder):
        product_logging.setup(load(LOG_CHANNEL="single"))
        product_logging.event_log().record("Account created", id="alice@sip.example.org")

        assert not (folder / "data").exists()
        product_logging.setup(instance.current())

    def test_a_test_can_listen(self, caplog):
        with caplog.at_level(logging.INFO, "flexiapi.events"):
            product_logging.event_log().record("Account created", id="alice@sip.example.org")

        assert "Account created" in caplog.text
