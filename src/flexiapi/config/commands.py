"""Console commands about the configuration; they run before it is loaded, so that they can repair it."""

import json
import os
from pathlib import Path
from typing import Any

import click

from flexiapi.console import Command, Failure, asks

from . import check, keys
from .errors import ConfigurationError
from .keys import generate_key

__all__ = ["COMMANDS", "config_check", "generate_key", "key_generate"]


@click.command("key:generate", cls=Command)
@click.option("--show", is_flag=True, help="Print a key and write nothing.")
@click.option("--force", is_flag=True, help="Replace a key that is there without asking.")
@click.pass_context
def key_generate(ctx: click.Context, show: bool, force: bool) -> None:
    """Write a new APP_KEY into the DotEnv file."""
    if show:
        click.echo(keys.random_key())
        return
    try:
        file = keys.target(os.environ, env_name=_environment(ctx), cwd=Path.cwd())
        if keys.stored_key(file) and not force and not _confirmed(ctx):
            raise Failure(f"{file} has a key already; --force replaces it. Nothing was written.")
        generate_key(file)
    except ConfigurationError as error:
        raise Failure(str(error)) from error
    _say(ctx, f"Application key written to {file}.", fg="green")


@click.command("config:check", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def config_check(ctx: click.Context, as_json: bool) -> int:
    """List wrong, missing, unknown and obsolete variables; exit code 1 if the product would not start."""
    report = check.check(os.environ, env_name=_environment(ctx), cwd=Path.cwd())
    findings = {
        "errors": report.errors,
        "missing": report.missing,
        "unknown": report.unknown,
        "obsolete": report.obsolete,
    }
    if as_json:
        click.echo(json.dumps({"file": str(report.file) if report.file else None, **findings}, indent=2))
        return 1 if report.errors else 0
    _say(ctx, f"DotEnv file: {report.file or 'none'}")
    for title, sentences in findings.items():
        for sentence in sentences:
            if title == "errors":
                click.secho(f"error: {sentence}", fg="white", bg="red")
            else:
                _say(ctx, f"{title}: {sentence}", fg="yellow")
    if not any(findings.values()):
        _say(ctx, "Nothing to report.", fg="green")
    return 1 if report.errors else 0


def _environment(ctx: click.Context) -> str | None:
    return (ctx.obj or {}).get("env") or None


def _confirmed(ctx: click.Context) -> bool:
    return asks(ctx) and click.confirm("Replace the key that is there? Everybody is logged out.")


def _say(ctx: click.Context, text: str, **style: Any) -> None:
    if not (ctx.obj or {}).get("quiet"):
        click.secho(text, **style)


COMMANDS: list[click.Command] = [key_generate, config_check]
