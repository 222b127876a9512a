"""The audit log: one record for each action that is relevant to security, written after its commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec

from flexiapi.auth.scope import Caller, Origin
from flexiapi.http import request_ids
from flexiapi.http.dates import now

from .audit_actions import Action
from .models import AuditRecord

ACTIONS: tuple[str, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a record says: what was done, to what of which Space, by whom and from where.

    Without `by` and `origin` those of the request that is being answered count; on the console there are none.
    """

    action: Action
    space: str | None
    object_id: int | None
    object: str | None
    by: Caller | None = None
    origin: Origin | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record(entry: Entry) -> None:
    """Write an entry down."""
    request = request_ids.request()
    by = entry.by or getattr(request, "caller", None)
    origin = entry.origin or getattr(request, "origin", None)
    AuditRecord.objects.create(
        space=_cut(entry.space, 255),
        action=entry.action,
        actor_id=by.account_id if by else None,
        actor=by.identifier[:320] if by else None,
        method=by.method if by else None,
        object_id=entry.object_id,
        object=_cut(entry.object, 320),
        before=_json(entry.before),
        after=_json(entry.after),
        ip=_cut(origin.ip, 45) if origin else None,
        user_agent=_cut(origin.user_agent, 255) if origin else None,
        request_id=request_ids.current(),
        created_at=now(),
    )


def _cut(text: str | None, length: int) -> str | None:
    """The text as a column takes it: what clients call an account may hold anything."""
    return None if text is None else text.replace("\x00", "").encode("utf-8", "replace").decode()[:length]


def _json(values: Mapping[str, Any]) -> str | None:
    return msgspec.json.encode(values, enc_hook=str).decode() if values else None
