"""Periodic jobs of telephony."""

from .services import files, voicemail_mails

RETENTION_DAYS = 7


def mail_voicemails() -> None:
    """Every minute: mail the new voicemails to their owners."""
    for _ in voicemail_mails.mail_voicemails():
        pass


def clear_files() -> None:
    """Daily: delete files that are older than a week, and what crashes left."""
    files.clear_older_than(RETENTION_DAYS)
    files.clear_leftovers(RETENTION_DAYS)
