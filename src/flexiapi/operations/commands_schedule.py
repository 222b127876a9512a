"""The console command that cron may run each minute where no worker does."""

import click

from flexiapi import schedule
from flexiapi.config.tasks import JOBS
from flexiapi.console import Command


@click.command("schedule:run", cls=Command)
def schedule_run() -> None:
    """Run the periodic work that is due, once. Where `flexiapi worker` or `serve` runs, nothing is left to do."""
    ran = schedule.run_due(JOBS)
    for name in ran:
        click.echo(f"Done: {name}")
    if not ran:
        click.echo("No scheduled commands are ready to run.")


COMMANDS = [schedule_run]
