from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.db import connection

from flexiapi.db import options


@dataclass(frozen=True)
class Settings:
    db_connection: str = "sqlite"
    db_driver: str | None = None
    database_url: str | None = None
    db_host: str | None = "db.example.org"
    db_port: int | None = 3307
    db_database: str | None = None
    db_username: str | None = "flexisip"
    db_password: str | None = "secret"
    db_socket: str | None = None
    mysql_attr_ssl_ca: str | None = None
    flexiapi_data_dir: Path = Path("/srv/flexiapi")


def test_sqlite_lives_in_the_data_directory() -> None:
    assert options.database(Settings())["NAME"] == "/srv/flexiapi/flexiapi.sqlite3"
    assert options.database(Settings(db_database="other.db"))["NAME"] == "/srv/flexiapi/other.db"
    assert options.database(Settings(db_database="/var/lib/a.db"))["NAME"] == "/var/lib/a.db"
    assert options.database(Settings(db_database=":memory:"))["NAME"] == ":memory:"


def test_servers() -> None:
    mysql = options.database(Settings(db_connection="mysql", db_database="a", mysql_attr_ssl_ca="/etc/ca.pem"))
    pgsql = options.database(Settings(db_connection="pgsql", db_database="a"))

    assert (mysql["NAME"], mysql["USER"], mysql["PASSWORD"]) == ("a", "flexisip", "secret")
    assert (mysql["HOST"], mysql["PORT"]) == ("db.example.org", "3307")
    assert mysql["OPTIONS"]["ssl"] == {"ca": "/etc/ca.pem"}
    assert pgsql["ENGINE"] == "flexiapi.db.backends.postgresql"


def test_socket_wins_over_host() -> None:
    settings = Settings(db_connection="mysql", db_socket="/run/mysqld/mysqld.sock")

    assert options.database(settings)["HOST"] == "/run/mysqld/mysqld.sock"


def test_url_wins_over_the_parts() -> None:
    found = options.database(Settings(database_url="pgsql://me:p%40ss@db2.example.org:6432/accounts"))

    assert found["ENGINE"] == "flexiapi.db.backends.postgresql"
    assert (found["NAME"], found["USER"], found["PASSWORD"]) == ("accounts", "me", "p@ss")
    assert (found["HOST"], found["PORT"]) == ("db2.example.org", "6432")


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="DB_CONNECTION: 'sqlsrv'"):
        options.database(replace(Settings(), db_connection="sqlsrv"))


@pytest.mark.django_db
def test_connection_is_strict() -> None:
    checks = {
        "sqlite": ("PRAGMA foreign_keys", 1),
        "mysql": ("SELECT @@sql_mode LIKE '%STRICT_ALL_TABLES%'", 1),
        "postgresql": ("SHOW transaction_isolation", "read committed"),
    }
    sql, expected = checks[connection.vendor]

    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchone() == (expected,)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
