"""Lists in pages: the numbered document of the wire, and keyset pages for long lists."""

import base64
import binascii
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext

from flexiapi.db.merged import Merged
from flexiapi.http import proxies, replies
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence

Writer = Callable[[Sequence[Any]], list[dict[str, Any]]]
Rows = QuerySet[Any] | Merged[Any]
Row = TypeVar("Row", bound=Model)

_EDGE = 13
_MOST = 100


def answer(request: HttpRequest, rows: Rows, *, per_page: int, write: Writer) -> HttpResponse:
    """One page of `rows`, whose primary keys `write` turns into documents.

    With `limit` or `after` in the query the page is found by key and costs the same wherever it lies: its
    body has `data` and `next_cursor`. Otherwise it is the numbered document with counts.
    """
    if wants_keyset(request):
        return replies.json(keyset(request, rows, write=write))
    return replies.json(numbered(request, rows, per_page=per_page, write=write))


def listing(request: HttpRequest, rows: QuerySet[Any], *, write: Writer) -> HttpResponse:
    """All of `rows` as a plain list; a page found by key with `limit` or `after` in the query."""
    if wants_keyset(request):
        return replies.json(keyset(request, rows, write=write))
    return replies.json(write(list(rows.values_list("pk", flat=True))))


def listed(request: HttpRequest, rows: QuerySet[Row], *, write: Callable[[Row], dict[str, Any]]) -> HttpResponse:
    """The same for rows that are read whole and written one by one."""

    def page(ids: Sequence[Any]) -> list[dict[str, Any]]:
        return [write(row) for row in rows.filter(pk__in=ids)]

    if wants_keyset(request):
        return replies.json(keyset(request, rows, write=page))
    return replies.json([write(row) for row in rows])


def wants_keyset(request: HttpRequest) -> bool:
    """Whether the query asks for a page found by key."""
    return "limit" in request.GET or "after" in request.GET


def numbered(request: HttpRequest, rows: Rows, *, per_page: int, write: Writer) -> dict[str, Any]:
    """The numbered document: `page` counts from 1; a page past the end is empty."""
    total = rows.count()
    last = max(1, ceil(total / per_page))
    current = _page(request.GET.get("page", ""))
    start = (current - 1) * per_page
    ids = list(rows.values_list("pk", flat=True)[start : start + per_page]) if start < total else []
    path = base_url(request) + request.path

    def url(number: int | None) -> str | None:
        return None if number is None else f"{path}?page={number}"

    previous = current - 1 if current > 1 else None
    following = current + 1 if current < last else None
    return {
        "current_page": current,
        "data": write(ids),
        "first_page_url": url(1),
        "from": start + 1 if ids else None,
        "last_page": last,
        "last_page_url": url(last),
        "links": [
            _link(url(previous), pgettext("pagination", "&laquo; Previous"), previous),
            *(
                {"url": None, "label": "...", "active": False}
                if number is None
                else _link(url(number), str(number), number, active=number == current)
                for number in window(current, last)
            ),
            _link(url(following), pgettext("pagination", "Next &raquo;"), following),
        ],
        "next_page_url": url(following),
        "path": path,
        "per_page": per_page,
        "prev_page_url": url(previous),
        "to": start + len(ids) if ids else None,
        "total": total,
    }


def window(current: int, last: int) -> list[int | None]:
    """The page numbers shown, None for a gap."""
    if last <= _EDGE:
        return list(range(1, last + 1))
    if current <= 7:
        return [*range(1, 11), None, last - 1, last]
    if current > last - 7:
        return [1, 2, None, *range(last - 9, last + 1)]
    return [1, 2, None, *range(current - 3, current + 4), None, last - 1, last]


def base_url(request: HttpRequest) -> str:
    """Scheme, host and port that the client used, as a URL without path."""
    connection = proxies.connection(request)
    return f"{connection.scheme}://{connection.authority}"


def keyset(request: HttpRequest, rows: Rows, *, write: Writer) -> dict[str, Any]:
    """A page found by key: `limit` rows (20 by default, at most 100) after the opaque cursor `after`.

    Raises:
        Invalid: `limit` or `after` is none (422).
    """
    limit = _limit(request.GET.get("limit", "20"))
    order = [str(name) for name in rows.query.order_by] or ["id"]
    after = request.GET.get("after")
    if after:
        rows = rows.filter(beyond(order, _decoded(after, rows, order)))
    names = [field.lstrip("-") for field in order]
    if names[-1] not in ("id", "pk"):
        names.append("pk")
    found = list(rows.values_list(*names)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return {
        "data": write([row[-1] for row in found]),
        "next_cursor": _encoded(found[-1][: len(order)]) if more else None,
    }


def keyset_of_ids(request: HttpRequest, read: Callable[[int, int], Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """The same for documents in the order of their `id`: `read(after, most)` gives those beyond an id.

    Raises:
        Invalid: `limit` or `after` is none (422).
    """
    limit = _limit(request.GET.get("limit", "20"))
    after = request.GET.get("after")
    found = read(_decoded_id(after) if after else 0, limit + 1)
    more, found = len(found) > limit, found[:limit]
    return {"data": found, "next_cursor": _encoded([found[-1]["id"]]) if more else None}


def _link(url: str | None, label: str, page: int | None, *, active: bool = False) -> dict[str, Any]:
    return {"url": url, "label": label, "page": page, "active": active}


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid({"limit": [sentence("integer", "limit")]})
    if not 1 <= int(text) <= _MOST:
        rule, bound = ("min_number", {"min": 1}) if int(text) < 1 else ("max_number", {"max": _MOST})
        raise Invalid({"limit": [sentence(rule, "limit", **bound)]})
    return int(text)


def _encoded(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def _decoded(cursor: str, rows: Rows, order: Sequence[str]) -> list[Any]:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor[:500] + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(order) or None in values:
            raise ValueError("another list's cursor")
        fields: dict[str, Any] = {field.name: field for field in rows.model._meta.concrete_fields}
        fields |= {name: made.output_field for name, made in rows.query.annotations.items()}
        return [fields[name.lstrip("-")].to_python(value) for name, value in zip(order, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, msgspec.DecodeError, ValidationError):
        raise Invalid({"after": [sentence("in", "after")]}) from None


def _decoded_id(cursor: str) -> int:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor[:500] + "=" * (-len(cursor) % 4)), type=list[int])
        if len(values) != 1 or not 0 <= values[0] < 2**31:
            raise ValueError("another list's cursor")
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid({"after": [sentence("in", "after")]}) from None
    return values[0]


def beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """What comes after a row; the bound on the first column alone is what an index is entered by."""
    condition = Q()
    for position, name in enumerate(order):
        field, operator = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        equal = {order[i].lstrip("-"): values[i] for i in range(position)}
        condition |= Q(**equal, **{f"{field}__{operator}": values[position]})
    if len(order) > 1:
        operator = "lte" if order[0].startswith("-") else "gte"
        condition &= Q(**{f"{order[0].lstrip('-')}__{operator}": values[0]})
    return condition
