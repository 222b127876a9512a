"""Periodic work of this room."""

from datetime import time

from flexiapi.schedule import Job

from . import wizards

JOBS = [Job("wizards:clear", wizards.clear_used, at=time(0, 25))]
