"""Django's settings for tests: an instance of their own, told by the environment before anything is read."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

_directory = Path(tempfile.mkdtemp(prefix="flexiapi-tests-"))
(_directory / "config").mkdir()
os.environ.update(
    APP_ENV="testing",
    APP_KEY="base64:" + base64.b64encode(secrets.token_bytes(32)).decode(),  # of the programs beside the tests too
    APP_ROOT_HOST="example.org",
    FLEXIAPI_DATA_DIR=str(_directory / "data"),
    FLEXIAPI_CONFIG_DIR=str(_directory / "config"),
    RATE_LIMIT_CREDENTIALS="false",
    RATE_LIMIT_API_PER_MINUTE="0",
    LOG_CHANNEL="null",
)
os.environ.setdefault("DB_CONNECTION", "sqlite")

from flexiapi.config.django import *  # noqa: E402, F403 the environment comes first
