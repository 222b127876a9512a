"""Periodic work of this room."""

from datetime import time

from flexiapi.schedule import Job

from . import audit_reading

JOBS = [Job("audit:clear", audit_reading.forget_old, at=time(0, 40))]
