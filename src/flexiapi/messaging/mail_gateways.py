"""How mail leaves: SMTP, the machine's own `sendmail`, the log, or this process's memory."""

import logging
import shutil
import subprocess
from collections.abc import Callable
from typing import Protocol

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings
from flexiapi.spaces.models import EmailServer

from . import smtp
from .mail import Mail, address
from .outcomes import NotDelivered, Undeliverable, masked

log = logging.getLogger(__name__)

_SENDMAIL_PLACES = "/usr/sbin:/usr/lib:/usr/bin"
_SENDMAIL_SECONDS = 60
_EX_NOUSER, _EX_NOHOST = 67, 68  # sysexits.h


class MailGateway(Protocol):
    """What takes mail."""

    def send(self, mail: Mail, *, confirm: Callable[[], None]) -> None:
        """Send one; `confirm` is asked right before it is handed over, and may raise to stop.

        Raises:
            NotDelivered: not this time.
            Undeliverable: never.
        """


class SmtpGateway:
    """A mail server."""

    def __init__(self, server: smtp.Server) -> None:
        self._server = server

    def send(self, mail: Mail, *, confirm: Callable[[], None]) -> None:
        """Hand it over by SMTP."""
        smtp.send(self._server, mail.message(), address(mail.recipient), sender=address(mail.sender), confirm=confirm)


class SendmailGateway:
    """The program that this machine's own mail server brings."""

    def send(self, mail: Mail, *, confirm: Callable[[], None]) -> None:
        """Hand it to the program."""
        program = shutil.which("sendmail", path=_SENDMAIL_PLACES)
        if program is None:
            raise NotDelivered("sendmail is not installed", server_down=True)
        arguments = [program, "-i", "-f", address(mail.sender), "--", address(mail.recipient)]
        content = mail.message().as_bytes()
        confirm()
        try:
            done = subprocess.run(  # noqa: S603 an argument vector, no shell; addresses cannot be options
                arguments, input=content, capture_output=True, timeout=_SENDMAIL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NotDelivered("sendmail took too long", server_down=True) from None
        except OSError as error:
            raise NotDelivered(f"sendmail cannot be run: {error.strerror}", server_down=True) from None
        if done.returncode in (_EX_NOUSER, _EX_NOHOST):
            raise Undeliverable(f"sendmail refused the recipient: status {done.returncode}")
        if done.returncode != 0:
            raise NotDelivered(f"sendmail failed: status {done.returncode}", server_down=True)


class LogGateway:
    """For development and until there is a server: says what would have left.

    The text, with its codes and links, is logged on the level `debug` only and never in production.
    """

    def send(self, mail: Mail, *, confirm: Callable[[], None]) -> None:
        """Log it."""
        confirm()
        log.info("mail %s to %s (MAIL_DRIVER is log)", mail.template, masked(mail.recipient))
        if not instance.current().production and log.isEnabledFor(logging.DEBUG):
            for line in (mail.subject, *mail.text.splitlines()):
                log.debug("| %s", line)


class MemoryGateway:
    """For tests: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail, *, confirm: Callable[[], None]) -> None:
        """Keep it, once it is known to be a possible message."""
        mail.message()
        confirm()
        self.sent.append(mail)


memory = MemoryGateway()


def gateway(own: EmailServer | None) -> MailGateway:
    """The gateway that the instance is configured for; by SMTP, the server of the Space if it has one.

    Raises:
        NotDelivered: there is no server.
    """
    settings = instance.current()
    if settings.mail_driver == "sendmail":
        return SendmailGateway()
    if settings.mail_driver == "log":
        return LogGateway()
    if settings.mail_driver == "array":
        return memory
    return SmtpGateway(_server(settings, own))


def _server(settings: InstanceSettings, own: EmailServer | None) -> smtp.Server:
    host = own.host if own else settings.mail_host
    if not host:
        raise NotDelivered("MAIL_HOST is not set", server_down=True)
    return smtp.Server(
        host=host,
        port=own.port if own else settings.mail_port,
        username=own.username if own else settings.mail_username,
        password=own.password if own else settings.mail_password,
        encryption=settings.mail_encryption,
        verify_peer=settings.mail_verify_peer,
        verify_peer_name=settings.mail_verify_peer_name,
        allow_self_signed=settings.mail_allow_self_signed,
        anywhere=own is None or settings.outbound_allow_private,
    )
