"""Reads of deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from flexiapi.auth.scope import Scope
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import EmailServer

from .models import Delivery

Server = tuple[str, int | None]
"""The kind of message, and the Space's own mail server (its id) where it has one."""


def visible(scope: Scope) -> QuerySet[Delivery]:
    """All deliveries that a caller may address by id; those of the instance itself only for super administrators."""
    reach = scope.reach
    return Delivery.objects.all() if reach is None else Delivery.objects.filter(space__domain__in=reach)


def listed(
    scope: Scope, *, state: str | None = None, kind: str | None = None, account_id: int | None = None
) -> QuerySet[Delivery]:
    """The deliveries of the host's Space, newest first. Their `payload` may hold secrets: it is left out."""
    rows = Delivery.objects.filter(space__domain=scope.listed_domain).defer("payload").order_by("-id")
    for column, value in (("state", state), ("kind", kind), ("account_id", account_id)):
        if value is not None:
            rows = rows.filter(**{column: value})
    return rows


def delivery(scope: Scope, delivery_id: int) -> Delivery:
    """A delivery by id.

    Raises:
        NotFound: it does not exist or lies out of reach.
    """
    found = visible(scope).defer("payload").filter(pk=delivery_id).first()
    if found is None:
        raise NotFound
    return found


def without_content(ids: Sequence[int]) -> dict[int, Delivery]:
    """Some deliveries by id. Their `payload` is left out."""
    return Delivery.objects.defer("payload").in_bulk(list(ids))


def complete(delivery_id: int) -> Delivery | None:
    """A delivery with what sending needs; None when it is gone."""
    rows = Delivery.objects.select_related("space", "space__email_server", "account")
    return rows.filter(pk=delivery_id).first()


def own_server(delivery: Delivery) -> EmailServer | None:
    """The mail server of a delivery's Space, if it has one."""
    return getattr(delivery.space, "email_server", None)


def due(moment: datetime, limit: int, *, but: Collection[Server] = ()) -> Sequence[tuple[int, Server]]:
    """Deliveries to send now with the server that each goes to: the longest due first, then what the dead left.

    Those for the servers in `but` are left out.
    """
    waiting = Delivery.objects.filter(state="pending", next_attempt_at__lte=moment).order_by("next_attempt_at")
    left = Delivery.objects.filter(state="sending", locked_until__lte=moment).order_by("locked_until")
    columns = ("pk", "kind", "space__email_server__pk")
    found: list[tuple[int, str, int | None]] = []
    for rows in (waiting, left):
        for kind, own in but:
            if own is not None:
                rows = rows.exclude(kind=kind, space__email_server__pk=own)
            elif kind == "mail":
                rows = rows.exclude(kind=kind, space__email_server__pk__isnull=True)
            else:
                rows = rows.exclude(kind=kind)
        found += rows.values_list(*columns)[: limit - len(found)]
    return [(pk, (kind, own if kind == "mail" else None)) for pk, kind, own in found]


def older_than(age: timedelta, moment: datetime, limit: int) -> Sequence[int]:
    """The ids of some deliveries that were written longer than `age` before `moment`."""
    rows = Delivery.objects.filter(created_at__lt=moment - age).order_by("created_at")
    return list(rows.values_list("pk", flat=True)[:limit])
