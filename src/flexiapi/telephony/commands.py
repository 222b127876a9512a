"""Console commands about voicemails and other files."""

import re

import click

from flexiapi.console import Command, Failure, Printer, removes

from . import queries
from .services import files, voicemail_mails
from .services.voicemail_mails import Outcome

_DAYS = re.compile(r"[0-9]{1,5}\Z")
_TRYOUTS = re.compile(r"[1-9][0-9]{0,2}\Z")


@click.command("accounts:clear-files", cls=Command)
@click.argument("days")
@removes
def clear_files(days: str, apply: bool, as_json: bool) -> None:
    """Delete voicemails and other files created more than DAYS days ago."""
    if not _DAYS.match(days):
        raise Failure("The days must be a number from 0 to 99999")
    say = Printer(as_json=as_json)
    count = queries.files_older_than(int(days)).count()
    if not apply:
        say.line(f"{count} files to delete")
        say.result(files=count, deleted=False)
        return
    say.line(f"{count} files in deletion")
    deleted = files.clear_older_than(int(days))
    say.line(f"{deleted} files deleted", fg="green")
    files.clear_leftovers(int(days))
    say.result(files=deleted, deleted=True)


@click.command("accounts:send-voicemails-emails", cls=Command)
@click.option(
    "--tryout",
    is_flag=False,
    flag_value=str(queries.TRYOUTS),
    default=str(queries.TRYOUTS),
    metavar="[N]",
    help="Leave a voicemail alone after N failures; 3 by default.",
)
def send_voicemails_emails(tryout: str) -> None:
    """Mail the new voicemails to their owners."""
    if not _TRYOUTS.match(tryout):
        raise Failure("The tryouts must be a number from 1 to 999")
    for mailed in voicemail_mails.mail_voicemails(int(tryout)):
        if mailed.outcome is Outcome.SENT:
            click.secho(f"Voicemail sent to {mailed.owner}", fg="green")
        else:
            click.secho(f"Voicemail of {mailed.owner} could not be sent", fg="red")


COMMANDS = [clear_files, send_voicemails_emails]
