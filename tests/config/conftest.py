"""A working directory without configuration, and a loader that sees nothing but what a test gives it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings

Loader = Callable[..., InstanceSettings]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path


@pytest.fixture
def load(folder: Path) -> Loader:
    """Load with variables by name: `load(APP_NAME="x")`; outside production unless a test says otherwise."""

    def loaded(env_name: str | None = None, **environ: str) -> InstanceSettings:
        config_dir = {"FLEXIAPI_CONFIG_DIR": str(folder / "config")}
        environ = {"APP_ENV": "testing", **config_dir, **environ}
        return instance.load(environ, env_name=env_name, cwd=folder)

    return loaded
