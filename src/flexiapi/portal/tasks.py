"""Periodic work of the portal."""

from datetime import timedelta

from flexiapi.schedule import Job

from . import import_files

JOBS = [Job("imports:clear", import_files.clear, every=timedelta(minutes=15))]
