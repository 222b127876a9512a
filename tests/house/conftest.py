"""What the tests of the checkout itself share."""

import os
import shutil
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture
def program():
    """Find a program; without it the test skips, or fails where everything is required."""

    def find(name: str) -> str:
        path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if path is None:
            if os.environ.get("FLEXIAPI_TEST_REQUIRE") == "all":
                pytest.fail(f"{name} is missing")
            pytest.skip(f"{name} is missing")
        return path

    return find


@pytest.fixture
def free_port():
    """Ask the system for ports of the loopback address that nobody listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    return find
