"""Console commands about credentials."""

import re

import click

from flexiapi.config import instance
from flexiapi.console import Command, Failure

from . import cleaning
from .digest import LIFETIME_SECONDS

_MINUTES = re.compile(r"[0-9]{1,8}\Z")


@click.command("digest:clear-opaques", cls=Command)
@click.argument("minutes")
def clear_opaques(minutes: str) -> None:
    """Delete the counters of Digest nonces that were first used more than MINUTES ago.

    Those of the last hour always stay: their nonces are still good, and the counters refuse replays.
    """
    asked = _minutes(minutes)
    if asked * 60 < LIFETIME_SECONDS:
        click.echo(f"Nonces are good for {LIFETIME_SECONDS // 60} minutes: younger ones stay")
    click.secho(f"{cleaning.clear_opaques(asked)} nonces deleted", fg="green")


@click.command("accounts:clear-api-keys", cls=Command)
@click.argument("minutes", required=False)
def clear_api_keys(minutes: str | None) -> None:
    """Delete API keys that were not used for MINUTES (APP_API_KEY_EXPIRATION_MINUTES by default).

    Keys that administrators manage have their own idle time; those without one stay. With 0 minutes the
    accounts' own keys stay too.
    """
    limit = instance.current().app_api_key_expiration_minutes if minutes is None else _minutes(minutes)
    if limit == 0:
        click.echo("The accounts' own API keys never expire: nothing to clear")
    else:
        click.echo(f"Deleting API keys that were not used for {limit} minutes")
        click.secho(f"{cleaning.clear_personal_keys(limit)} API keys deleted", fg="green")
    removed = cleaning.clear_managed_keys()
    for owner, idle in removed:
        click.echo(f"  {owner}: not used for {idle} minutes")
    click.secho(f"{len(removed)} managed API keys deleted", fg="green")


def _minutes(text: str) -> int:
    if not _MINUTES.match(text):
        raise Failure("The minutes must be a number from 0 to 99999999")
    return int(text)


COMMANDS = [clear_opaques, clear_api_keys]
