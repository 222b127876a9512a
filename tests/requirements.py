"""Programs and services that some tests need: without them a test skips, or fails where all are required."""

import os
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing(what: str) -> NoReturn:
    """Skip the test for lack of something; fail it when `FLEXIAPI_TEST_REQUIRE` is `all`."""
    if os.environ.get("FLEXIAPI_TEST_REQUIRE") == "all":
        pytest.fail(f"{what} is missing", pytrace=False)
    pytest.skip(f"{what} is missing")


def program(name: str) -> str:
    """The path of a program."""
    return shutil.which(name, path=_PATH) or missing(name)


def file(path: str) -> Path:
    """A file that a package installs."""
    found = Path(path)
    return found if found.exists() else missing(path)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
