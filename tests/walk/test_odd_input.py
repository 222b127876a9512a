"""Odd values in every field, query and path of the API: a clear 4xx or a faithful answer, never a 5xx.

`Api.send` holds every answer against the document, so its shape is checked as well.
"""

import json
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest

from flexiapi.http import openapi, urlmap
from tests.api import Answer, Api

from .rows import Row
from .table import TABLE
from .test_walk import shape, undone
from .world import World, a_world

pytestmark = pytest.mark.django_db

FAITHFUL = ["Zoë 📞 z", "a\u202eb \u0627\u0644\u0639", "x" * 40]
TEXTS = [
    *FAITHFUL,
    "a\x00b",
    "\ud800",
    "a\r\nBcc: x",
    "x" * 70_000,
    " ",
    "\u2028",
    "' OR 1=1",
    "%s {0} ${x}",
    "\x1b[31m",
]
OTHERS = [10**30, -1, 1.5, True, None, [], ["x"], {"a": 1}, [[[[[[[[[[]]]]]]]]]], {"": {"": {"": ""}}}]
NUMBERS = ["1e400", "-0", "0.1e-400", "9" * 5000]  # as JSON writes them
BYTES = [
    *(b"%00", b"a\x00b", b"\xff\xfe", b"\xf0\x9f\x93\x9e", b"a\r\nb", b"../../etc", b"x" * 3000, b"-1", b"9" * 40),
    b"[]",
]

ROUTES = {(method, shape(route.template)): route for route in urlmap.routes() for method in route.methods}


def rows(kind: str) -> list[Any]:
    """The rows that have a body, or path parameters, or query parameters."""
    found = {
        "body": lambda row: isinstance(row.body, dict) or callable(row.body),
        "path": lambda row: "{" in row.template,
        "query": lambda row: row.method == "GET" and row.template.startswith("/api/"),
    }[kind]
    return [
        pytest.param(row, id=f"{row.method} {row.template}") for table in TABLE.values() for row in table if found(row)
    ]


@pytest.fixture
def world() -> World:
    """A Space with one of everything."""
    return a_world()


def callers(world: World, row: Row) -> list[Api]:
    """Somebody whose request gets as far as possible: an administrator of all Spaces, and the user for `me`."""
    clients = [world.client("super administrator")]
    return [*clients, world.client("user")] if "/me" in row.template else clients


def description(row: Row) -> openapi.Description | None:
    """What the document says of the operation; None outside of it."""
    handler = ROUTES[row.method, shape(row.template)].handler(row.method)
    return openapi.description(handler)  # type: ignore[arg-type]


def fair(answer: Answer, row: Row, what: object) -> None:
    """Fail on a server error; services that are not there answer 503 as the row says."""
    expected = row.ok[0] if isinstance(row.ok, tuple) else row.ok
    assert answer.status < 500 or answer.status == expected, f"{what!r:.80}: {answer.status} {answer.text[:200]}"


@pytest.mark.parametrize("row", rows("body"))
def test_in_bodies(row: Row, world: World) -> None:
    body = row.body(world) if callable(row.body) else row.body
    if not isinstance(body, dict):
        pytest.skip("its body is no object")
    path = world.path(row.template, dict(row.values)) + row.query
    fields = [*body, *(name for name in _documented(row) if name not in body)]

    for client in callers(world, row):
        for name in fields:
            for value in [*TEXTS, *OTHERS]:
                with undone():
                    answer = client.send(row.method, path, json.dumps({**body, name: value}).encode(), **row.headers)
                    fair(answer, row, {name: value})
                    if value in FAITHFUL and answer.status < 300 and isinstance(_told(answer, name), str):
                        assert _told(answer, name) in (value, str(value).strip()), name
            rest = json.dumps({key: value for key, value in body.items() if key != name})[1:-1]
            for number in NUMBERS:
                raw = f'{{"{name}": {number}{", " if rest else ""}{rest}}}'
                with undone():
                    fair(client.send(row.method, path, raw.encode(), **row.headers), row, {name: number})


@pytest.mark.parametrize("row", rows("body"))
def test_in_forms(row: Row, world: World) -> None:
    body = row.body(world) if callable(row.body) else row.body
    if not isinstance(body, dict):
        pytest.skip("its body is no object")
    path = world.path(row.template, dict(row.values)) + row.query
    headers = {**row.headers, "Content_Type": "application/x-www-form-urlencoded"}
    client = world.client("super administrator")

    for name in body:
        rest = urlencode({key: value for key, value in body.items() if key != name}).encode()
        for value in BYTES:
            written = f"{name}=".encode() + quote_from_bytes(value).encode() + b"&" + rest
            with undone():
                fair(client.send(row.method, path, written, **headers), row, {name: value})
            part = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n--b--\r\n"
            multipart = {**row.headers, "Content_Type": "multipart/form-data; boundary=b"}
            with undone():
                fair(client.send(row.method, path, part, **multipart), row, {name: value})


@pytest.mark.parametrize("row", rows("path"))
def test_in_paths(row: Row, world: World) -> None:
    names = ROUTES[row.method, shape(row.template)].parameters
    known = {**world.values, **row.values}
    body = row.body(world) if callable(row.body) else row.body

    for client in callers(world, row):
        for name in known:
            if f"{{{name}}}" not in row.template:
                continue
            for value in BYTES:
                path = world.path(row.template, {**row.values, name: "ODD"})
                path = path.replace("ODD", quote_from_bytes(value, safe=""))
                with undone():
                    fair(client.send(row.method, path + row.query, body, **row.headers), row, (name, value))
    assert names or "voicemail.wav" in row.template


@pytest.mark.parametrize("row", rows("query"))
def test_in_queries(row: Row, world: World) -> None:
    found = description(row)
    known = {"page", "limit", "after", *_names(found.query if found is not None else None)}
    path = world.path(row.template, dict(row.values))
    client = world.client("super administrator")

    for name in sorted(known):
        for value in BYTES:
            written = f"{path}?{name}={quote_from_bytes(value)}"
            with undone():
                fair(client.send("GET", written, None, **row.headers), row, (name, value))


def _documented(row: Row) -> list[str]:
    """The fields that the document gives the operation's body."""
    found = description(row)
    return _names(found.body if found is not None else None)


def _names(described: Any) -> list[str]:
    """The names of an input: an input class, or schemas by name."""
    if isinstance(described, type):
        return list(described(data={}).fields)
    return list(described.get("properties", described)) if isinstance(described, dict) else []


def _told(answer: Answer, name: str) -> Any:
    """What a JSON answer says of a field."""
    if answer.header("Content-Type") != "application/json" or not isinstance(answer.json, dict):
        return None
    return answer.json.get(name)
