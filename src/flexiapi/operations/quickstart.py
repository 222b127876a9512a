"""The first start in a checkout: everything in one directory, a Space, an administrator, what to try next."""

import secrets
from pathlib import Path

import click
from django.core.management import call_command

from flexiapi.accounts.models import Account
from flexiapi.accounts.services.administrators import create_administrator
from flexiapi.spaces.models import Space
from flexiapi.spaces.services import create_space

from . import server

ADMINISTRATOR = "admin"


def run(*, host: str, port: int, domain: str, directory: Path) -> None:
    """Prepare the database, print how to use what is there, and serve."""
    call_command("migrate", interactive=False, verbosity=0)
    base = f"http://{host}:{port}"
    if not Space.objects.exists():
        create_space(domain=domain, host=domain, name="Quick start", super=True)
    space = Space.objects.order_by("-super", "id").first()
    if space is None:
        raise click.ClickException("There is no Space")
    click.secho(f"\n  flexiapi is starting on {base}\n", bold=True)
    if not Account.objects.filter(admin=True).exists():
        password = secrets.token_urlsafe(12)
        key = create_administrator(username=ADMINISTRATOR, domain=space.domain, password=password, key_ip=None)
        _introduce(base, space.domain, password, key)
    else:
        click.echo(f"  The data of the last start is used again ({directory}). A new administrator's key:")
        click.echo("    .venv/bin/flexiapi accounts:create-admin-account\n")
    server.serve(server.Options(host=host, port=port))


def _introduce(base: str, domain: str, password: str, key: str) -> None:
    click.echo(f"""\
  The first Space is {domain}; it answers on any host. Its administrator, shown only now:

    account   {ADMINISTRATOR}@{domain}
    password  {password}
    API key   {key}

  Try next: create an account and print its provisioning URL, with a QR code to scan in Linphone:

    .venv/bin/flexiapi try:account --key {key} --url {base} --username alice

  or with curl alone:

    curl -s -H 'x-api-key: {key}' -H 'content-type: application/json' \\
      -d '{{"username": "alice", "password": "{secrets.token_urlsafe(9)}", "activated": true}}' {base}/api/accounts \\
      | python3 -c 'import json, sys; print("{base}/provisioning/" + json.load(sys.stdin)["provisioning_token"])'

  The API's documentation is at {base}/api/docs. Stop with Ctrl-C.
""")
