"""Reads of the audit log, for administrators and for exports."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from flexiapi.auth.scope import Scope
from flexiapi.http import dates
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.http.schemas import ANY_OBJECT, INTEGER, KEYSET, MOMENT, STRING, Schema, array, choice, nullable, obj

from .audit import ACTIONS
from .models import AuditRecord

KEPT = timedelta(days=365)
_BATCH = 10_000

PARAMETERS: dict[str, Schema] = {
    **KEYSET,
    "action": choice(*ACTIONS),
    "account": {"type": "string", "description": "`user@domain` of who did it, or of what it was done to."},
    "from": {"type": "string", "description": "ISO 8601: records from this moment on."},
    "to": {"type": "string", "description": "ISO 8601: records before this moment."},
}
RECORD = obj(
    {
        "id": INTEGER,
        "created_at": MOMENT,
        "action": STRING,
        "space": nullable(STRING),
        "actor_id": nullable(INTEGER),
        "actor": nullable(STRING),
        "method": nullable(STRING),
        "object_id": nullable(INTEGER),
        "object": nullable(STRING),
        "before": nullable(ANY_OBJECT),
        "after": nullable(ANY_OBJECT),
        "ip": nullable(STRING),
        "user_agent": nullable(STRING),
        "request_id": nullable(STRING),
    }
)
PAGE = obj({"data": array(RECORD), "next_cursor": nullable(STRING)})


def visible(scope: Scope) -> QuerySet[AuditRecord]:
    """The records about the Space of the request's host, the latest first."""
    return AuditRecord.objects.filter(space=scope.listed_domain).order_by("-id")


def filtered(request: HttpRequest, rows: QuerySet[AuditRecord]) -> QuerySet[AuditRecord]:
    """The rows that the query string asks for.

    Raises:
        Invalid: a filter has the wrong shape (422).
    """
    found: dict[str, list[str]] = {}
    action = request.GET.get("action")
    if action:
        if action not in ACTIONS:
            found["action"] = [sentence("in", "action")]
        rows = rows.filter(action=action)
    account = request.GET.get("account", "").replace("\x00", "").strip().lower()[:320]
    if account:
        rows = rows.filter(Q(actor=account) | Q(object=account))
    for name, operator in (("from", "gte"), ("to", "lt")):
        text = request.GET.get(name)
        if not text:
            continue
        try:
            rows = rows.filter(**{f"created_at__{operator}": dates.parse_iso(text)})
        except ValueError:
            found[name] = [sentence("date", name)]
    if found:
        raise Invalid(found)
    return rows


def documents(ids: Sequence[Any]) -> list[dict[str, Any]]:
    """Records as JSON objects, in the order of `ids`."""
    rows = AuditRecord.objects.in_bulk(list(ids))
    return [document(rows[key]) for key in ids if key in rows]


def document(row: AuditRecord) -> dict[str, Any]:
    """A record as a JSON object."""
    return {
        "id": row.pk,
        "created_at": dates.wire(row.created_at),
        "action": row.action,
        "space": row.space,
        "actor_id": row.actor_id,
        "actor": row.actor,
        "method": row.method,
        "object_id": row.object_id,
        "object": row.object,
        "before": msgspec.json.decode(row.before) if row.before else None,
        "after": msgspec.json.decode(row.after) if row.after else None,
        "ip": row.ip,
        "user_agent": row.user_agent,
        "request_id": row.request_id,
    }


def since(moment: datetime) -> Iterator[dict[str, Any]]:
    """All records of all Spaces from a moment on, the oldest first."""
    rows = AuditRecord.objects.filter(created_at__gte=moment).order_by("id")
    return (document(row) for row in rows.iterator(chunk_size=1000))


def forget_old() -> int:
    """Delete what is older than a year, in batches, so that no write waits long; returns how many."""
    total = 0
    while True:
        old = AuditRecord.objects.filter(created_at__lt=now() - KEPT).values_list("pk", flat=True)[:_BATCH]
        deleted = AuditRecord.objects.filter(pk__in=list(old)).delete()[0]
        total += deleted
        if deleted < _BATCH:
            return total
