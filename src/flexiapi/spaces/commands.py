"""Console commands about Spaces."""

import click

from flexiapi.config import instance
from flexiapi.console import Command, Failure
from flexiapi.http.errors import Invalid

from . import queries, services


@click.command("spaces:create-update", cls=Command)
@click.argument("sip_domain")
@click.argument("host")
@click.argument("name")
@click.option("--super", "is_super", is_flag=True, help="Its administrators are super administrators.")
@click.option("--realm", help="The Digest realm, for a Space without accounts (the domain by default).")
@click.option("--algorithm", type=click.Choice(["MD5", "SHA-256"]), help="The algorithm of its passwords.")
def create_update(
    sip_domain: str, host: str, name: str, is_super: bool, realm: str | None, algorithm: str | None
) -> None:
    """Create a Space or update its host, name and super flag."""
    click.echo(f"Creating or updating the Space {sip_domain}")
    if not instance.current().app_root_host:
        click.secho("APP_ROOT_HOST is not set: several Spaces are told apart by their exact hosts", fg="yellow")
    elif not queries.belongs_to_root_host(host.lower()):
        click.secho(f"The host {host} lies outside APP_ROOT_HOST: the Space will answer 503", fg="yellow")
    try:
        created = services.create_or_update(
            domain=sip_domain.lower(),
            host=host.lower(),
            name=name,
            is_super=is_super,
            realm=realm,
            algorithm=algorithm,
        )
    except Invalid as error:
        raise Failure(f"{error.message}") from None
    click.secho("The Space was created" if created else "The Space existed and was updated", fg="green")
    click.echo("Set as a super Space" if is_super else "Set as a normal Space")


COMMANDS = [create_update]
