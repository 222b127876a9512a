"""The end of old statistics."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from flexiapi.statistics import queries
from flexiapi.statistics.models import Call, Conference, Message

Kind = Literal["calls", "messages", "conferences"]

KINDS: tuple[Kind, ...] = ("calls", "messages", "conferences")
_MODELS: dict[Kind, type[Call | Message | Conference]] = {"calls": Call, "messages": Message, "conferences": Conference}
_BATCH = 1000


def remove_older(kind: Kind, before: datetime) -> int:
    """Delete what was reported before a moment, with its devices and events; returns how much it was."""
    return sum(batches(kind, before))


def batches(kind: Kind, before: datetime) -> Iterator[int]:
    """The same in batches of 1,000, each its own transaction so that reports need not wait; yields their sizes."""
    model = _MODELS[kind]
    while ids := queries.oldest(kind, before, _BATCH):
        model.objects.filter(pk__in=ids).delete()
        yield len(ids)
