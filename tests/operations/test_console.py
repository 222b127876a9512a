"""What all console commands share: options, exit codes, where they print."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import factories
from tests.operations.conftest import Console

ROOT = Path(__file__).resolve().parents[2]
CREATE = "accounts:create-admin-account"


class TestExitCodes:
    def test_done(self, console: Console) -> None:
        factories.a_space("sip.example.org")
        assert console(CREATE, "-n").code == 0

    @pytest.mark.parametrize(
        "words",
        [
            ["accounts:nosuch"],
            ["accounts:set-admin"],
            ["accounts:set-admin", "1", "2"],
            ["accounts:set-admin", "1", "--nosuch"],
            ["accounts:set-admin", "999"],
            ["accounts:set-admin", "one"],
        ],
    )
    def test_failed(self, console: Console, words: list[str]) -> None:
        assert console(*words).code == 1

    def test_misused(self, console: Console) -> None:
        assert console("serve", "--port", "many").code == 2

    def test_failures_are_told_on_standard_output(self, console: Console) -> None:
        said = console("accounts:set-admin", "999")

        assert "Unable to find an account" in said.out
        assert said.err == ""


class TestSharedOptions:
    @pytest.mark.parametrize("words", [["-q", "-n", CREATE], [CREATE, "-q", "-n"], [CREATE, "-qn"]])
    def test_quiet_prints_nothing(self, console: Console, words: list[str]) -> None:
        factories.a_space("sip.example.org")
        said = console(*words)

        assert (said.code, said.out) == (0, "")

    def test_quiet_prints_errors(self, console: Console) -> None:
        assert "belongs to no Space" in console(CREATE, "-qn").out

    def test_words_of_short_options_may_be_glued(self, console: Console) -> None:
        factories.a_space("sip.example.org")
        said = console(CREATE, "-uroot", "-ps3cret", "-dsip.example.org", "-k192.0.2.1", "-vvv", "--no-ansi")

        assert said.code == 0, said
        assert '"root@sip.example.org" | Password: "s3cret"' in said.out
        assert said.out.endswith("(valid on IP 192.0.2.1)\n")

    @pytest.mark.parametrize("words", [["-V"], ["--version"], ["accounts:seed", "-V"]])
    def test_version(self, console: Console, words: list[str]) -> None:
        said = console(*words)

        assert said.code == 0
        assert said.out.startswith("flexiapi ")

    @pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["--env", "testing"]])
    def test_commands_are_listed(self, console: Console, words: list[str]) -> None:
        said = console(*words)

        assert said.code == 0
        for name in (CREATE, "accounts:seed", "key:generate", "migrate", "serve", "worker"):
            assert name in said.out

    def test_help_of_a_command(self, console: Console) -> None:
        said = console(CREATE, "--help")

        assert said.code == 0
        for text in ("-u, --username", "-k, --api_key_ip", "-n, --no-interaction", "-q, --quiet", "--env"):
            assert text in said.out


class TestAsProcess:
    def run(self, *words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=cwd, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False
        )

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "flexiapi.env").write_text("APP_KEY=\nFLEXIAPI_DATA_DIR=one\n")
        (tmp_path / "config" / "flexiapi.env.acme").write_text("APP_KEY=\nFLEXIAPI_DATA_DIR=two\n")
        return tmp_path

    def test_set_up_by_hand(self, folder: Path) -> None:
        flexiapi = str(Path(sys.executable).parent / "flexiapi")
        settings = {"FLEXIAPI_CONFIG_DIR": str(folder / "config")}

        without_key = self.run(flexiapi, "migrate", cwd=folder, **settings)
        assert (without_key.returncode, without_key.stdout) == (1, "")
        assert "APP_KEY" in without_key.stderr
        assert "key:generate" in self.run(flexiapi, cwd=folder, **settings).stdout

        for words in (
            ["key:generate"],
            ["migrate", "--force"],
            ["spaces:create-update", "sip.example.org", "sip.example.org", "Example", "--super"],
            [CREATE, "-n"],
        ):
            said = self.run(flexiapi, *words, "--env=acme", cwd=folder, **settings)
            assert said.returncode == 0, said
        assert 'created: "admin@sip.example.org"' in said.stdout
        assert (folder / "two" / "flexiapi.sqlite3").exists()
        assert not (folder / "one").exists()
        assert (folder / "config" / "flexiapi.env").read_text() == "APP_KEY=\nFLEXIAPI_DATA_DIR=one\n"

    def test_former_name(self, tmp_path: Path) -> None:
        if not (ROOT / ".venv/bin/flexiapi").exists():
            pytest.skip("no .venv in the checkout")
        said = self.run(str(ROOT / "artisan"), "-V", cwd=tmp_path)

        assert said.returncode == 0
        assert said.stdout.startswith("flexiapi ")

    def test_missing_database_is_told_without_a_trace(self, folder: Path) -> None:
        flexiapi = str(Path(sys.executable).parent / "flexiapi")
        said = self.run(flexiapi, CREATE, "-n", cwd=folder, APP_ENV="local", FLEXIAPI_DATA_DIR="new")

        assert said.returncode == 1
        assert "flexiapi migrate" in said.stderr
        assert "Traceback" not in said.stderr
