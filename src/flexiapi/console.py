"""The console's frame: what all commands share, and how they are collected under their names."""

import functools
import io
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any

import click
from django.db import DatabaseError

_SHARED: list[Callable[[Any], Any]] = [
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
    click.option("-v", "--verbose", count=True, help="Print more (repeatable)."),
    click.option("-n", "--no-interaction", is_flag=True, help="Take every question's default answer."),
    click.option("--ansi/--no-ansi", default=None, help="Colour the output or not."),
    click.option("--env", metavar="NAME", help="The environment: which DotEnv file is read."),
    click.version_option(None, "-V", "--version", package_name="flexiapi", message="flexiapi %(version)s"),
]
SHARED_NAMES = ("quiet", "verbose", "no_interaction", "ansi", "env")


class Failure(click.ClickException):
    """A command that cannot do what it is asked to: the message on standard output, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the message where scripts look for it."""
        click.secho(self.message, fg="white", bg="red")


class Command(click.Command):
    """A command that takes the shared options wherever they stand, before its name or after it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_shared(self)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command without the shared values, which it finds in `ctx.obj`."""
        before = ctx.obj or {}
        ctx.obj = {name: _given(ctx.params.pop(name, None), before.get(name)) for name in SHARED_NAMES}
        ctx.color = ctx.obj["ansi"]
        return _without_output(super().invoke, ctx) if ctx.obj["quiet"] else super().invoke(ctx)


def asks(ctx: click.Context) -> bool:
    """Whether a question may be asked: a person is there and did not say `-n`."""
    return not (ctx.obj or {}).get("no_interaction") and sys.stdin.isatty()


class Printer:
    """What a command says: lines for people and the scripts that know them, or at its end one JSON object."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def line(self, text: str, **style: Any) -> None:
        """A line, unless JSON was asked for."""
        if not self._as_json:
            click.secho(text, **style)

    def result(self, **values: Any) -> None:
        """What came out, if JSON was asked for."""
        if self._as_json:
            click.echo(json.dumps(values))


as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")


def removes(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that counts what it would remove, and with `--apply` (`apply`) removes it."""

    @click.option("--apply", is_flag=True, help="Delete them; without it they are only counted.")
    @click.option("--dry-run", is_flag=True, help="Only count them, as without --apply.")
    @as_json
    @functools.wraps(command)
    def removing(*args: Any, apply: bool, dry_run: bool, **others: Any) -> Any:
        if apply and dry_run:
            raise Failure("--apply and --dry-run exclude each other")
        return command(*args, apply=apply, **others)

    return removing


class Console(click.Group):
    """The executable: all commands by their full names, aliases included."""

    def __init__(self, commands: Sequence[click.Command], aliases: dict[str, str]) -> None:
        super().__init__("flexiapi", invoke_without_command=True)
        for command in commands:
            self.add_command(command)
        self.aliases = aliases
        _add_shared(self)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name or a former one."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))

    def invoke(self, ctx: click.Context) -> Any:
        """Hand the shared values to the command; without a command list them all."""
        ctx.obj = {name: ctx.params.pop(name, None) for name in SHARED_NAMES}
        ctx.color = ctx.obj["ansi"]
        # The public way to ask for the words that are left does not exist; click keeps them here.
        if not ctx._protected_args and not ctx.args:
            click.echo(ctx.get_help())
            return 0
        return super().invoke(ctx)


def run(console: Console, arguments: Sequence[str]) -> int:
    """Run the console and return its exit code: 0 done, 1 failed (unknown or missing words too), 2 misused."""
    try:
        result = console.main(args=list(arguments), prog_name="flexiapi", standalone_mode=False)
    except (click.MissingParameter, click.NoSuchOption) as error:
        error.show()
        return 1
    except click.ClickException as error:
        error.show()
        unknown = isinstance(error, click.UsageError) and error.message.startswith(
            ("No such command", "Got unexpected")
        )
        return 1 if unknown else error.exit_code
    except click.Abort:
        click.echo("Aborted.", err=True)
        return 1
    except DatabaseError as error:
        click.echo(f"The database says: {error}", err=True)
        click.echo("Is it running, is DB_* right, and is the schema up to date (flexiapi migrate)?", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _add_shared(command: click.Command) -> None:
    known = {option for parameter in command.params for option in parameter.opts}

    def holder() -> None: ...

    for add in reversed(_SHARED):
        add(holder)
    for parameter in reversed(getattr(holder, "__click_params__", [])):
        parameter.opts = [option for option in parameter.opts if option not in known]
        if parameter.opts:
            command.params.append(parameter)
    command.context_settings.setdefault("help_option_names", ["-h", "--help"])


def _given(own: Any, before: Any) -> Any:
    """The value that stands after the command's name, else the one before it."""
    return before if own in (None, False, 0) else own


def _without_output(invoke: Callable[[click.Context], Any], ctx: click.Context) -> Any:
    """Run a command and keep what it prints to itself, unless it failed."""
    held = io.StringIO()
    try:
        with redirect_stdout(held):
            result = invoke(ctx)
    except click.exceptions.Exit as error:
        if error.exit_code:
            click.echo(held.getvalue(), nl=False)
        raise
    if isinstance(result, int) and result:
        click.echo(held.getvalue(), nl=False)
    return result
