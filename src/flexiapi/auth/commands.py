"""Console commands about credentials."""

import re

import click

from flexiapi.config import instance
from flexiapi.console import Command, Failure, Printer, as_json

from . import cleaning
from .digest import LIFETIME_SECONDS

_MINUTES = re.compile(r"[0-9]{1,8}\Z")


@click.command("digest:clear-opaques", cls=Command)
@click.argument("minutes")
@as_json
def clear_opaques(minutes: str, as_json: bool) -> None:
    """Delete the counters of Digest nonces that were first used more than MINUTES ago.

    Those of the last hour always stay: their nonces are still good, and the counters refuse replays.
    """
    asked, say = _minutes(minutes), Printer(as_json=as_json)
    if asked * 60 < LIFETIME_SECONDS:
        say.line(f"Nonces are good for {LIFETIME_SECONDS // 60} minutes: younger ones stay")
    deleted = cleaning.clear_opaques(asked)
    say.line(f"{deleted} nonces deleted", fg="green")
    say.result(nonces=deleted, deleted=True)


@click.command("accounts:clear-api-keys", cls=Command)
@click.argument("minutes", required=False)
@as_json
def clear_api_keys(minutes: str | None, as_json: bool) -> None:
    """Delete API keys that were not used for MINUTES (APP_API_KEY_EXPIRATION_MINUTES by default).

    Keys that administrators manage have their own idle time; those without one stay. With 0 minutes the
    accounts' own keys stay too.
    """
    limit = instance.current().app_api_key_expiration_minutes if minutes is None else _minutes(minutes)
    say, personal = Printer(as_json=as_json), 0
    if limit == 0:
        say.line("The accounts' own API keys never expire: nothing to clear")
    else:
        say.line(f"Deleting API keys that were not used for {limit} minutes")
        personal = cleaning.clear_personal_keys(limit)
        say.line(f"{personal} API keys deleted", fg="green")
    removed = cleaning.clear_managed_keys()
    for owner, idle in removed:
        say.line(f"  {owner}: not used for {idle} minutes")
    say.line(f"{len(removed)} managed API keys deleted", fg="green")
    say.result(api_keys=personal, managed_api_keys=len(removed), deleted=True)


def _minutes(text: str) -> int:
    if not _MINUTES.match(text):
        raise Failure("The minutes must be a number from 0 to 99999999")
    return int(text)


COMMANDS = [clear_opaques, clear_api_keys]
