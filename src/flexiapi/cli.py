"""The executable: the console commands of every room."""

import os
import sys
from collections.abc import Sequence

from flexiapi.config import instance


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(words))


def run(words: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    from flexiapi import console
    from flexiapi.config import quickstart
    from flexiapi.config.commands import COMMANDS as CONFIGURATION

    early = {command.name: command for command in CONFIGURATION}
    name = next((word for word in words if not word.startswith("-")), None)
    if name in early:
        return console.run(console.Console(list(early.values()), {}), words)
    if name == "quickstart":
        quickstart.prepare(quickstart.directory_of(words))
    instance.start(environment(words))
    return console.run(_complete(), words)


def environment(words: Sequence[str]) -> str | None:
    """The value of `--env`, which must be known before anything is loaded."""
    for position, word in enumerate(words):
        if word.startswith("--env="):
            return word.partition("=")[2]
        if word == "--env" and position + 1 < len(words):
            return words[position + 1]
    return None


def _complete() -> "console.Console":  # type: ignore[name-defined] # noqa: F821
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexiapi.config.django")
    django.setup()
    from flexiapi.accounts import commands as accounts
    from flexiapi.config.commands import COMMANDS as CONFIGURATION
    from flexiapi.console import Console
    from flexiapi.operations import commands as operations
    from flexiapi.spaces import commands as spaces

    return Console(
        [*CONFIGURATION, *operations.COMMANDS, *spaces.COMMANDS, *accounts.COMMANDS],
        aliases={
            "digest:clear-nonces": "digest:clear-opaques",
            "digest:clear-api-keys": "accounts:clear-api-keys",
        },
    )
