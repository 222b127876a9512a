"""Periodic work of this room."""

from datetime import time, timedelta

from flexiapi import schedule
from flexiapi.schedule import Job

from .services import files, voicemail_mails

RETENTION_DAYS = 7


def mail_voicemails() -> None:
    """Mail the new voicemails to their owners."""
    for _ in voicemail_mails.mail_voicemails():
        if schedule.stopping():
            return


def clear_files() -> None:
    """Delete files that are older than a week, and what crashes left."""
    files.clear_older_than(RETENTION_DAYS)
    files.clear_leftovers(RETENTION_DAYS)


JOBS = [
    Job("voicemails:mail", mail_voicemails, every=timedelta(minutes=1)),
    Job("files:clear", clear_files, at=time(0, 0)),
]
