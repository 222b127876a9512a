"""SMTP (RFC 5321): connection, encryption and authentication as configured, one mail a connection."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from . import addresses
from .outcomes import NotDelivered, Undeliverable

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
TRANSFER_SECONDS = 55.0
_SUBMISSIONS_PORT = 465  # RFC 8314 §3.3: encrypted from the first byte
_SELF_SIGNED = 18  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT of OpenSSL


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it.

    `encryption` is `tls` (STARTTLS or nothing), `ssl` (from the first byte) or None (STARTTLS where it is
    offered). `anywhere` lets it be on a private address.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    encryption: str | None = None
    verify_peer: bool = True
    verify_peer_name: bool = True
    allow_self_signed: bool = False
    anywhere: bool = True

    @property
    def implicit(self) -> bool:
        """Whether the connection is encrypted from the first byte."""
        return self.encryption == "ssl" or self.port == _SUBMISSIONS_PORT


def send(server: Server, message: EmailMessage, recipient: str, sender: str, *, confirm: Callable[[], None]) -> None:
    """Hand a message to a server; `confirm` is asked right before, and may raise to stop.

    Raises:
        NotDelivered: not this time.
        Undeliverable: the server refuses this recipient for ever.
    """
    with _explained(server), _connected(server) as client:
        if server.username and client.has_extn("auth"):
            client.login(server.username, server.password or "")
        confirm()
        client.timeout = TRANSFER_SECONDS
        if client.sock is not None:
            client.sock.settimeout(TRANSFER_SECONDS)
        client.send_message(message, from_addr=sender, to_addrs=[recipient])


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    client = _open(server, _context(server)) if not server.allow_self_signed else _open_self_signed(server)
    try:
        yield client
    finally:
        _leave(client)


def _open_self_signed(server: Server) -> smtplib.SMTP:
    """A connection to a server whose certificate may be its own issuer.

    Nothing else is forgiven: the certificate that was shown is the one that the second connection trusts, so
    that its dates and, if configured, its name still count.
    """
    try:
        return _open(server, _context(server))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code != _SELF_SIGNED:
            raise
    client = _open(server, _unverified())
    shown = client.sock.getpeercert(binary_form=True) if isinstance(client.sock, ssl.SSLSocket) else None
    _leave(client)
    return _open(server, _context(server, trusted=shown))


def _open(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    places = None if server.anywhere else addresses.public(server.host, server.port)
    client = _EncryptedClient(server.host, places, context) if server.implicit else _Client(server.host, places)
    try:
        client.connect(server.host, server.port)
        client.ehlo_or_helo_if_needed()
        if not server.implicit and (server.encryption == "tls" or client.has_extn("starttls")):
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye; the mail is handed over already, whatever the server answers."""
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _context(server: Server, *, trusted: bytes | None = None) -> ssl.SSLContext:
    if not server.verify_peer:
        return _unverified()
    context = ssl.create_default_context()
    if trusted is not None:
        context.load_verify_locations(cadata=trusted)
        # A self-signed certificate lacks what the strict rules ask of an authority's.
        context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = server.verify_peer_name
    return context


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _Client(smtplib.SMTP):
    """A client that connects to addresses that were looked at before; to the name without them."""

    def __init__(self, host: str, places: Sequence[addresses.Address] | None) -> None:
        super().__init__(timeout=ANSWER_SECONDS)
        self._host = host  # the certificate must name it
        self._places = places

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        targets = [host] if self._places is None else [address for _, address in self._places]
        failure: OSError | None = None
        for target in targets:
            try:
                connection = socket.create_connection((target, port), CONNECT_SECONDS)
            except OSError as error:
                failure = error
            else:
                connection.settimeout(timeout)
                return connection
        raise failure or OSError("no address")


class _EncryptedClient(_Client):
    """The same, encrypted from the first byte."""

    def __init__(self, host: str, places: Sequence[addresses.Address] | None, context: ssl.SSLContext) -> None:
        super().__init__(host, places)
        self._context = context

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = super()._get_socket(host, port, timeout)
        try:
            return self._context.wrap_socket(connection, server_hostname=self._host)
        except BaseException:
            connection.close()
            raise


@contextmanager
def _explained(server: Server) -> Iterator[None]:
    """Turn what the library raises into outcomes, in words that hold nothing of the message."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        reason = f"recipient refused: {_reply(code, text)}"
        raise (Undeliverable(reason) if 500 <= code < 600 else NotDelivered(reason)) from None
    except smtplib.SMTPSenderRefused as error:
        raise NotDelivered(f"sender refused: {_reply(error.smtp_code, error.smtp_error)}") from None
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered(f"authentication refused: {error.smtp_code}", server_down=True) from None
    except smtplib.SMTPDataError as error:
        # A server that refuses the contents may quote them.
        raise NotDelivered(f"message refused: {error.smtp_code}") from None
    except smtplib.SMTPConnectError as error:
        raise NotDelivered(f"{server.host}: {_reply(error.smtp_code, error.smtp_error)}", server_down=True) from None
    except smtplib.SMTPNotSupportedError:
        raise NotDelivered(f"{server.host} lacks what the mail needs (STARTTLS, UTF-8 addresses)") from None
    except smtplib.SMTPException as error:
        raise NotDelivered(f"{server.host}: {type(error).__name__}", server_down=True) from None
    except ssl.SSLCertVerificationError as error:
        raise NotDelivered(f"{server.host}: certificate refused: {error.verify_message}", server_down=True) from None
    except TimeoutError:
        raise NotDelivered(f"{server.host}: no answer in time", server_down=True) from None
    except OSError as error:
        raise NotDelivered(f"{server.host}: {error.strerror or type(error).__name__}", server_down=True) from None


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} " + "".join(c if c.isprintable() else " " for c in words)[:120]
