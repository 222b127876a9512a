"""The web server: gunicorn with threads, set up for phones, browsers and Flexisip.

Flexisip speaks HTTP/2 over TLS only and writes raw `"<urn:uuid:…>"` into paths; it wants idle connections to live
longer than its own 60 s, since it drops what is in flight when a server closes first.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from flexiapi.config import instance

KEEPALIVE_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve; TLS (with HTTP/2) where a certificate and key are given."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 64
    tls_cert: Path | None = None
    tls_key: Path | None = None
    with_worker: bool = True


def serve(options: Options) -> None:
    """Serve until the process is told to end."""
    _Server(options).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, options: Options) -> None:
        self.options = options
        self.worker: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        options = self.options
        data = instance.current().flexiapi_data_dir
        data.mkdir(parents=True, exist_ok=True)
        host = f"[{options.host}]" if ":" in options.host else options.host
        settings: dict[str, Any] = {
            "bind": [f"{host}:{options.port}"],
            "workers": options.workers,
            "worker_class": "gthread",
            "threads": options.threads,
            "keepalive": KEEPALIVE_SECONDS,
            "timeout": 120,
            "graceful_timeout": 10,
            "preload_app": False,
            # Whom to believe is decided by TRUSTED_PROXIES, in the application.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket": str(data / f"server-{options.port}.ctl"),
            "limit_request_line": 8190,
            "loglevel": "warning",
            "proc_name": "flexiapi",
            "when_ready": self._start_worker,
            "on_exit": self._stop_worker,
        }
        if options.tls_cert is not None and options.tls_key is not None:
            settings |= {
                "certfile": str(options.tls_cert),
                "keyfile": str(options.tls_key),
                "http_protocols": "h2,h1",
            }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from flexiapi.config.wsgi import application

        return application

    def _start_worker(self, arbiter: Arbiter) -> None:
        if self.options.with_worker:
            self.worker = subprocess.Popen(  # noqa: S603 our own executable
                [sys.executable, "-m", "flexiapi", "worker", "--parent", str(os.getpid())],
                stdin=subprocess.DEVNULL,
            )

    def _stop_worker(self, arbiter: Arbiter) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            try:
                self.worker.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.worker.kill()
