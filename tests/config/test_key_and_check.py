"""The console commands that work before there is a usable configuration, and the page of all variables."""

import base64
import json
import os
import stat
from pathlib import Path

import pytest

from flexiapi import cli
from flexiapi.config import dotenv, keys, reference
from flexiapi.config.errors import ConfigurationError

OLD = "base64:" + base64.b64encode(b"o" * 32).decode()


@pytest.fixture
def shell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of one's own, and an environment without configuration."""
    monkeypatch.chdir(folder)
    for name in list(os.environ):
        if name.startswith(("APP_", "DB_", "FLEXIAPI_", "LOG_CHANNEL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FLEXIAPI_CONFIG_DIR", str(folder / "config"))
    return folder


class TestKey:
    def test_it_takes_the_place_of_the_empty_line(self, folder):
        file = folder / ".env"
        file.write_text("# key\nexport APP_KEY=\n\nAPP_NAME='x'\n")

        key = keys.generate_key(file, {})

        assert file.read_text() == f"# key\nexport APP_KEY={key}\n\nAPP_NAME='x'\n"
        assert len(base64.b64decode(key.removeprefix("base64:"))) == 32

    @pytest.mark.parametrize("text", ["", "A=1\n", "A=1", "A=1\r\n"])
    def test_a_file_without_the_line_gets_one(self, folder, text):
        (folder / ".env").write_text(text, newline="")

        key = keys.generate_key(folder / ".env", {})

        assert dotenv.read(folder / ".env", {}) == ({"A": "1"} if text else {}) | {"APP_KEY": key}

    def test_a_new_file_is_private(self, folder):
        keys.generate_key(folder / ".env", {})

        assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600

    @pytest.mark.parametrize(("before", "after"), [(0o640, 0o640), (0o644, 0o640), (0o600, 0o600)])
    def test_a_file_stays_readable_for_its_group_alone(self, folder, before, after):
        (folder / ".env").touch()
        (folder / ".env").chmod(before)

        keys.generate_key(folder / ".env", {})

        assert stat.S_IMODE((folder / ".env").stat().st_mode) == after
        assert [path.name for path in folder.iterdir() if path.is_file()] == [".env"]

    def test_a_link_stays_a_link(self, folder):
        (folder / "real.env").write_text("APP_KEY=\n")
        (folder / ".env").symlink_to(folder / "real.env")

        keys.generate_key(folder / ".env", {})

        assert (folder / ".env").is_symlink()
        assert "base64:" in (folder / "real.env").read_text()

    def test_the_former_key_is_kept_to_read_what_it_protected(self, folder, load):
        (folder / ".env").write_text(f"APP_KEY={OLD}\n")

        keys.generate_key(folder / ".env", {})
        keys.generate_key(folder / ".env", {})

        assert len(load().app_previous_keys) == 2
        assert load().app_previous_keys[1] == b"o" * 32

    def test_a_text_that_never_was_a_key_is_dropped(self, folder, load):
        (folder / ".env").write_text("APP_KEY=SomeRandomString\n")

        keys.generate_key(folder / ".env", {})

        assert load().app_previous_keys == ()

    def test_the_environment_would_beat_the_file(self, folder):
        with pytest.raises(ConfigurationError, match="APP_KEY is set by the environment"):
            keys.generate_key(folder / ".env", {"APP_KEY": OLD})

        assert not (folder / ".env").exists()

    def test_a_malformed_file_is_left_alone(self, folder):
        (folder / ".env").write_text("no assignment\n")

        with pytest.raises(ConfigurationError, match="line 1"):
            keys.generate_key(folder / ".env", {})

        assert (folder / ".env").read_text() == "no assignment\n"

    def test_a_folder_that_is_not_there(self, folder):
        with pytest.raises(ConfigurationError, match="cannot be written"):
            keys.generate_key(folder / "nowhere/.env", {})


class TestKeyCommand:
    def test_it_writes_into_the_file_that_is_read(self, shell):
        (shell / ".env.foo").write_text("APP_KEY=\n")
        (shell / ".env").write_text("APP_KEY=\n")

        assert cli.run(["key:generate", "--env=foo", "-n"]) == 0

        assert "base64:" in (shell / ".env.foo").read_text()
        assert (shell / ".env").read_text() == "APP_KEY=\n"

    def test_without_a_file_it_makes_one(self, shell):
        assert cli.run(["key:generate"]) == 0

        assert (shell / "config/flexiapi.env").read_text().startswith("APP_KEY=base64:")

    def test_a_key_is_replaced_by_force_alone(self, shell, capsys):
        (shell / ".env").write_text(f"APP_KEY={OLD}\n")

        assert cli.run(["key:generate", "-n"]) == 1
        assert (shell / ".env").read_text() == f"APP_KEY={OLD}\n"
        assert cli.run(["key:generate", "--force"]) == 0
        assert OLD not in (shell / ".env").read_text().splitlines()[0]
        assert "base64:" not in capsys.readouterr().out

    def test_the_environment_sets_it(self, shell, monkeypatch, capsys):
        monkeypatch.setenv("APP_KEY", OLD)

        assert cli.run(["key:generate"]) == 1
        assert "APP_KEY is set by the environment" in capsys.readouterr().out

    def test_show_writes_nothing(self, shell, capsys):
        assert cli.run(["key:generate", "--show"]) == 0

        assert capsys.readouterr().out.startswith("base64:")
        assert list((shell / "config").iterdir()) == []


class TestCheckCommand:
    def findings(self, capsys: pytest.CaptureFixture[str], code: int) -> dict[str, list[str]]:
        assert cli.run(["config:check", "--json"]) == code
        return json.loads(capsys.readouterr().out)

    def test_it_sorts_its_findings(self, shell, capsys):
        (shell / ".env").write_text(
            f"APP_KEY={OLD}\nAPP_ROOT_HOTS=example.org\nMY_OWN=1\nSESSION_DRIVER=file\nMEMCACHED_HOST=x\n"
            "WEB_PANEL=true\nHCAPTCHA_SECRET=0xABC\nINSTANCE_COPYRIGHT=me\nINSTANCE_CONFIRMED_REGISTRATION_TEXT=x\n"
        )

        found = self.findings(capsys, 0)

        assert found["file"] == str(shell / ".env")
        assert found["errors"] == []
        assert found["unknown"] == ["APP_ROOT_HOTS is not known: is APP_ROOT_HOST meant?", "MY_OWN is not known."]
        assert [line.split()[0] for line in found["obsolete"]] == [
            "INSTANCE_CONFIRMED_REGISTRATION_TEXT",
            "MEMCACHED_HOST",
            "SESSION_DRIVER",
            "WEB_PANEL",
        ]
        assert [line.split()[0] for line in found["missing"]] == ["APP_ROOT_HOST", "MAIL_HOST", "HCAPTCHA_SECRET"]

    def test_the_environment_counts_with_our_names_alone(self, shell, capsys, monkeypatch):
        monkeypatch.setenv("APP_KEY", OLD)
        monkeypatch.setenv("ACCOUNT_RELM", "x")
        monkeypatch.setenv("SOMETHING_ELSE", "x")

        assert self.findings(capsys, 0)["unknown"] == ["ACCOUNT_RELM is not known: is ACCOUNT_REALM meant?"]

    def test_what_stops_the_product_is_an_error(self, shell, capsys):
        assert self.findings(capsys, 1)["errors"] == ["APP_KEY must be set in production: run `flexiapi key:generate`."]

        (shell / ".env").write_text("DB_PORT=x\nDB_PASSWORD=hush\x01\n")
        told = self.findings(capsys, 1)["errors"]
        assert [line.split()[0] for line in told] == ["DB_PORT", "DB_PASSWORD"]
        assert "hush" not in str(told)

        (shell / ".env").write_text("oh no\n")
        assert "line 1" in self.findings(capsys, 1)["errors"][0]

    def test_for_people(self, shell, capsys):
        (shell / ".env").write_text(f"APP_KEY={OLD}\nAPP_ROOT_HOST=example.org\nMAIL_HOST=localhost\n")

        assert cli.run(["config:check"]) == 0

        assert capsys.readouterr().out == f"DotEnv file: {shell / '.env'}\nNothing to report.\n"


def test_the_page_of_all_variables_is_up_to_date(pytestconfig):
    page = (pytestconfig.rootpath / "docs/operators/configuration.md").read_text()

    assert reference.page(page) == page, "python -m flexiapi.config.reference docs/operators/configuration.md"
