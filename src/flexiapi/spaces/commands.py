"""Console commands about Spaces."""

import itertools
import re
from pathlib import Path

import click

from flexiapi.accounts.services.expiration_notices import send_notices
from flexiapi.config import instance
from flexiapi.config.errors import ConfigurationError
from flexiapi.console import Command, Failure, asks
from flexiapi.http.errors import Invalid

from . import queries
from .serializers import ALGORITHMS, ConsoleSpaceInput
from .services import creation, expiry, old_settings

_NO_ROOT_HOST = "APP_ROOT_HOST is not set: several Spaces are told apart by their exact hosts"
_SHOWN = 120


@click.command("spaces:create-update", cls=Command)
@click.argument("sip_domain")
@click.argument("host")
@click.argument("name")
@click.option("--super", "is_super", is_flag=True, help="Its administrators are super administrators.")
@click.option("--realm", help="The Digest realm, for a Space without accounts (the domain by default).")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), help="The algorithm of its passwords.")
@click.option(
    "--require-second-factor/--no-require-second-factor",
    "require_second_factor",
    default=None,
    help="Whether its administrators need a second factor in the portal; stays as it is by default.",
)
def create_update(
    sip_domain: str,
    host: str,
    name: str,
    is_super: bool,
    realm: str | None,
    algorithm: str | None,
    require_second_factor: bool | None,
) -> None:
    """Create a Space or update its host, name and super flag.

    Without --super an existing super Space becomes a normal one.
    """
    click.echo(f"Creating or updating the Space {sip_domain}")
    domain, host = sip_domain.strip().lower(), host.strip().lower()
    if not instance.current().app_root_host:
        click.secho(_NO_ROOT_HOST, fg="yellow")
    elif not queries.belongs_to_root_host(host):
        click.secho(f"The host {host} lies outside APP_ROOT_HOST: the Space will answer 503", fg="yellow")
    values = {"domain": domain, "host": host, "name": name.strip() or None, "realm": realm, "algorithm": algorithm}
    try:
        asked = ConsoleSpaceInput.check(values, space=queries.find(domain))
        created = creation.create_or_update(
            domain=asked.domain,
            host=asked.host,
            name=asked.name,
            is_super=is_super,
            realm=asked.realm,
            algorithm=asked.algorithm,
            require_second_factor=require_second_factor,
        )
    except Invalid as error:
        raise Failure(_sentences(error)) from None
    click.secho("The Space was created" if created else "The Space existed and was updated", fg="green")
    click.echo("Set as a super Space" if is_super else "Set as a normal Space")


@click.command("spaces:import-configuration-from-dot-env", cls=Command)
@click.argument("sip_domain")
@click.option("--file", type=click.Path(path_type=Path), help="The DotEnv file (this instance's own by default).")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def import_configuration(ctx: click.Context, sip_domain: str, file: Path | None, yes: bool) -> None:
    """Fill a Space from the variables of an instance that served one SIP domain.

    What would change is listed first; nothing is written without a yes.
    """
    domain = sip_domain.strip().lower()
    space = queries.find(domain)
    if space is None:
        raise Failure(f"There is no Space with the domain {domain}")
    try:
        old = old_settings.of_file(file) if file is not None else old_settings.of_instance()
    except ConfigurationError as error:
        raise Failure(str(error)) from None
    except Invalid as error:
        raise Failure(_sentences(error)) from None
    for left_out in old.left_out:
        click.secho(f"Left out of the provisioning entries: {left_out}", fg="yellow")
    changes = old_settings.differences(space, old)
    if not changes:
        click.secho("Nothing would change", fg="green")
        return
    click.echo("The Space would change:")
    for key, value in changes.items():
        click.echo(f"  {key} => {_shown(value)}")
    if "realm" in changes and queries.account_count(space):
        click.secho("The Space has accounts: their passwords must have been hashed with this realm", fg="yellow")
    if not yes and not (asks(ctx) and click.confirm("Write these settings into the Space?", default=False)):
        click.echo("Nothing was written")
        return
    try:
        old_settings.import_settings(domain, old)
    except Invalid as error:
        raise Failure(_sentences(error)) from None
    click.secho("The settings were written into the Space", fg="green")


@click.command("spaces:expiration-emails", cls=Command)
@click.argument("days", required=False, default="")
def expiration_emails(days: str) -> None:
    """Tell the administrators of Spaces that expire in 7, 3 or 1 days, or in DAYS (such as 30,7,1).

    A second run on the same day writes to nobody twice.
    """
    wanted = [int(digits) for digits in re.findall(r"[0-9]{1,5}", days)] or list(expiry.DEFAULT_DAYS)
    if any(earlier <= later for earlier, later in itertools.pairwise(wanted)):
        raise Failure("The days must be integers in descending order, such as 7,3,1")
    for each in expiry.expiring(wanted):
        space = each.space
        click.echo(f"{space.name} ({space.host}) expires in {each.days_left} days")
        told = send_notices(each)
        for address in each.recipients:
            click.echo(f"  {address}" if address in told else f"  {address} (told today already)")
        if not each.recipients:
            click.secho("  no administrator with an e-mail address", fg="yellow")


def _sentences(error: Invalid) -> str:
    return "\n".join(text for texts in error.errors.values() for text in texts)


def _shown(value: object) -> str:
    """A value in one line; false, empty and null alike are `null`."""
    if not value:
        return "null"
    text = "1" if value is True else " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


COMMANDS = [create_update, import_configuration, expiration_emails]
