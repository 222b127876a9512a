"""Requests made up from the document, good and bad ones, as each kind of caller: no answer is undocumented.

`Api.send` holds every answer against the document, so an undocumented status, 500 included, or shape fails.
`FLEXIAPI_TEST_EXAMPLES` (6) says how many requests of each kind are made up for an operation.
"""

import functools
import json
import os
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from flexiapi.http import openapi, urlmap
from flexiapi.operations.openapi import PREFIX, document
from tests.api import Answer, Api
from tests.walk.test_walk import undone
from tests.walk.world import World, a_world

pytestmark = pytest.mark.django_db


def room_of(route: urlmap.Route) -> str:
    """The room that a route belongs to."""
    return str(route.view_class.__module__).split(".")[1]


CALLERS = ("anonymous", "user", "administrator", "super administrator")
ROUTES = [
    route
    for route in urlmap.routes()
    if route.template.startswith(PREFIX) and not route.template.startswith(f"{PREFIX}stats/")
]
ROOMS = sorted({room_of(route) for route in ROUTES})
EXAMPLES = int(os.environ.get("FLEXIAPI_TEST_EXAMPLES", "6"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@functools.cache
def schema() -> Any:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document())


@pytest.fixture
def world() -> World:
    """A Space with one of everything, which good requests name."""
    return a_world()


@pytest.mark.parametrize("room", ROOMS)
def test_every_answer_is_documented(room: str, world: World) -> None:
    for route in ROUTES:
        if room_of(route) == room:
            for method in route.methods:
                made_up(world, route, method, GenerationMode.POSITIVE)
                if openapi.description(route.handler(method)).body is not None:  # type: ignore[union-attr]
                    made_up(world, route, method, GenerationMode.NEGATIVE)


def made_up(world: World, route: urlmap.Route, method: str, mode: GenerationMode) -> None:
    """Requests of one operation; those that fit the document name things that are there."""
    known = world.values if mode.is_positive else {}

    @seed(EXAMPLES)
    @BOUNDED
    @given(case=schema()[route.template][method].as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        for caller in CALLERS:
            with undone():
                send(world.client(caller), case, route.template, {**(case.path_parameters or {}), **known})

    run()


def send(client: Api, case: Any, template: str, parameters: dict[str, Any]) -> Answer:
    """A made-up request."""
    path = template.format(**{name: quote(str(value), safe="@:") or "x" for name, value in parameters.items()})
    query = urlencode({key: str(value) for key, value in (case.query or {}).items()}, errors="replace")
    headers: dict[str, str] = {}
    body: Any = None
    if case.media_type == "multipart/form-data":
        headers["Content-Type"], body = "multipart/form-data; boundary=x", str(case.body).encode(errors="replace")
    elif isinstance(case.body, dict | list | str | int | float | bool):
        body = json.dumps(case.body).encode()
    return client.send(case.method, f"{path}?{query}" if query else path, body, **headers)
