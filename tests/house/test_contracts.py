"""The import contracts of pyproject.toml can fail: tried on a small house with one wrong import each."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

BOTTOM = [
    "console",
    "events",
    "hooks",
    "schedule",
    "config.urls",
    "config.wsgi",
    "config.instance",
    "db.rows",
    "http.errors",
]
ROOMS = ["spaces", "auth", "messaging", "accounts", "contacts", "intercom", "telephony", "provisioning"]
ROOMS += ["statistics", "portal", "operations"]
FURNITURE = ["models", "queries", "services", "api", "pages", "commands", "tasks"]
MODULES = ["__main__", "cli", *BOTTOM, *(f"{room}.{furniture}" for room in ROOMS for furniture in FURNITURE)]


@pytest.fixture
def house(tmp_path, checkout):
    """Build a package with the rooms of ours and the given imports; tells whether the contracts hold."""
    text = (checkout / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text[text.index("[tool.importlinter]") :])
    for module in MODULES:
        file = tmp_path / "flexiapi" / (module.replace(".", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        (file.parent / "__init__.py").touch()

    def holds(importer: str, imported: str) -> bool:
        file = tmp_path / "flexiapi" / (importer.replace(".", "/") + ".py")
        file.write_text(f"import flexiapi.{imported}\n")
        linter = Path(sys.executable).parent / "lint-imports"
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        command = [linter, "--no-cache", "--no-logo"]
        finished = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert "Contracts" in finished.stdout, finished.stdout + finished.stderr
        return finished.returncode == 0

    return holds


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("spaces.services", "accounts.queries"),
        ("accounts.services", "provisioning.services"),
        ("http.errors", "spaces.models"),
        ("db.rows", "accounts.queries"),
        ("config.instance", "spaces.models"),
        ("accounts.services", "accounts.tasks"),
        ("portal.pages", "accounts.pages"),
        ("operations.commands", "accounts.api"),
        ("hooks", "accounts.services"),
        ("accounts.services", "config.urls"),
        ("accounts.services", "cli"),
    ],
)
def test_wrong_import_is_found(house, importer, imported):
    assert not house(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("accounts.services", "spaces.services"),
        ("spaces.queries", "accounts.models"),
        ("config.urls", "portal.pages"),
        ("cli", "accounts.commands"),
        ("__main__", "cli"),
        ("provisioning.services", "telephony.queries"),
        ("accounts.services", "http.errors"),
    ],
)
def test_right_import_passes(house, importer, imported):
    assert house(importer, imported)


def test_every_room_has_its_place(checkout):
    """A new room has to be put into the order, the furniture's list and the house of this test."""
    contracts = tomllib.loads((checkout / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {name for layer in contracts[0]["layers"] for name in layer.split(" : ")}
    present = {path.parent.name for path in (checkout / "src/flexiapi").glob("*/__init__.py")}
    rooms = {name.removeprefix("flexiapi.") for name in contracts[1]["forbidden_modules"]}

    assert present <= layers
    assert rooms == set(ROOMS) == layers - {module.split(".")[0] for module in ["cli", *BOTTOM]}
