"""Console commands about accounts."""

import secrets
from pathlib import Path

import click

from flexiapi.config import instance
from flexiapi.console import Command, Failure, Printer, as_json, asks
from flexiapi.http.errors import ApiError
from flexiapi.spaces import queries as spaces
from flexiapi.spaces import services as space_services

from .services import administrators, countries, seeding


@click.command("accounts:create-admin-account", cls=Command)
@click.option("-u", "--username", help="The name of the account.")
@click.option("-p", "--password", help="Its password; a random one by default.")
@click.option("-d", "--domain", help="Its SIP domain: one of a Space.")
@click.option("-k", "--api_key_ip", help="The only address that its API key works from.")
@as_json
@click.pass_context
def create_admin_account(
    ctx: click.Context,
    username: str | None,
    password: str | None,
    domain: str | None,
    api_key_ip: str | None,
    as_json: bool,
) -> None:
    """Create an administrator with an API key, or make an existing account one.

    An existing account keeps its id and data; its password, key and provisioning tokens are replaced.
    """
    say = Printer(as_json=as_json)
    say.line("Creating an administrator; an existing account with this address gets new credentials.")
    interactive = asks(ctx)
    default_domain = spaces.default_domain()
    if not username:
        username = click.prompt("Username", default="admin") if interactive else "admin"
    if not domain:
        domain = click.prompt("Domain", default=default_domain or "") if interactive else (default_domain or "")
    if not password and interactive:
        password = click.prompt("Password (empty for a random one)", default="", show_default=False, hide_input=True)
    password = password or secrets.token_urlsafe(15)
    known = spaces.domains()
    if domain not in known:
        click.secho(
            f"The domain {domain or '(none)'} belongs to no Space. Domains: {', '.join(known) or 'none'}",
            fg="red",
        )
        click.echo("Create its Space first: flexiapi spaces:create-update DOMAIN HOST NAME")
        raise click.exceptions.Exit(1)
    try:
        key = administrators.create_administrator(
            username=username, domain=domain, password=password, key_ip=api_key_ip or None
        )
    except ApiError as error:
        raise Failure(error.message) from None
    say.line(
        f'Admin test account created: "{username}@{domain}" | Password: "{password}" '
        f'| API Key: "{key}" (valid on IP {api_key_ip or "any"})'
    )
    say.result(account=f"{username}@{domain}", password=password, api_key=key, ip=api_key_ip or None)


@click.command("accounts:create-admin-test", cls=Command)
def create_admin_test() -> None:
    """Create the publicly known administrator that the Linphone SDK's own tests use; never in production."""
    if instance.current().app_env == "production":
        raise Failure("This command installs a publicly known key: it does not run in production.")
    domain, username, password, key = (
        "sip.example.org",
        "admin_test",
        "admin_test_password",
        "no_secret_at_all",
    )
    space_services.create_or_update(domain=domain, host=domain, name=domain, is_super=True)
    administrators.create_administrator(username=username, domain=domain, password=password, key_ip=None)
    administrators.set_known_key(username=username, domain=domain, key=key)
    click.echo(
        f'Admin test account created: "{username}@{domain}" | Password: "{password}" '
        f'| API Key: "{key}" (valid on IP any)'
    )
    click.echo(f"API Key updated to: {key}")


@click.command("accounts:set-admin", cls=Command)
@click.argument("account_id")
def set_admin(account_id: str) -> None:
    """Make an account an administrator of its Space."""
    if not account_id.isdigit():
        raise Failure("The account id must be a number")
    try:
        identifier = administrators.promote(int(account_id))
    except ApiError as error:
        raise Failure(error.message) from None
    click.secho(f"{identifier} is now admin", fg="green")


@click.command("accounts:reset-second-factor", cls=Command)
@click.argument("account_id")
def reset_second_factor(account_id: str) -> None:
    """Take the second factor of an account away, with its recovery codes: its password is enough again."""
    if not account_id.isdigit():
        raise Failure("The account id must be a number")
    try:
        identifier, had = administrators.reset_second_factor(int(account_id))
    except ApiError as error:
        raise Failure(error.message) from None
    click.secho(f"{identifier} has no second factor any more" if had else f"{identifier} had none", fg="green")


@click.command("accounts:seed", cls=Command)
@click.argument("json_file_path", type=click.Path(path_type=Path))
@as_json
def seed(json_file_path: Path, as_json: bool) -> None:
    """Load accounts from a JSON file."""
    if not json_file_path.is_file():
        raise Failure("The JSON file does not exist")
    try:
        report = seeding.seed(json_file_path.read_bytes())
    except seeding.Malformed as error:
        raise Failure(f"Malformed JSON file: {error}") from None
    say = Printer(as_json=as_json)
    say.line(f"{report.accounts} accounts, {report.passwords} passwords, {report.spaces} new Spaces")
    say.result(accounts=report.accounts, passwords=report.passwords, spaces=report.spaces)


@click.command("app:update-phone-countries", cls=Command)
def update_phone_countries() -> None:
    """Add the countries that are missing, not accepted; those that are there stay as they are."""
    for code, name in countries.add_missing():
        click.echo(f"{code} {name}")


COMMANDS = [
    create_admin_account,
    create_admin_test,
    set_admin,
    reset_second_factor,
    seed,
    update_phone_countries,
]
