"""What a row of the walk's table says, and what each class of access answers to each caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .world import CALLERS

Expected = int | tuple[int, str]

DONE = "done"  # the cell answers what its row says


UNKNOWN = (401, "From header is required or invalid token")
NO_KEY = (401, "Unauthenticated.")
NO_ROLE = (403, "Unauthorized area")
BLOCKED = (403, "Account blocked")
MISSING = (404, "Missing elements to perform the request")

# The answers of each class of access: a status with its message, or what the row says.
ANSWERS: dict[str, dict[str, Any]] = {
    "public": dict.fromkeys(CALLERS, DONE),
    "user": {**dict.fromkeys(CALLERS, DONE), "anonymous": UNKNOWN, "blocked administrator": BLOCKED},
    "administrator": {
        "anonymous": NO_KEY,
        "user": NO_ROLE,
        "administrator": DONE,
        "foreign administrator": NO_ROLE,
        "blocked administrator": BLOCKED,
        "super administrator": DONE,
    },
    "super administrator": {
        "anonymous": NO_KEY,
        "user": NO_ROLE,
        "administrator": NO_ROLE,
        "foreign administrator": NO_ROLE,
        "blocked administrator": BLOCKED,
        "super administrator": DONE,
    },
}


@dataclass(frozen=True)
class Row:
    """One method of a route.

    `ok` is what those who may get. `others` is what they get where the path names something of the user
    (for `me`), `at_home` what the administrator of another Space gets on its own host for things of this
    Space; None where the path names nothing that belongs to a Space. `cells` are answers that differ.
    """

    method: str
    template: str
    ok: Expected = 200
    body: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    others: Expected | None = None
    at_home: Expected | None = None
    cells: Mapping[str, Expected] = field(default_factory=dict)
    query: str = ""

    def expected(self, access: str, caller: str) -> Expected:
        """The answer to a caller."""
        if caller in self.cells:
            return self.cells[caller]
        answer = ANSWERS[access][caller]
        if answer != DONE:
            return answer  # type: ignore[no-any-return]
        return self.ok if self.others is None or caller == "user" else self.others


def get(template: str, ok: Expected = 200, **choices: Any) -> Row:
    """A row for GET."""
    return Row("GET", template, ok, **choices)


def post(template: str, ok: Expected = 200, **choices: Any) -> Row:
    """A row for POST."""
    return Row("POST", template, ok, **choices)


def put(template: str, ok: Expected = 200, **choices: Any) -> Row:
    """A row for PUT."""
    return Row("PUT", template, ok, **choices)


def patch(template: str, ok: Expected = 200, **choices: Any) -> Row:
    """A row for PATCH."""
    return Row("PATCH", template, ok, **choices)


def delete(template: str, ok: Expected = 200, **choices: Any) -> Row:
    """A row for DELETE."""
    return Row("DELETE", template, ok, **choices)
