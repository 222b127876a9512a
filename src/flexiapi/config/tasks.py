"""The periodic work of every room, for workers and `schedule:run`."""

from flexiapi.messaging import tasks as messaging

JOBS = [*messaging.JOBS]
