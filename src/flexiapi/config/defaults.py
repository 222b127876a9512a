"""Defaults of settings that depend on other settings; each gets those known so far, by field name."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ConfigurationError
from .kinds import KEY_BYTES

PRODUCTION = "production"

_DATABASE_PORTS = {"mysql": 3306, "pgsql": 5432}


def app_name(known: Mapping[str, Any]) -> str:
    """The name of the instance."""
    return str(known["app_name"])


def mail_templates(known: Mapping[str, Any]) -> Path:
    """`mails` in the configuration directory."""
    return Path(known["flexiapi_config_dir"], "mails")


def app_key(known: Mapping[str, Any]) -> bytes:
    """A key of this process alone, which no production instance may live on."""
    if known["app_env"] == PRODUCTION:
        raise ConfigurationError("APP_KEY must be set in production: run `flexiapi key:generate`.")
    return secrets.token_bytes(KEY_BYTES)


def mail_driver(known: Mapping[str, Any]) -> str:
    """Mail is only logged until there is a server for it."""
    return "smtp" if known["mail_host"] else "log"


def mail_from(known: Mapping[str, Any]) -> str:
    """A sender at the host of the instance."""
    return f"noreply@{known['app_root_host'] or known['app_sip_domain'] or 'localhost'}"


def cookie_name(known: Mapping[str, Any]) -> str:
    """The name of the instance in words of a cookie name."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in known["app_name"])
    return "_".join([*letters.lower().split(), "session"])


def database_name(known: Mapping[str, Any]) -> str | None:
    """None leaves the name of the embedded file to the database layer."""
    return None if (known["db_driver"] or known["db_connection"]) == "sqlite" else "flexisip"


def database_port(known: Mapping[str, Any]) -> int | None:
    """The usual port of the engine; None for the embedded one."""
    return _DATABASE_PORTS.get(known["db_driver"] or known["db_connection"])
