"""Periodic work of this room."""

from datetime import time, timedelta

from flexiapi import schedule
from flexiapi.schedule import Job

from . import sending, services


def _sweep() -> int:
    return sending.deliver_due(until=schedule.stopping)


JOBS = [
    Job("deliveries", _sweep, every=timedelta(seconds=10), everywhere=True),
    Job("deliveries:forget", services.forget_old, at=time(0, 40)),
]
