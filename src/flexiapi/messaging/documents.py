"""Deliveries as administrators see them: who gets what kind of message, what became of it, never its content."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest

from flexiapi.http import dates
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.http.schemas import INTEGER, KEYSET, MOMENT, STRING, Schema, array, choice, nullable, obj

from . import queries
from .models import Delivery
from .outcomes import masked

_STATES = ("pending", "sending", "sent", "failed")
_KINDS = ("mail", "sms")
_LONGEST_ID = 9

PARAMETERS: Final[dict[str, Schema]] = {
    **KEYSET,
    "state": choice(*_STATES),
    "kind": choice(*_KINDS),
    "account": {"type": "integer", "minimum": 0, "description": "Id of the account that a message is about."},
}
DELIVERY: Final = obj(
    {
        "id": INTEGER,
        "kind": choice(*_KINDS),
        "template": STRING,
        "locale": STRING,
        "recipient": STRING,
        "account_id": nullable(INTEGER),
        "state": choice(*_STATES),
        "attempts": INTEGER,
        "last_error": nullable(STRING),
        "created_at": MOMENT,
        "next_attempt_at": nullable(MOMENT),
        "sent_at": nullable(MOMENT),
    }
)
PAGE: Final = obj({"data": array(DELIVERY), "next_cursor": nullable(STRING)})


def filters(request: HttpRequest) -> dict[str, Any]:
    """The filters of a query string, as `queries.listed` takes them.

    Raises:
        Invalid: a value has the wrong shape (422).
    """
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, choices in (("state", _STATES), ("kind", _KINDS)):
        value = request.GET.get(name)
        if value:
            found[name] = value
            if value not in choices:
                errors[name] = [sentence("in", name)]
    account = request.GET.get("account")
    if account:
        if account.isascii() and account.isdigit() and len(account) <= _LONGEST_ID:
            found["account_id"] = int(account)
        else:
            errors["account"] = [sentence("integer", "account")]
    if errors:
        raise Invalid(errors)
    return found


def many(ids: Sequence[Any]) -> list[dict[str, Any]]:
    """Deliveries as JSON objects, in the order of `ids`."""
    rows = queries.without_content(ids)
    return [document(rows[key]) for key in ids if key in rows]


def document(row: Delivery) -> dict[str, Any]:
    """A delivery as a JSON object."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "template": row.template,
        "locale": row.locale,
        "recipient": masked(row.recipient),
        "account_id": row.account_id,
        "state": row.state,
        "attempts": row.attempts,
        "last_error": row.last_error,
        "created_at": dates.wire(row.created_at),
        "next_attempt_at": dates.wire(row.next_attempt_at),
        "sent_at": dates.wire(row.sent_at),
    }
