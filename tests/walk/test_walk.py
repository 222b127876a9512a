"""Every route as every kind of caller: who may gets it, who may not is refused and changes nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from flexiapi.http import urlmap
from flexiapi.spaces import queries
from tests.api import Answer, Api

from .pages import GATES, OPEN
from .rows import ANSWERS, Expected, Row
from .table import TABLE
from .world import CALLERS, World, a_world, contents

ROWS = [pytest.param(access, row, id=f"{row.method} {row.template}") for access, rows in TABLE.items() for row in rows]

pytestmark = pytest.mark.django_db


def shape(template: str) -> str:
    """A template without the names of its parameters: rows name them after what they stand for."""
    return re.sub(r"\{[^}]*\}|voicemail\.wav", "{}", template)


class TestTable:
    def test_it_has_every_method_of_every_route(self) -> None:
        routed = {
            (method, shape(route.template))
            for route in urlmap.routes()
            for method in route.methods
            if route.access not in GATES
        }
        rows = [(row.method, shape(row.template)) for rows in TABLE.values() for row in rows]
        known = {*rows, *OPEN}

        assert sorted(routed - known) == [], "routes without a row"
        assert sorted(known - routed) == [], "rows without a route"
        assert len(rows) == len(set(rows))

    def test_its_classes_are_those_of_the_views(self) -> None:
        of_views = {
            (method, shape(route.template)): route.access for route in urlmap.routes() for method in route.methods
        }

        for access, rows in TABLE.items():
            for row in rows:
                assert of_views[row.method, shape(row.template)] == access, row


@pytest.fixture
def world() -> World:
    """A Space with one of everything."""
    return a_world()


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    queries.forget_cached()


def send(client: Api, row: Row, world: World) -> Answer:
    """The row's request."""
    body = row.body(world) if callable(row.body) else row.body
    return client.send(row.method, world.path(row.template, dict(row.values)) + row.query, body, **row.headers)


def holds(answer: Answer, expected: Expected, who: str) -> None:
    """Fail unless the answer has the expected status, and message where one is expected."""
    status, message = expected if isinstance(expected, tuple) else (expected, None)
    assert answer.status == status, f"{who}: {answer.status} {answer.text[:200]}"
    if message is not None and answer.header("Content-Type") == "application/json":
        assert answer.message == message, who


@pytest.mark.parametrize(("access", "row"), ROWS)
def test_cells(access: str, row: Row, world: World) -> None:
    before = contents()

    for caller in CALLERS:
        expected = row.expected(access, caller)
        with undone():
            holds(send(world.client(caller), row, world), expected, caller)
            status = expected[0] if isinstance(expected, tuple) else expected
            if status >= 400 and contents() != before:
                raise AssertionError(f"{caller} is refused and changes something")


@pytest.mark.parametrize(("access", "row"), [param for param in ROWS if param.values[1].at_home is not None])
def test_things_of_another_space_are_out_of_reach(access: str, row: Row, world: World) -> None:
    before = contents()

    holds(send(world.at_home(), row, world), row.at_home or 0, "foreign administrator at home")
    assert contents() == before


def test_every_class_answers_every_caller() -> None:
    assert all(set(answers) == set(CALLERS) for answers in ANSWERS.values())
