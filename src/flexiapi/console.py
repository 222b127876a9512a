"""The console's frame: what all commands share, and how they are collected under their names."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

_SHARED: list[Callable[[Any], Any]] = [
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
    click.option("-v", "--verbose", count=True, help="Print more (repeatable)."),
    click.option("-n", "--no-interaction", is_flag=True, help="Take every question's default answer."),
    click.option("--ansi/--no-ansi", default=None, help="Colour the output or not."),
    click.option("--env", metavar="NAME", help="The environment: which DotEnv file is read."),
    click.version_option(None, "-V", "--version", package_name="flexiapi"),
]
SHARED_NAMES = ("quiet", "verbose", "no_interaction", "ansi", "env")


class Failure(click.ClickException):
    """A command that cannot do what it is asked to: the message on standard output, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the message where scripts look for it."""
        click.secho(self.message, fg="white", bg="red")


class Command(click.Command):
    """A command that takes the shared options wherever they stand after its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {option for parameter in self.params for option in parameter.opts}

        def holder() -> None: ...

        for add in reversed(_SHARED):
            add(holder)
        for parameter in reversed(getattr(holder, "__click_params__", [])):
            parameter.opts = [option for option in parameter.opts if option not in known]
            if parameter.opts:
                self.params.append(parameter)
        self.context_settings.setdefault("help_option_names", ["-h", "--help"])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command without the shared values, which it finds in `ctx.obj`."""
        ctx.obj = {name: ctx.params.pop(name, None) for name in SHARED_NAMES}
        ctx.color = ctx.obj["ansi"]
        return super().invoke(ctx)


def asks(ctx: click.Context) -> bool:
    """Whether a question may be asked: a person is there and did not say `-n`."""
    return not (ctx.obj or {}).get("no_interaction") and sys.stdin.isatty()


class Console(click.Group):
    """The executable: all commands by their full names, aliases included."""

    def __init__(self, commands: Sequence[click.Command], aliases: dict[str, str]) -> None:
        super().__init__("flexiapi", context_settings={"help_option_names": ["-h", "--help"]})
        for command in commands:
            self.add_command(command)
        self.aliases = aliases
        self.params.append(click.Option(["--env"], metavar="NAME", help="The environment.", expose_value=False))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name or a former one."""
        return super().get_command(ctx, self.aliases.get(cmd_name, cmd_name))


def run(console: Console, arguments: Sequence[str]) -> int:
    """Run the console and return its exit code: 0 done, 1 failed (unknown or missing arguments too), 2 misused."""
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
    return result if isinstance(result, int) else 0
