"""The web server: gunicorn with threads, set up for phones, browsers and Flexisip.

Flexisip speaks HTTP/2 over TLS only and writes raw `"<urn:uuid:…>"` into paths; it wants idle connections to live
longer than its own 60 s, since it drops what is in flight when a server closes first.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from django.db import connections
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.util import import_app

from .background import Background

KEEPALIVE_SECONDS = 75
_GRACE_SECONDS = 10
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 compared with, not listened on


class CannotListen(Exception):
    """The address is taken, not of this machine, or not allowed."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve; TLS (with HTTP/2) where a certificate and key are given."""

    workers: int = 1
    threads: int = 64
    tls_cert: Path | None = None
    tls_key: Path | None = None
    with_worker: bool = True
    environment: str | None = None

    @property
    def scheme(self) -> str:
        """`https` with TLS, else `http`."""
        return "https" if self.tls_cert else "http"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Taken before anything else is done, so that a port in use is told at once.

    Raises:
        CannotListen: with a sentence for the operator.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotListen(f"Cannot listen on {host} port {port}: {reason}. Another one: --host and --port.") from None
    return listener


def url_of(listener: socket.socket, scheme: str) -> str:
    """The address to open: for a socket on all addresses, with the one that other machines see."""
    host, port = listener.getsockname()[:2]
    if host in _ANYWHERE:
        host = _outward_address()
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve(listener: socket.socket, options: Options) -> None:
    """Serve until the process is told to end; the listening socket belongs to the server from now on."""
    # A connection must not be shared with the processes that are forked from this one.
    connections.close_all()
    _Server(listener, options).run()


def _outward_address() -> str:
    """The address that packets to the outside would carry; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Looks after the background worker beside the web processes."""

    def manage_workers(self) -> None:
        super().manage_workers()
        if self.app.background is not None:
            self.app.background.keep_running()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, listener: socket.socket, options: Options) -> None:
        self.options = options
        self.background = Background(options.environment) if options.with_worker else None
        self.url = url_of(listener, options.scheme)
        self.descriptor = listener.detach()
        super().__init__()

    def load_config(self) -> None:
        options = self.options
        settings: dict[str, Any] = {
            "bind": [f"fd://{self.descriptor}"],
            "workers": options.workers,
            "worker_class": "gthread",
            "threads": options.threads,
            "keepalive": KEEPALIVE_SECONDS,
            "timeout": 120,
            "graceful_timeout": _GRACE_SECONDS,
            "preload_app": False,
            # Whom to believe is decided by TRUSTED_PROXIES, in the application.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "limit_request_line": 8190,
            "limit_request_fields": 100,
            "limit_request_field_size": 8190,
            "loglevel": "warning",
            "proc_name": "flexiapi",
            "when_ready": self._ready,
            "on_exit": self._end,
        }
        if options.tls_cert is not None and options.tls_key is not None:
            settings |= {
                "certfile": str(options.tls_cert),
                "keyfile": str(options.tls_key),
                "http_protocols": "h2,h1",
                "http2_max_concurrent_streams": 1000,
            }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app("flexiapi.config.wsgi:application")

    def run(self) -> None:
        _Arbiter(self).run()

    def _ready(self, arbiter: Arbiter) -> None:
        click.echo(f"Serving on {self.url} (process {os.getpid()})")

    def _end(self, arbiter: Arbiter) -> None:
        if self.background is not None:
            self.background.stop()
