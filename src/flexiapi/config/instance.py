"""The settings of this process: loaded once, at first use, from the DotEnv file and the environment."""

import dataclasses
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import dotenv, variables
from .errors import ConfigurationError
from .settings import InstanceSettings

__all__ = ["ConfigurationError", "InstanceSettings", "current", "load", "override", "start"]

_current: InstanceSettings | None = None
_lock = threading.RLock()


def load(environ: Mapping[str, str], *, env_name: str | None = None, cwd: Path | None = None) -> InstanceSettings:
    """The settings that an environment and the DotEnv file it selects make; the environment beats the file.

    `env_name` is the `--env` of the command line and beats `APP_ENV`. Relative paths are below `cwd`.

    Raises:
        ConfigurationError: a variable or the file is wrong.
    """
    place = (cwd or Path.cwd()).absolute()
    texts = {
        **texts_of(environ, env_name=env_name, cwd=place),
        "FLEXIAPI_CONFIG_DIR": str(dotenv.config_dir(environ, place)),
    }
    values = variables.values(InstanceSettings, texts)
    values["flexiapi_data_dir"] = place / values["flexiapi_data_dir"]
    values["db_connection"] = values["db_driver"] or values["db_connection"]
    if values["filesystem_driver"] == "s3" and not values["aws_bucket"]:
        raise ConfigurationError("AWS_BUCKET must be set when FILESYSTEM_DRIVER is `s3`.")
    return InstanceSettings(**values)


def texts_of(environ: Mapping[str, str], *, env_name: str | None, cwd: Path) -> dict[str, str]:
    """Every variable as it was written: those of the DotEnv file, then those of the environment over them."""
    file = dotenv.choose(environ, env_name=env_name, cwd=cwd)
    texts = {**(dotenv.read(file, environ) if file else {}), **environ}
    if env_name:
        texts["APP_ENV"] = env_name
    return texts


def current() -> InstanceSettings:
    """The settings of this process.

    Raises:
        ConfigurationError: at first use, when something is wrong.
    """
    settings = _current
    return settings if settings is not None else _load_once(None)


def start(env_name: str | None = None) -> InstanceSettings:
    """The settings of this process, for a program at its start: what is wrong goes to stderr, then exit 1.

    `env_name` is the `--env` of the command line; it has no effect once the settings are loaded.
    """
    try:
        return _load_once(env_name)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


@contextmanager
def override(**changes: Any) -> Iterator[InstanceSettings]:
    """Change what `current()` answers, in every thread, until the block ends. For tests.

    Raises:
        TypeError: there is no such setting.
    """
    global _current
    before = current()
    with _lock:
        _current = changed = dataclasses.replace(before, **changes)
    try:
        yield changed
    finally:
        with _lock:
            _current = before


def _load_once(env_name: str | None) -> InstanceSettings:
    global _current
    with _lock:
        if _current is None:
            _current = load(os.environ, env_name=env_name)
        return _current
