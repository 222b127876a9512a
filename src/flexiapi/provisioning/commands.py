"""Console commands about provisioning; they need no configuration and no database."""

import click

from flexiapi.console import Command, Failure

from . import qr


@click.command("provisioning:qrcode", cls=Command)
@click.argument("url")
def qrcode(url: str) -> None:
    """Print a provisioning URL as a QR code for Linphone to scan from the terminal."""
    if not url.startswith(("http://", "https://")):
        raise Failure("A provisioning URL begins with http:// or https://")
    try:
        code = qr.terminal(url)
    except ValueError:
        raise Failure("The URL is too long for a QR code") from None
    click.echo(code)
    click.echo(url)


COMMANDS: list[click.Command] = [qrcode]
