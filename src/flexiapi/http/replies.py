"""Successful replies, exactly as clients expect them.

The Linphone SDK compares `Content-Type` literally with `application/json` and drops the body of anything else.
"""

from typing import Any

import msgspec
from django.http import HttpResponse

_encode = msgspec.json.Encoder().encode

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


class Reply(HttpResponse):
    """A response that can carry several lines of one header (one `WWW-Authenticate` per challenge)."""

    def __init__(self, *args: Any, lines: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines or []

    def items(self) -> Any:
        """All header lines, the repeated ones included: this is what the WSGI handler sends."""
        return [*super().items(), *self.lines]


def json(content: Any, status: int = 200) -> Reply:
    """A JSON object or list, compact."""
    return Reply(_encode(content), status=status, content_type=JSON)


def ready_json(content: bytes, status: int = 200) -> Reply:
    """JSON that is already encoded."""
    return Reply(content, status=status, content_type=JSON)


def text(content: str | int, status: int = 200) -> Reply:
    """A bare text such as `pong`, a key or the number of rows touched."""
    return Reply(str(content), status=status, content_type=TEXT)


def empty(status: int = 200) -> Reply:
    """No body, with a type all the same: Linphone 5.1 crashes on a success without `Content-Type`."""
    return Reply(b"", status=status, content_type=JSON)


def nothing() -> Reply:
    """204, which has neither body nor type."""
    reply = Reply(b"", status=204)
    del reply["Content-Type"]
    return reply
