"""The first start in a checkout: everything in one directory, a Space, an administrator, what to try next."""

import os
import secrets
import shlex
import sys
from pathlib import Path

import click

from flexiapi.accounts.models import Account
from flexiapi.accounts.services.administrators import create_administrator
from flexiapi.spaces.models import Space
from flexiapi.spaces.services import create_space

ADMINISTRATOR = "admin"


def introduce(url: str, *, domain: str, directory: Path) -> None:
    """Make a Space and an administrator where there are none, and print how to use what is there.

    `url` is where the product is about to answer; the credentials are printed once and stored nowhere.
    """
    space = Space.objects.order_by("-super", "id").first()
    if space is None:
        space = create_space(domain=domain, host=domain, name="Quick start", super=True)
    click.secho(f"\n  flexiapi is starting on {url}\n", bold=True)
    if Account.objects.filter(admin=True).exists():
        click.echo(_AGAIN.format(directory=directory, console=_console(), settings=_settings(), domain=space.domain))
        return
    password = secrets.token_urlsafe(12)
    key = create_administrator(username=ADMINISTRATOR, domain=space.domain, password=password, key_ip=None)
    click.echo(
        _FIRST.format(
            url=url,
            domain=space.domain,
            account=f"{ADMINISTRATOR}@{space.domain}",
            password=password,
            key=key,
            console=_console(),
            user_password=secrets.token_urlsafe(9),
        )
    )


def _console() -> str:
    """The executable as a person in this directory would call it."""
    found = Path(sys.executable).parent / "flexiapi"
    here = Path.cwd()
    return shlex.quote(str(found.relative_to(here) if found.is_relative_to(here) else found))


def _settings() -> str:
    """The variables by which other commands find this instance."""
    names = ("FLEXIAPI_CONFIG_DIR", "FLEXIAPI_DATA_DIR")
    return " ".join(f"{name}={shlex.quote(os.environ[name])}" for name in names if name in os.environ)


_FIRST = """\
  The first Space is {domain}; as the only one it answers on any host. Its administrator, shown only now:

    account   {account}
    password  {password}
    API key   {key}

  Try next, in another terminal: create an account and scan its provisioning code in Linphone.

    url=$(curl -s {url}/api/accounts -H 'x-api-key: {key}' -H 'content-type: application/json' \\
        -d '{{"username": "alice", "password": "{user_password}", "activated": true}}' \\
      | python3 -c 'import json, sys; print("{url}/provisioning/" + json.load(sys.stdin)["provisioning_token"])') \\
      && {console} provisioning:qrcode "$url"

  A phone must reach the address: start with ARGS="--host 0.0.0.0" for that. Documentation of the API: {url}/api
  Stop with Ctrl-C.
"""

_AGAIN = """\
  The Space {domain} and all data of the last start are used again ({directory}). New credentials for its administrator:

    {settings} \\
      {console} accounts:create-admin-account -n

  Stop with Ctrl-C.
"""
