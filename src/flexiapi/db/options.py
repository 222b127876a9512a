"""Django's DATABASES entry for each engine, from the instance's settings."""

import os
import tempfile
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

_STRICT = "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_ENGINES = {
    "sqlite": "sqlite3",
    "sqlite3": "sqlite3",
    "mysql": "mysql",
    "mariadb": "mysql",
    "pgsql": "postgresql",
    "postgres": "postgresql",
    "postgresql": "postgresql",
}
_CONNECT_SECONDS = 5
_BUSY_SECONDS = 20


class DatabaseSettings(Protocol):
    """The instance's settings that name the database."""

    @property
    def db_connection(self) -> str: ...
    @property
    def db_driver(self) -> str | None: ...
    @property
    def database_url(self) -> str | None: ...
    @property
    def db_host(self) -> str | None: ...
    @property
    def db_port(self) -> int | None: ...
    @property
    def db_database(self) -> str | None: ...
    @property
    def db_username(self) -> str | None: ...
    @property
    def db_password(self) -> str | None: ...
    @property
    def db_socket(self) -> str | None: ...
    @property
    def mysql_attr_ssl_ca(self) -> str | None: ...
    @property
    def flexiapi_data_dir(self) -> Path: ...


def database(settings: DatabaseSettings) -> dict[str, Any]:
    """The entry `default` of DATABASES.

    `DATABASE_URL` wins over the single variables. SQLite without a name lives in the data directory.

    Raises:
        ValueError: the engine is unknown.
    """
    place = {
        "NAME": settings.db_database or "",
        "USER": settings.db_username or "",
        "PASSWORD": settings.db_password or "",
        "HOST": settings.db_socket or settings.db_host or "",
        "PORT": str(settings.db_port or ""),
    }
    connection = settings.db_driver or settings.db_connection
    if settings.database_url:
        connection, place = _from_url(settings.database_url)
    if connection not in _ENGINES:
        raise ValueError(f"DB_CONNECTION: {connection!r} is none of {', '.join(sorted(_ENGINES))}")
    engine = _ENGINES[connection]
    common = {"ENGINE": f"flexiapi.db.backends.{engine}", "ATOMIC_REQUESTS": False}
    if engine == "sqlite3":
        return {**common, **_sqlite(place["NAME"], settings.flexiapi_data_dir)}
    # A connection serves many requests; each first use in a request checks that it is still alive.
    kept = {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    if engine == "mysql":
        return {**common, **place, **kept, **_mysql(settings.mysql_attr_ssl_ca)}
    return {**common, **place, **kept, "OPTIONS": {"connect_timeout": _CONNECT_SECONDS}}


def _sqlite(name: str, data_dir: Path) -> dict[str, Any]:
    """WAL lets readers and the writer work at once; immediate transactions wait for their turn (`timeout`)
    instead of failing when a read turns into a write."""
    if name != ":memory:":
        name = str(data_dir / (name or "flexiapi.sqlite3"))
    return {
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": _BUSY_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
        },
        # A file, so that tests meet the same locks as the service; one a process, so that runs do not meet.
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"flexiapi-test-{os.getpid()}.sqlite3")},
    }


def _mysql(ca_file: str | None) -> dict[str, Any]:
    """Read committed, as PostgreSQL; strict, so that a value too long is an error and never cut silently."""
    options: dict[str, Any] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        "init_command": f"SET sql_mode='{_STRICT}'",
        "connect_timeout": _CONNECT_SECONDS,
    }
    if ca_file:
        options["ssl"] = {"ca": ca_file}
    return {"OPTIONS": options, "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}}


def _from_url(url: str) -> tuple[str, dict[str, str]]:
    """`mysql://user:password@host:port/name`, `sqlite:////absolute/path`; `?socket=/path` for a socket."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    return parts.scheme, {
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": dict(parse_qsl(parts.query)).get("socket") or parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
