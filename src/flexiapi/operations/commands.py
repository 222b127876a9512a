"""Console commands that run the product and keep its database."""

import logging
import os
import socket
import ssl
from pathlib import Path

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from flexiapi import hooks
from flexiapi.config import check, instance
from flexiapi.console import Command, Failure
from flexiapi.http.errors import Invalid
from flexiapi.spaces.services.old_settings import create_from_old_settings

from . import quickstart, server, worker

log = logging.getLogger(__name__)


@click.command("serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=64, show_default=True, type=click.IntRange(1, 1000), help="Threads of each.")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True), help="PEM certificate: TLS with HTTP/2.")
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="Its PEM key.")
@click.option("--worker/--no-worker", "with_worker", default=True, help="Run the background worker inside.")
@click.option("--migrate/--no-migrate", "with_migrations", default=True, help="Apply migrations first.")
@click.pass_context
def serve(
    ctx: click.Context,
    host: str,
    port: int,
    workers: int,
    threads: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    with_worker: bool,
    with_migrations: bool,
) -> None:
    """Serve the API, provisioning and the portal."""
    _check_tls(tls_cert, tls_key)
    listener = _listen(host, port)
    _warn_of_leftovers(ctx.obj["env"])
    if with_migrations:
        _migrate(verbosity=0)
    options = server.Options(
        workers=workers,
        threads=threads,
        tls_cert=tls_cert,
        tls_key=tls_key,
        with_worker=with_worker,
        environment=ctx.obj["env"],
    )
    server.serve(listener, options)


@click.command("worker", cls=Command)
@click.option("--parent", type=int, help="End when this process is gone.")
def run_worker(parent: int | None) -> None:
    """Run the queue and the periodic tasks."""
    worker.run(parent=parent)


@click.command("migrate", cls=Command)
@click.option("--dry-run", is_flag=True, help="Print what would be applied.")
@click.option("--force", is_flag=True, help="Accepted for scripts; nothing is ever asked.")
def migrate(dry_run: bool, force: bool) -> None:
    """Create or upgrade the schema."""
    if not dry_run:
        _migrate(verbosity=1)
        return
    _refuse_foreign_tables()
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        click.echo(f"{migration.app_label}.{migration.name}")


@click.command("migrate:status", cls=Command)
def migrate_status() -> None:
    """List the migrations and whether each is applied."""
    call_command("showmigrations")


def _warn_of_leftovers(environment: str | None) -> None:
    """Log what an operator brought along from elsewhere and nothing here reads."""
    for sentence in check.obsolete(instance.texts_of(os.environ, env_name=environment, cwd=Path.cwd())):
        log.warning(sentence)
    hooks.warn_about_php(instance.current().flexiapi_config_dir)


def _migrate(*, verbosity: int) -> None:
    instance.current().flexiapi_data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
    _refuse_foreign_tables()
    call_command("migrate", interactive=False, verbosity=verbosity)
    _create_first_space()


def _create_first_space() -> None:
    try:
        space = create_from_old_settings()
    except Invalid as error:
        raise Failure(f"APP_SIP_DOMAIN and the variables beside it make no Space: {error.message}") from None
    if space is not None:
        click.echo(f"Created the Space {space.domain} on the host {space.host} from APP_SIP_DOMAIN")


def _refuse_foreign_tables() -> None:
    tables = set(connection.introspection.table_names())
    if tables and "django_migrations" not in tables:
        raise Failure("The database is not empty and was not made by flexiapi; it is left as it is.")


def _listen(host: str, port: int) -> socket.socket:
    try:
        return server.listen(host, port)
    except server.CannotListen as error:
        raise Failure(str(error)) from None


def _check_tls(certificate: Path | None, key: Path | None) -> None:
    """Refuse what could not serve TLS before the first client finds out."""
    if (certificate is None) != (key is None):
        raise Failure("TLS needs both --tls-cert and --tls-key")
    if certificate is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")
    except (OSError, ValueError) as error:
        raise Failure(f"The certificate and its key cannot be used: {error}") from None


def _nothing(name: str, text: str) -> click.Command:
    @click.command(name, cls=Command, help=text)
    def command() -> None:
        click.echo(text)

    return command


@click.command("quickstart", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--domain", default="sip.example.org", show_default=True, help="The SIP domain of the first Space.")
@click.option("--directory", default=Path(".run"), show_default=True, type=click.Path(path_type=Path))
@click.pass_context
def run_quickstart(ctx: click.Context, host: str, port: int, domain: str, directory: Path) -> None:
    """Start the product in this directory: a Space, an administrator, an address to open."""
    listener = _listen(host, port)
    _migrate(verbosity=0)
    quickstart.introduce(server.url_of(listener, "http"), domain=domain, directory=directory)
    server.serve(listener, server.Options(environment=ctx.obj["env"]))


COMMANDS = [
    serve,
    run_worker,
    migrate,
    migrate_status,
    run_quickstart,
    _nothing("db:seed", "Nothing to do: the account types come with the migrations."),
    _nothing("storage:link", "Nothing to do: public files are served from the data directory."),
    _nothing("config:cache", "Nothing to do: the configuration is read once at each start."),
    _nothing("config:clear", "Nothing to do: the configuration is read once at each start."),
]
