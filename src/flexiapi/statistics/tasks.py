"""Periodic work of this room."""

from datetime import time, timedelta

from flexiapi import schedule
from flexiapi.http.dates import now
from flexiapi.schedule import Job

from .services import retention

RETENTION_DAYS = 30


def clear_statistics() -> None:
    """Delete what was reported more than 30 days ago."""
    before = now() - timedelta(days=RETENTION_DAYS)
    for kind in retention.KINDS:
        for _ in retention.batches(kind, before):
            if schedule.stopping():
                return


JOBS = [Job("statistics:clear", clear_statistics, at=time(2, 30))]
