"""Console commands about statistics."""

import re
from datetime import timedelta

import click

from flexiapi.console import Command, Failure, Printer, removes
from flexiapi.http.dates import now

from . import queries
from .services import retention

_DAYS = re.compile(r"[0-9]{1,5}\Z")


@click.command("app:clear-statistics", cls=Command)
@click.argument("days")
@removes
def clear_statistics(days: str, apply: bool, as_json: bool) -> None:
    """Delete calls, messages and conferences reported more than DAYS days ago."""
    if not _DAYS.match(days):
        raise Failure("The days must be a number from 0 to 99999")
    before, say = now() - timedelta(days=int(days)), Printer(as_json=as_json)
    counts: dict[str, int] = {}
    for kind in retention.KINDS:
        counts[kind] = queries.reported_before(kind, before)
        if not apply:
            say.line(f"{counts[kind]} {kind} to delete")
            continue
        say.line(f"{counts[kind]} {kind} in deletion")
        counts[kind] = retention.remove_older(kind, before)
        say.line(f"{counts[kind]} {kind} deleted", fg="green")
    say.result(**counts, deleted=apply)


COMMANDS = [clear_statistics]
