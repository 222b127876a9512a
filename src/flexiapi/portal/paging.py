"""The pages of a list, as links that keep the filters of the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeVar

from django.http import HttpRequest, QueryDict

from flexiapi.http.pagination import Rows, window

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class PageLink:
    """One entry of a pager; without `url` a gap."""

    text: str
    url: str | None
    here: bool


@dataclass(frozen=True, slots=True)
class Pager:
    """Where somebody is in a list of `total` rows."""

    number: int
    last: int
    total: int
    links: Sequence[PageLink]
    previous: str | None
    following: str | None


@dataclass(frozen=True, slots=True)
class Around:
    """The pages before and after one of a list whose pages are found by key; None where there is none."""

    first: str | None
    previous: str | None
    following: str | None


def around(request: HttpRequest, before: str | None, after: str | None) -> Around:
    """The links around a page, from the cursors of its ends."""
    return Around(
        first=url(request, after=None, before=None) if before else None,
        previous=url(request, after=None, before=before) if before else None,
        following=url(request, before=None, after=after) if after else None,
    )


def url(request: HttpRequest, **changes: str | None) -> str:
    """The query of this page with some values changed; None takes one out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}" if query else request.path


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a sortable column: its link sorts the other way round, at first upwards."""

    name: str
    url: str
    here: bool
    descending: bool


def order(request: HttpRequest, names: Sequence[str], *, default: str) -> tuple[str, bool]:
    """The column that the query sorts by and whether downwards; `default` and downwards without one."""
    name = request.GET.get("order_by", "")
    if name not in names:
        return default, request.GET.get("order_sort") != "asc"
    return name, request.GET.get("order_sort") == "desc"


def heads(request: HttpRequest, names: Sequence[str], *, order_by: str, descending: bool) -> dict[str, Head]:
    """The heads of sortable columns, by name."""

    def head(name: str) -> Head:
        here = name == order_by
        direction = "asc" if not here or descending else "desc"
        target = url(request, order_by=name, order_sort=direction, page=None)
        return Head(name, target, here, descending)

    return {name: head(name) for name in names}


def page(request: HttpRequest, rows: Rows, *, per_page: int) -> tuple[list[Any], Pager]:
    """The primary keys of the page that the query asks for, and its pager; a page past the end is the last one."""
    total = rows.count()
    pager = pager_at(_asked(request), total=total, per_page=per_page, query=request.GET)
    start = (pager.number - 1) * per_page
    found = list(rows.values_list("pk", flat=True)[start : start + per_page]) if total else []
    return found, pager


def part(request: HttpRequest, lines: Sequence[Line], *, per_page: int) -> tuple[Sequence[Line], Pager]:
    """The same for lines that are all at hand."""
    pager = pager_at(_asked(request), total=len(lines), per_page=per_page, query=request.GET)
    start = (pager.number - 1) * per_page
    return lines[start : start + per_page], pager


def _asked(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1


def pager_at(number: int, *, total: int, per_page: int, query: QueryDict) -> Pager:
    """The pager at a page of a list, or at the nearest one that there is; its links keep the query."""
    last = max(1, ceil(total / per_page))
    number = max(1, min(number, last))

    def url(target: int) -> str:
        changed = query.copy()
        changed["page"] = str(target)
        return f"?{changed.urlencode()}"

    links = [
        PageLink("…", None, here=False) if target is None else PageLink(str(target), url(target), here=target == number)
        for target in window(number, last)
    ]
    previous = url(number - 1) if number > 1 else None
    following = url(number + 1) if number < last else None
    return Pager(number, last, total, links, previous, following)
