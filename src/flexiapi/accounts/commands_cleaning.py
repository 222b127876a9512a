"""Console commands that remove old accounts and reserved names."""

import re
from datetime import datetime, timedelta

import click

from flexiapi.console import Command, Failure
from flexiapi.http.dates import now

from . import queries
from .services import cleaning

_DAYS = re.compile(r"[0-9]{1,5}\Z")


@click.command("accounts:clear-accounts-tombstones", cls=Command)
@click.argument("days")
@click.option("--apply", is_flag=True, help="Delete them; without it they are only counted.")
def clear_tombstones(days: str, apply: bool) -> None:
    """Free the names of accounts deleted more than DAYS days ago."""
    before = _before(days)
    if not apply:
        click.echo(f"{queries.old_tombstones(before).count()} tombstones to delete")
        return
    click.secho(f"{cleaning.clear_tombstones(before)} tombstones deleted", fg="green")


@click.command("accounts:clear-unconfirmed", cls=Command)
@click.argument("days")
@click.option("--apply", is_flag=True, help="Delete them; without it they are only counted.")
@click.option("--and-confirmed", is_flag=True, help="Activated accounts too.")
def clear_unconfirmed(days: str, apply: bool, and_confirmed: bool) -> None:
    """Delete the accounts created more than DAYS days ago that were never activated.

    Administrators are never deleted.
    """
    before = _before(days)
    kinds = (False, True) if and_confirmed else (False,)
    counts = [queries.old_accounts(before, activated=activated).count() for activated in kinds]
    if and_confirmed:
        click.echo(f"{counts[1]} of them are confirmed accounts")
    if not apply:
        click.echo(f"{sum(counts)} accounts to delete")
        return
    click.echo(f"{sum(counts)} accounts in deletion")
    deleted = sum(cleaning.clear_accounts(before, activated=activated) for activated in kinds)
    click.secho(f"{deleted} accounts deleted", fg="green")


def _before(days: str) -> datetime:
    if not _DAYS.match(days):
        raise Failure("The days must be a number from 0 to 99999")
    return now() - timedelta(days=int(days))


COMMANDS = [clear_tombstones, clear_unconfirmed]
