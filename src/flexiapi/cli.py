"""The executable: the console commands of every room."""

# The rooms can be imported only after Django was set up, and that after `--env` was read.
# ruff: noqa: PLC0415

import os
import sys
from collections.abc import Sequence

import django

from flexiapi import console
from flexiapi.config import instance, logging, quickstart
from flexiapi.config.commands import COMMANDS as CONFIGURATION
from flexiapi.provisioning.commands import COMMANDS as PROVISIONING


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(words, log=True))


def run(words: Sequence[str], *, log: bool = False) -> int:
    """Run one command; returns its exit code. `log` sends this process's log lines where the instance's go."""
    # What works without a configuration, so that it can also help where that is wrong.
    early = {command.name: command for command in (*CONFIGURATION, *PROVISIONING)}
    name = command_name(words)
    if name in early or (name is None and not _configured(words)):
        return console.run(console.Console(list(early.values()), {}), words)
    if name == "quickstart":
        quickstart.prepare(quickstart.directory_of(words))
    settings = instance.start(environment(words))
    if log:
        try:
            logging.setup(settings)
        except instance.ConfigurationError as error:
            sys.stderr.write(f"{error}\n")
    return console.run(_complete(), words)


def command_name(words: Sequence[str]) -> str | None:
    """The first word that is neither an option nor the value of `--env`."""
    before = ""
    for word in words:
        if not word.startswith("-") and before != "--env":
            return word
        before = word
    return None


def environment(words: Sequence[str]) -> str | None:
    """The value of `--env`, which must be known before anything is loaded."""
    for position, word in enumerate(words):
        if word.startswith("--env="):
            return word.partition("=")[2]
        if word == "--env" and position + 1 < len(words):
            return words[position + 1]
    return None


def _configured(words: Sequence[str]) -> bool:
    """Whether the configuration can be read; otherwise help shows the commands that can repair it."""
    try:
        instance.load(os.environ, env_name=environment(words))
    except instance.ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return False
    return True


def _complete() -> console.Console:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexiapi.config.django")
    django.setup()
    from flexiapi.accounts import commands as accounts
    from flexiapi.accounts import commands_cleaning as accounts_cleaning
    from flexiapi.auth import commands as auth
    from flexiapi.operations import commands as operations
    from flexiapi.operations import commands_audit as operations_audit
    from flexiapi.operations import commands_schedule as operations_schedule
    from flexiapi.spaces import commands as spaces
    from flexiapi.statistics import commands as statistics
    from flexiapi.telephony import commands as telephony

    return console.Console(
        [
            *CONFIGURATION,
            *PROVISIONING,
            *operations.COMMANDS,
            *operations_schedule.COMMANDS,
            *operations_audit.COMMANDS,
            *auth.COMMANDS,
            *spaces.COMMANDS,
            *accounts.COMMANDS,
            *accounts_cleaning.COMMANDS,
            *telephony.COMMANDS,
            *statistics.COMMANDS,
        ],
        aliases={
            "digest:clear-nonces": "digest:clear-opaques",
            "digest:clear-api-keys": "accounts:clear-api-keys",
        },
    )
