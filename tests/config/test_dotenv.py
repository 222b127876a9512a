"""Which DotEnv file is read, and what its syntax means."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flexiapi.config import dotenv
from flexiapi.config.errors import ConfigurationError

PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----\n"


def read(folder: Path, text: str, **environ: str) -> dict[str, str]:
    file = folder / "some.env"
    file.write_text(text, newline="")
    return dotenv.read(file, environ)


class TestChoice:
    def test_no_file_is_no_error(self, load):
        assert load().app_name == "Flexisip Account Manager"

    def test_the_working_directory_serves_without_a_configuration_directory(self, folder, load):
        (folder / ".env").write_text("APP_NAME=here\n")

        assert load().app_name == "here"

    def test_the_configuration_directory_comes_first_and_nothing_is_merged(self, folder, load):
        (folder / "config/flexiapi.env").write_text("APP_NAME=config\n")
        (folder / ".env").write_text("APP_NAME=here\nMAIL_SIGNATURE=here\n")

        settings = load()

        assert settings.app_name == "config"
        assert settings.mail_signature == "config"

    @pytest.mark.parametrize(("directory", "name"), [("config", "flexiapi.env"), (".", ".env")])
    def test_the_variant_of_the_environment_replaces_the_file(self, folder, load, directory, name):
        (folder / directory / name).write_text("APP_NAME=plain\nMAIL_SIGNATURE=plain\n")
        (folder / directory / f"{name}.foo").write_text("APP_NAME=foo\n")

        assert load(APP_ENV="foo").app_name == "foo"
        assert load(APP_ENV="foo").mail_signature == "foo"
        assert load(APP_ENV="bar").app_name == "plain"

    def test_the_option_beats_the_variable(self, folder, load):
        (folder / ".env.foo").write_text("APP_NAME=foo\n")
        (folder / ".env.bar").write_text("APP_NAME=bar\n")

        settings = load(env_name="bar", APP_ENV="foo")

        assert settings.app_name == "bar"
        assert settings.app_env == "bar"

    def test_app_env_inside_the_file_has_no_say(self, folder):
        (folder / ".env").write_text("APP_ENV=foo\n")
        (folder / ".env.foo").write_text("APP_NAME=foo\n")

        assert dotenv.choose({}, cwd=folder) == folder / ".env"

    def test_the_place_of_the_packages_is_the_default_if_it_exists(self, folder, monkeypatch):
        monkeypatch.setattr(dotenv, "PACKAGED_CONFIG_DIR", folder / "etc")
        assert dotenv.config_dir({}, folder) == folder / "config"

        (folder / "etc").mkdir()
        assert dotenv.config_dir({}, folder) == folder / "etc"

    @pytest.mark.parametrize("name", ["../etc/passwd", "a/b", ".", " x y ", "é", "x" * 65])
    def test_a_name_that_is_no_file_name_is_refused(self, folder, load, name):
        with pytest.raises(ConfigurationError, match="APP_ENV must be a short name"):
            load(APP_ENV=name)


class TestPrecedence:
    def test_the_environment_beats_the_file(self, folder, load):
        (folder / ".env").write_text("APP_NAME=file\nMAIL_SIGNATURE=file\n")

        settings = load(APP_NAME="environment")

        assert settings.app_name == "environment"
        assert settings.mail_signature == "file"

    def test_inside_values_too(self, folder):
        text = "HOST=file\nA=${HOST}\nB=${OTHER}\n"

        assert read(folder, text, HOST="environment")["A"] == "environment"


class TestSyntax:
    @pytest.mark.parametrize(
        ("line", "value"),
        [
            ("NAME=value", "value"),
            ("export NAME=value", "value"),
            ("  NAME = value  ", "value"),
            ("NAME=value # comment", "value"),
            ("NAME=value#no-comment", "value#no-comment"),
            ("NAME=two words", "two words"),
            ("NAME=", ""),
            ("NAME= # comment", ""),
            ("NAME='literal ${HOME} # \"'  # comment", 'literal ${HOME} # "'),
            ('NAME="a \\"b\\" \\\\ \\n c # d"  # comment', 'a "b" \\ \n c # d'),
            ('NAME="\\${HOST}"', "${HOST}"),
            ('NAME="at ${HOST}:1"', "at example.org:1"),
            ("NAME=at-${HOST}", "at-example.org"),
            ("NAME=${MISSING:-other}", "other"),
            ("NAME=a=b==", "a=b=="),
        ],
    )
    def test_value(self, folder, line, value):
        assert read(folder, f"# comment\n\nHOST=example.org\n{line}\n")["NAME"] == value

    def test_double_quotes_span_lines(self, folder):
        values = read(folder, f'JWT="{PEM}"\nNEXT=1\n')

        assert values == {"JWT": PEM, "NEXT": "1"}

    def test_windows_line_ends_and_byte_order_mark(self, folder):
        assert read(folder, "\ufeffA=1\r\nB=2\r\n") == {"A": "1", "B": "2"}

    def test_the_last_line_of_a_name_counts(self, folder):
        assert read(folder, "A=1\nA=2\n") == {"A": "2"}

    def test_a_name_alone_sets_nothing(self, folder):
        assert read(folder, "export A\nB=1\n") == {"B": "1"}

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("A=1\n\nthis is no assignment\n", 3),
            ('A="never closed\nB=1\n', 1),
            ("A=1\nB='x' y\n", 2),
            ("=value\n", 1),
            ("A=1\n1A=2\n", 2),
            ("A-B=2\n", 1),
        ],
    )
    def test_a_malformed_line_is_told_by_its_number_alone(self, folder, text, line):
        with pytest.raises(ConfigurationError, match=rf"some\.env: line {line} is not of the form NAME=value") as told:
            read(folder, text)

        assert "never closed" not in str(told.value)

    def test_what_is_no_text_is_refused(self, folder):
        (folder / "some.env").write_bytes(b"A=\xff\n")

        with pytest.raises(ConfigurationError, match="not UTF-8"):
            dotenv.read(folder / "some.env", {})

    def test_what_is_far_too_long_is_refused(self, folder):
        with pytest.raises(ConfigurationError, match="at most"):
            read(folder, "A=" + "x" * 1024 * 1024)


def test_a_malformed_file_stops_the_program(folder):
    (folder / ".env").write_text("APP_ENV=local\nthis is no assignment\n")
    environ = {"PATH": os.environ["PATH"], "FLEXIAPI_CONFIG_DIR": str(folder / "config")}

    ended = subprocess.run(
        [sys.executable, "-c", "from flexiapi.config import instance; instance.start()"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == f"{folder / '.env'}: line 2 is not of the form NAME=value.\n"
    assert ended.stdout == ""
