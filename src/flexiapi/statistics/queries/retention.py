"""How old the statistics are."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from flexiapi.statistics.models import Call, Conference, Message


def reported_before(kind: str, moment: datetime) -> int:
    """How many calls, messages or conferences (`kind`) were reported before a moment."""
    return _REPORTED[kind].filter(created_at__lt=moment).count()


def oldest(kind: str, moment: datetime, most: int) -> list[str]:
    """The ids of the oldest of them, at most so many."""
    return list(
        _REPORTED[kind].filter(created_at__lt=moment).order_by("created_at").values_list("pk", flat=True)[:most]
    )


_REPORTED: dict[str, QuerySet[Any]] = {
    "calls": Call.objects.all(),
    "messages": Message.objects.all(),
    "conferences": Conference.objects.all(),
}
