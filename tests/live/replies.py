"""Replies as they arrive over a real connection."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reply:
    """A reply: its status, its header lines in order, its body."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    complete: bool = False

    def lines(self, name: str) -> list[str]:
        """All lines of a header."""
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def json(self) -> Any:
        """The body as JSON; its type must be literally `application/json`."""
        assert self.lines("content-type") == ["application/json"], (self.status, self.headers, self.body[:300])
        return json.loads(self.body)
