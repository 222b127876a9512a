"""Mail servers on the loopback interface, and certificates for them."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Postbox:
    """What a server received, and how it is to behave."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refused_recipients: set[str] = field(default_factory=set)
    data_reply: str = "250 OK"
    hold_at: str | None = None  # `DATA`: before a message is accepted; `QUIT`: right after
    held: threading.Event = field(default_factory=threading.Event)  # set once it holds
    go_on: threading.Event = field(default_factory=threading.Event)  # what it waits for

    async def handle_RCPT(  # noqa: N802 the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse those who are to be refused."""
        if address in self.refused_recipients:
            return f"550 5.1.1 {address}: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message."""
        if not self.data_reply.startswith("250"):
            return self.data_reply
        content = cast(bytes, envelope.content)
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
        self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        await self._hold("DATA")
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.data_reply

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Say goodbye."""
        await self._hold("QUIT")
        return "221 Bye"

    async def _hold(self, moment: str) -> None:
        if self.hold_at == moment:
            self.held.set()
            await asyncio.to_thread(self.go_on.wait, 30)


@dataclass(frozen=True)
class Certificate:
    """A certificate for `localhost`, with its key."""

    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


def self_signed(directory: Path, *, name: str = "localhost") -> Certificate:
    """A certificate that is its own issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    moment = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - datetime.timedelta(days=1))
        .not_valid_after(moment + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(directory / f"{name}.pem", directory / f"{name}.key")
    made.cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


@contextmanager
def smtp_server(
    postbox: Postbox, *, port: int = 0, tls: ssl.SSLContext | None = None, implicit: bool = False, **options: Any
) -> Iterator[int]:
    """A mail server on a free port of 127.0.0.1 (or on `port`); STARTTLS is offered with `tls`."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        login = (data.login.decode(), data.password.decode())
        postbox.logins.append(login)
        return AuthResult(success=login[1] == "right", handled=False)

    more: dict[str, Any] = {"authenticator": check, **options}
    if implicit:
        more["ssl_context"] = tls
    else:
        more["tls_context"] = tls
    controller = _Controller(postbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield controller.port
    finally:
        postbox.go_on.set()
        controller.stop()


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """The library knocks at its own port, which it does not know when the system has chosen it."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
