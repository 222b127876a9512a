"""Requests made up from the document, good and bad ones, as each kind of caller: no answer is undocumented.

`Api.send` holds every answer against the document, so an undocumented status, 500 included, or shape fails.
"""

import functools
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode

from flexiapi.http import urlmap
from flexiapi.operations.openapi import PREFIX, document
from tests.api import Answer, Api
from tests.walk.test_walk import undone
from tests.walk.world import World, a_world

CALLERS = ("anonymous", "user", "administrator", "super administrator")
OPERATIONS = [
    pytest.param(route, method, id=f"{method} {route.template}")
    for route in urlmap.routes()
    if route.template.startswith(PREFIX) and not route.template.startswith(f"{PREFIX}stats/")
    for method in route.methods
]
BOUNDED = settings(
    max_examples=2,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.django_db


@functools.cache
def schema() -> Any:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document())


@pytest.fixture
def world() -> World:
    """A Space with one of everything, so that half of the requests find what they name."""
    return a_world()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("route", "method"), OPERATIONS)
def test_every_answer_is_documented(route: urlmap.Route, method: str, mode: GenerationMode, world: World) -> None:
    operation = schema()[route.template][method]

    @seed(1)
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        for number, caller in enumerate(CALLERS):
            found = world.values if number % 2 or mode.is_positive else {}
            with undone():
                send(world.client(caller), case, route.template, {**(case.path_parameters or {}), **found})

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
