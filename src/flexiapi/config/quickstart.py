"""Where a quick start keeps everything: one directory with settings, key and data."""

import os
from collections.abc import Sequence
from pathlib import Path

from .commands import generate_key

DIRECTORY = ".run"


def directory_of(words: Sequence[str]) -> Path:
    """The value of `--directory` on a command line."""
    for position, word in enumerate(words):
        if word.startswith("--directory="):
            return Path(word.partition("=")[2])
        if word == "--directory" and position + 1 < len(words):
            return Path(words[position + 1])
    return Path(DIRECTORY)


def prepare(directory: Path) -> None:
    """Make the directory with a DotEnv file and key, and let this process use it.

    Runs before the configuration is read; what the environment says already stays.
    """
    directory = directory.resolve()
    for name in ("config", "data"):
        (directory / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ.setdefault("FLEXIAPI_CONFIG_DIR", str(directory / "config"))
    os.environ.setdefault("FLEXIAPI_DATA_DIR", str(directory / "data"))
    file = Path(os.environ["FLEXIAPI_CONFIG_DIR"]) / "flexiapi.env"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        file.write_text(_DOTENV)
        file.chmod(0o600)
        if not os.environ.get("APP_KEY"):
            generate_key(file)


_DOTENV = """\
# Settings of this quick start. All variables: docs/operators/configuration.md
APP_ENV=local
APP_KEY=
LOG_CHANNEL=stderr
# Phones send the header X-Linphone-Provisioning; Debian's Linphone does not.
ACCOUNT_PROVISIONING_USE_X_LINPHONE_PROVISIONING_HEADER=true
"""
