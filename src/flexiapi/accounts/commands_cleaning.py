"""Console commands that remove old accounts and reserved names."""

import re
from datetime import datetime, timedelta

import click

from flexiapi.console import Command, Failure, Printer, removes
from flexiapi.http.dates import now

from . import queries
from .services import cleaning

_DAYS = re.compile(r"[0-9]{1,5}\Z")


@click.command("accounts:clear-accounts-tombstones", cls=Command)
@click.argument("days")
@removes
def clear_tombstones(days: str, apply: bool, as_json: bool) -> None:
    """Free the names of accounts deleted more than DAYS days ago."""
    before, say = _before(days), Printer(as_json=as_json)
    count = cleaning.clear_tombstones(before) if apply else queries.old_tombstones(before).count()
    if apply:
        say.line(f"{count} tombstones deleted", fg="green")
    else:
        say.line(f"{count} tombstones to delete")
    say.result(tombstones=count, deleted=apply)


@click.command("accounts:clear-unconfirmed", cls=Command)
@click.argument("days")
@click.option("--and-confirmed", is_flag=True, help="Activated accounts too.")
@removes
def clear_unconfirmed(days: str, apply: bool, and_confirmed: bool, as_json: bool) -> None:
    """Delete the accounts created more than DAYS days ago that were never activated.

    Administrators are never deleted.
    """
    before, say = _before(days), Printer(as_json=as_json)
    kinds = (False, True) if and_confirmed else (False,)
    counts = [queries.old_accounts(before, activated=activated).count() for activated in kinds]
    if and_confirmed:
        say.line(f"{counts[1]} of them are confirmed accounts")
    if not apply:
        say.line(f"{sum(counts)} accounts to delete")
        say.result(accounts=sum(counts), confirmed=sum(counts[1:]), deleted=False)
        return
    say.line(f"{sum(counts)} accounts in deletion")
    deleted = [cleaning.clear_accounts(before, activated=activated) for activated in kinds]
    say.line(f"{sum(deleted)} accounts deleted", fg="green")
    say.result(accounts=sum(deleted), confirmed=sum(deleted[1:]), deleted=True)


def _before(days: str) -> datetime:
    if not _DAYS.match(days):
        raise Failure("The days must be a number from 0 to 99999")
    return now() - timedelta(days=int(days))


COMMANDS = [clear_tombstones, clear_unconfirmed]
