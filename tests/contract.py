"""Every answer of the API that a test receives is held against what the API's document says of it."""

import functools
import json
from typing import Any

import jsonschema_rs
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from flexiapi.http import openapi, urlmap
from flexiapi.http.schemas import COMPONENTS
from flexiapi.operations.openapi import ERROR, PREFIX, operation

_ERRORS_OF_THE_FRAME = {400, 403, 404, 413, 429, 503}


def check(method: str, path: str, reply: HttpResponse) -> None:
    """Fail where the document has no such answer: its status, its type, the shape of its JSON.

    Routes that are not described yet are left to the test that asks for their description.
    """
    sent = reply.wsgi_request.path_info if hasattr(reply, "wsgi_request") else path
    if not sent.startswith(PREFIX) or method == "OPTIONS":
        return
    about = f"{method} {path}: {reply.status_code}"
    route = _route(sent)
    asked = "GET" if method == "HEAD" else method
    if route is None or asked not in route.methods:
        expected = {404, *_ERRORS_OF_THE_FRAME} if route is None else {405, *_ERRORS_OF_THE_FRAME}
        assert reply.status_code in expected, f"{about} where there is no operation"
        _check_json(about, reply, ("Error",), ERROR, head=method == "HEAD")
        return
    if openapi.description(route.handler(asked)) is not None:
        _check_operation(about, route, asked, reply, head=method == "HEAD")


def _check_operation(about: str, route: urlmap.Route, method: str, reply: HttpResponse, *, head: bool) -> None:
    responses = _operation(route.pattern, method)["responses"]
    found = responses.get(str(reply.status_code))
    assert found is not None, f"{about} is not documented, only {', '.join(responses)}"
    sent_type = reply.headers.get("Content-Type")
    content = found.get("content")
    if content is None:
        assert not reply.content, f"{about} has a body of {sent_type}; the document says: none"
        assert sent_type == "application/json", f"{about} is {sent_type}; Linphone 5.1 crashes without a type"
        return
    documented = next(iter(content))
    if documented == "application/json":
        place = (route.pattern, method, str(reply.status_code))
        _check_json(about, reply, place, content[documented].get("schema", {}), head=head)
    else:
        bare = (sent_type or "").partition(";")[0]
        assert documented in (bare, "*/*"), f"{about} is {sent_type}; the document says {documented}"


def _check_json(about: str, reply: HttpResponse, place: tuple[str, ...], schema: dict[str, Any], *, head: bool) -> None:
    assert reply.headers.get("Content-Type") == "application/json", f"{about} is {reply.headers.get('Content-Type')}"
    if head:
        return
    body = json.loads(reply.content)
    validator = _VALIDATORS.get(place)
    if validator is None:
        whole = {**schema, "components": {"schemas": COMPONENTS}}
        validator = _VALIDATORS[place] = jsonschema_rs.Draft202012Validator(whole)
    error = next(iter(validator.iter_errors(body)), None)
    if error is not None:
        where = "/".join(map(str, error.instance_path))
        raise AssertionError(f"{about} is not what the document says, at /{where}: {error.message}")


_VALIDATORS: dict[tuple[str, ...], Any] = {}


@functools.cache
def _routes() -> dict[str, urlmap.Route]:
    return {route.pattern: route for route in urlmap.routes()}


@functools.cache
def _operation(pattern: str, method: str) -> dict[str, Any]:
    return operation(_routes()[pattern], method)


def _route(path: str) -> urlmap.Route | None:
    try:
        return _routes()[resolve(path).route]
    except Resolver404:
        return None
