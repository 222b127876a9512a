"""The real `flexiapi serve` on a free port of the loopback address."""

import ipaddress
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from .processes import Program, running, wait_until

_SERVING = re.compile(r"^Serving on (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for names below `example.org` and the loopback address, with its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    program: Program

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or 0


@contextmanager
def serving(
    folder: Path,
    *words: str,
    tls: Certificate | None = None,
    shared_database: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Serve until the block ends; `words` are further options of `flexiapi serve`.

    With `shared_database` it works on the test's own database, whatever engine that is: the rows of tests
    with `transaction=True` are what it sees. Otherwise it makes itself a SQLite file in `folder`.
    """
    (folder / "config").mkdir(parents=True, exist_ok=True)
    own = {
        "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
        "APP_ENV": "local",
        "APP_ROOT_HOST": "example.org",
        "FLEXIAPI_DATA_DIR": str(folder / "data"),
        "FLEXIAPI_CONFIG_DIR": str(folder / "config"),
        "LOG_CHANNEL": "stderr",
        "LOG_LEVEL": "warning",
        "RATE_LIMIT_CREDENTIALS": "false",
        "RATE_LIMIT_API_PER_MINUTE": "0",
    }
    command = [sys.executable, "-m", "flexiapi", "serve", "--port", "0"]
    if shared_database:
        own["DB_DATABASE"] = str(connection.settings_dict["NAME"])
        command += ["--no-migrate", "--no-worker"]
    else:
        own |= {"DB_CONNECTION": "sqlite", "DB_DATABASE": ""}
    command += words
    if tls is not None:
        command += ["--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)]
    with running(command, folder, {**own, **(environment or {})}) as program:
        wait_until(lambda: _SERVING.search(program.output) is not None, "flexiapi serve", seconds=60, running=program)
        found = _SERVING.search(program.output)
        assert found is not None
        server = Server(found[1], program)
        wait_until(lambda: _answers(server.port), "flexiapi serve", seconds=60, running=program)
        yield server


def _answers(port: int) -> bool:
    """Whether a web process has taken a connection: with TLS or without, it answers or closes it."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /up HTTP/1.0\r\n\r\n")
            connection.recv(1)
    except OSError:
        return False
    return True


def a_certificate(folder: Path) -> Certificate:
    """Make a certificate of two days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    alternatives = x509.SubjectAlternativeName(
        [
            x509.DNSName("example.org"),
            x509.DNSName("*.example.org"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
    )
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(alternatives, critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "fullchain.pem", folder / "privkey.pem")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
