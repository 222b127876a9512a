"""What a report costs: a fixed number of statements, each by a key, however many rows there are."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.api import Api
from tests.statistics.reports import CALL_ID, DEVICE, MESSAGE_ID, a_call, a_conference, a_message
from tests.together import at_once

from flexiapi.config.logging import EventStream
from flexiapi.statistics.models import CallDevice, MessageDevice
from flexiapi.statistics.services import storing

DELIVERED = {"last_status": 200, "received_at": "2026-03-01T17:32:29Z"}
RANG = {"rang_at": "2026-03-01T17:32:29Z"}
ENDED = {"ended_at": "2026-03-01T17:40:00Z"}
EVENT = {"type": "left", "at": "2026-03-01T17:40:00Z"}
CALL = f"/api/stats/calls/{CALL_ID}"
RECIPIENT = f"/api/stats/messages/{MESSAGE_ID}/to/bob@sip.example.org/devices"
CONFERENCE = "/api/stats/conferences/iHVDMq6MxSKp60bT"

# The gate's own statement, which finds the Space and the key, is one of them.
COSTS: list[tuple[str, str, dict[str, Any], int]] = [
    ("POST", "/api/stats/calls", a_call(), 2),
    ("POST", "/api/stats/calls", a_call(), 2),
    ("POST", "/api/stats/calls", a_call(id="2", devices={f"d{n}": RANG for n in range(20)}), 3),
    ("PATCH", f"{CALL}/devices/{DEVICE}", RANG, 3),
    ("PATCH", f"{CALL}/devices/{DEVICE}", RANG, 3),
    ("PATCH", CALL, ENDED, 3),
    ("POST", "/api/stats/messages", a_message(), 2),
    ("POST", "/api/stats/messages", a_message(id="2", to={"b@d.org": {f"d{n}": DELIVERED for n in range(20)}}), 3),
    ("PATCH", f"{RECIPIENT}/{DEVICE}", DELIVERED, 3),
    ("PATCH", f"{RECIPIENT}/{DEVICE}", DELIVERED, 3),
    ("POST", "/api/stats/conferences", a_conference(), 2),
    ("POST", f"{CONFERENCE}/participants/bob@sip.example.org/events", EVENT, 2),
    ("POST", f"{CONFERENCE}/participants/bob@sip.example.org/devices/{DEVICE}/events", EVENT, 2),
    ("PATCH", CONFERENCE, ENDED, 3),
]


@pytest.mark.django_db
def test_statements(proxy: Api) -> None:
    proxy.get("/api/ping")  # the Space is cached from now on
    for method, path, body, expected in COSTS:
        with CaptureQueriesContext(connection) as captured:
            answer = proxy.send(method, path, body)

        assert answer.status < 300, answer.text
        statements = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
        assert len(statements) == expected, statements
        assert not any(scans(statement) for statement in statements), statements


def scans(statement: str) -> bool:
    """Whether SQLite would read a whole table for a statement; what it has no row of yet tells it nothing."""
    if connection.vendor != "sqlite" or not statement.startswith(("SELECT", "UPDATE")):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement.replace('%', '%%')}", [])
        return any(row[3].startswith("SCAN") for row in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("begin", "path", "body", "rows"),
    [
        (("/api/stats/calls", a_call()), f"{CALL}/devices/d", RANG, CallDevice),
        (("/api/stats/messages", a_message()), f"{RECIPIENT}/d", DELIVERED, MessageDevice),
    ],
)
def test_the_same_device_from_many_sides_at_once(
    api: Api, begin: tuple[str, Any], path: str, body: dict[str, Any], rows: Any
) -> None:
    proxy = api.as_admin(factories.a_space())
    proxy.post(*begin)

    answers = at_once(6, lambda _: proxy.patch(path, body))

    assert sorted(answer.status for answer in answers) == [200] * 5 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert rows.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_call_at_once(api: Api) -> None:
    proxy = api.as_admin(factories.a_space())

    answers = at_once(6, lambda _: proxy.post("/api/stats/calls", a_call()))

    assert [answer.status for answer in answers] == [200] * 6


@pytest.mark.django_db
def test_failures_are_logged_by_id_alone(proxy: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, Any]] = []

    class Kept(EventStream):
        def record(self, message: str, /, **context: Any) -> None:
            lines.append(context)

    monkeypatch.setattr(storing, "database_error_log", lambda: Kept("test", 0))

    proxy.patch(f"{RECIPIENT}/d", DELIVERED)
    proxy.post("/api/stats/messages", {})

    assert lines == [{"kind": "message", "id": MESSAGE_ID, "reason": "unknown id"}]


@pytest.mark.django_db
def test_what_the_database_refuses_is_no_server_error(proxy: Api) -> None:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if "statistics_conferences" in sql:
            raise OperationalError("no space left")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        answer = proxy.post("/api/stats/conferences", a_conference())

    assert (answer.status, answer.json) == (400, {"message": "Database error"})
