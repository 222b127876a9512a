"""What holds the answers against the document can fail."""

import pytest
from django.http import HttpResponse

from flexiapi.http import replies, urlmap
from flexiapi.http.openapi import description
from flexiapi.operations.openapi import operation
from tests import contract

WRONG = [
    pytest.param("GET", "/api/ping", replies.text("pong", status=418), id="status"),
    pytest.param("GET", "/api/ping", replies.json("pong"), id="type"),
    pytest.param("GET", "/api/ping", HttpResponse(b"pong"), id="page"),
    pytest.param("DELETE", "/api/accounts/1", replies.text(1), id="body where there is none"),
    pytest.param("GET", "/api/phone_countries", replies.json([{"code": "FR"}]), id="missing key"),
    pytest.param(
        "GET",
        "/api/phone_countries",
        replies.json([{"code": "FR", "country_code": "33", "activated": True, "more": 1}]),
        id="unknown key",
    ),
    pytest.param("GET", "/api/accounts/me", replies.json({"errors": []}, status=401), id="error of another shape"),
    pytest.param("GET", "/api/nothing", replies.json({}), id="answer of no route"),
    pytest.param("PUT", "/api/ping", replies.text("pong"), id="answer of another method"),
]


@pytest.mark.parametrize(("method", "path", "reply"), WRONG)
def test_a_wrong_answer_fails(method: str, path: str, reply: HttpResponse) -> None:
    with pytest.raises(AssertionError):
        contract.check(method, path, reply)


@pytest.mark.parametrize(
    ("method", "path", "reply"),
    [
        ("GET", "/api/ping", replies.text("pong")),
        ("HEAD", "/api/ping", replies.text("")),
        ("GET", "/api/phone_countries", replies.json([])),
        ("GET", "/login", HttpResponse(b"anything")),
        ("OPTIONS", "/api/ping", replies.empty()),
    ],
)
def test_a_right_one_passes(method: str, path: str, reply: HttpResponse) -> None:
    contract.check(method, path, reply)


def test_an_operation_without_description_is_named() -> None:
    class Bare:
        __module__ = "flexiapi.operations.api"

        def get(self) -> None: ...

    def view() -> None: ...

    view.view_class = Bare  # type: ignore[attr-defined]
    route = urlmap.Route("api/bare", "/api/bare", {}, view)

    assert description(route.handler("GET")) is None
    with pytest.raises(LookupError, match="GET /api/bare is not described"):
        operation(route, "GET")
