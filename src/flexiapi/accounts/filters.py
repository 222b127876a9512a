"""The optional filters and order of account lists."""

from datetime import date
from typing import Any

from django.http import HttpRequest

from flexiapi.http import inputs
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.http.schemas import Schema, choice

_ORDERS = ("username", "updated_at")

PARAMETERS: dict[str, Schema] = {
    "search": {"type": "string", "description": "Part of the username."},
    "domain": {"type": "string"},
    "updated_date": {"type": "string", "format": "date"},
    "contacts_list": {"type": "integer", "minimum": 0, "description": "Id of a contacts list."},
    "order_by": choice(*_ORDERS),
    "order_sort": choice("asc", "desc"),
}


def read(request: HttpRequest) -> dict[str, Any]:
    """The filters of a query string, as `queries.filtered` takes them.

    `search`, `domain`, `updated_date` (YYYY-MM-DD), `contacts_list` (id), `order_by`, `order_sort`.

    Raises:
        Invalid: a value has the wrong shape (422).
    """
    sent = {key: value.strip() for key, value in request.GET.dict().items() if isinstance(value, str) and value.strip()}
    found: dict[str, Any] = {key: sent[key][:255] for key in ("search", "domain") if key in sent}
    errors = {key: [sentence("string", key)] for key, text in found.items() if not inputs.storable(text)}
    if "updated_date" in sent:
        try:
            found["updated_date"] = date.fromisoformat(sent["updated_date"])
        except ValueError:
            errors["updated_date"] = [sentence("date", "updated_date")]
    if "contacts_list" in sent:
        if sent["contacts_list"].isascii() and sent["contacts_list"].isdigit() and len(sent["contacts_list"]) < 10:
            found["contacts_list"] = int(sent["contacts_list"])
        else:
            errors["contacts_list"] = [sentence("integer", "contacts_list")]
    if "order_by" in sent or "order_sort" in sent:
        order, direction = sent.get("order_by", "updated_at"), sent.get("order_sort", "desc")
        if order not in _ORDERS:
            errors["order_by"] = [sentence("in", "order_by")]
        if direction not in ("asc", "desc"):
            errors["order_sort"] = [sentence("in", "order_sort")]
        found["order_by"], found["descending"] = order, direction == "desc"
    if errors:
        raise Invalid(errors)
    return found
