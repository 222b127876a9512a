"""Console commands about statistics."""

import re
from datetime import timedelta

import click

from flexiapi.console import Command, Failure
from flexiapi.http.dates import now

from . import queries
from .services import retention

_DAYS = re.compile(r"[0-9]{1,5}\Z")


@click.command("app:clear-statistics", cls=Command)
@click.argument("days")
@click.option("--apply", is_flag=True, help="Delete them; without it they are only counted.")
def clear_statistics(days: str, apply: bool) -> None:
    """Delete calls, messages and conferences reported more than DAYS days ago."""
    if not _DAYS.match(days):
        raise Failure("The days must be a number from 0 to 99999")
    before = now() - timedelta(days=int(days))
    for kind in retention.KINDS:
        count = queries.reported_before(kind, before)
        if not apply:
            click.echo(f"{count} {kind} to delete")
            continue
        click.echo(f"{count} {kind} in deletion")
        click.secho(f"{retention.remove_older(kind, before)} {kind} deleted", fg="green")


COMMANDS = [clear_statistics]
