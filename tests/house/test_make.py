"""What make, the lock files, the console wrapper and the test runner promise."""

import os
import re
import subprocess

import pytest
from scripts import run_tests


class TestHelp:
    def test_lists_every_target(self, checkout, program):
        text = (checkout / "Makefile").read_text()
        targets = set(re.findall(r"^\.PHONY: ([a-z-]+)$", text, re.MULTILINE))

        said = subprocess.run([program("make"), "help"], cwd=checkout, capture_output=True, text=True, check=True)

        assert targets >= {"run", "test", "install"}
        for target in targets:
            assert re.search(rf"^  make {target} +\S", said.stdout, re.MULTILINE), target

    def test_unknown_driver_is_refused(self, checkout, program):
        command = [program("make"), "install", "EXTRAS=oracle"]
        said = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)

        assert said.returncode != 0
        assert "oracle" in said.stderr


class TestLocks:
    @pytest.mark.parametrize("name", ["build", "runtime", "mysql", "postgres", "development"])
    def test_every_requirement_is_pinned_and_hashed(self, checkout, name):
        text = (checkout / f"requirements/{name}.txt").read_text()
        entries = re.findall(r"^[a-z0-9].*\n(?: +--hash.*\n)*", text, re.MULTILINE)

        assert entries
        for entry in entries:
            assert re.match(r"[\w.-]+==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", entry), entry

    @pytest.mark.parametrize("name", ["build", "runtime", "mysql", "postgres", "development"])
    def test_no_index_is_named(self, checkout, name):
        text = (checkout / f"requirements/{name}.txt").read_text()

        assert not re.search(r"index-url|find-links|trusted-host|://", text)

    def test_what_is_asked_for_is_locked(self, checkout):
        for source in (checkout / "requirements").glob("*.in"):
            locked = source.with_suffix(".txt").read_text()
            for line in source.read_text().splitlines():
                if line and not line.startswith(("#", "-c")):
                    name = re.split(r"[\[<>=~;]", line)[0].strip()
                    assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), (source.name, name)


class TestConsoleWrapper:
    @pytest.fixture
    def installed(self, checkout, tmp_path):
        """A copy of the wrapper beside a console that prints its arguments."""
        home = tmp_path / "a folder"
        console = home / ".venv/bin/flexiapi"
        console.parent.mkdir(parents=True)
        console.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
        console.chmod(0o755)
        wrapper = home / "artisan"
        wrapper.write_bytes((checkout / "artisan").read_bytes())
        wrapper.chmod(0o755)
        return wrapper

    def test_is_executable(self, checkout):
        assert os.access(checkout / "artisan", os.X_OK)

    def test_passes_arguments(self, installed, tmp_path):
        said = subprocess.run([installed, "a b", "--c=d", ""], cwd="/", capture_output=True, text=True, check=True)

        assert said.stdout == "a b|--c=d||"

    def test_follows_links(self, installed, tmp_path):
        first = tmp_path / "first"
        first.symlink_to(installed)
        (tmp_path / "bin").mkdir()
        second = tmp_path / "bin/artisan"
        second.symlink_to("../first")

        said = subprocess.run([second, "up"], cwd="/", capture_output=True, text=True, check=True)

        assert said.stdout == "up|"

    def test_tells_what_is_missing(self, installed):
        (installed.parent / ".venv/bin/flexiapi").unlink()

        said = subprocess.run([installed], capture_output=True, text=True, check=False)

        assert said.returncode == 127
        assert "make install" in said.stderr


class TestRunner:
    def test_embedded_alone(self):
        (run,) = run_tests.runs({}, require_all=False)

        assert run.environment == {"DB_CONNECTION": "sqlite"}

    def test_every_database(self):
        runs = run_tests.runs({"TEST_MARIADB_USERNAME": "tester"}, require_all=True)

        assert [run.name for run in runs] == ["sqlite", "mariadb", "postgresql"]
        assert runs[1].environment["DB_USERNAME"] == "tester"
        assert runs[1].environment["DB_PORT"] == "3306"
        assert runs[2].environment["DB_USERNAME"] == "postgres"

    def test_adds_up(self, tmp_path):
        report = tmp_path / "report.xml"
        report.write_text('<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>')

        assert str(run_tests.count(report, exit_code=1)) == "3 passed, 2 failed, 2 skipped"

    def test_broken_run_fails(self, tmp_path):
        assert run_tests.count(tmp_path / "none.xml", exit_code=4).failed == 1
