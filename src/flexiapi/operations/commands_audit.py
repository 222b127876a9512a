"""The console's way to the audit log."""

import sys
from datetime import datetime

import click
import msgspec

from flexiapi.console import Command
from flexiapi.http import dates

from . import audit_reading


def _moment(ctx: click.Context, parameter: click.Parameter, value: str) -> datetime:
    try:
        return dates.parse_iso(value)
    except ValueError:
        raise click.BadParameter("not an ISO 8601 date") from None


@click.command("audit:export", cls=Command)
@click.option("--since", required=True, callback=_moment, metavar="DATE", help="The first moment, ISO 8601 (UTC).")
def export(since: datetime) -> None:
    """Print the audit records of all Spaces as JSON lines, the oldest first."""
    for document in audit_reading.since(since):
        sys.stdout.write(msgspec.json.encode(document).decode() + "\n")


COMMANDS = [export]
