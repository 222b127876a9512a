"""A mail ready to leave, as its gateway gets it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from .outcomes import Undeliverable

_ADDRESS = re.compile(r"[^@\s\"<>,;:\\()\[\]]{1,64}@[^@\s\"<>,;:\\()\[\]]{1,190}")
_SHOWN_LENGTH = 250


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent to whom. `message_id` stays the same when a mail is sent again: receivers may tell by it."""

    template: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    html: str
    locale: str
    message_id: str
    written_at: datetime
    attachment: Attachment | None = None

    def message(self) -> EmailMessage:
        """The message (RFC 5322) with its two forms, the text first (RFC 2046 §5.1.4).

        Raises:
            Undeliverable: an address is none.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = _header(address(self.sender), one_line(self.sender_name))
        message["To"] = _header(address(self.recipient))
        message["Subject"] = one_line(self.subject)
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = self.message_id
        message["Content-Language"] = self.locale
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice answers it
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        if self.attachment is not None:
            main, _, sub = self.attachment.content_type.partition("/")
            message.add_attachment(
                self.attachment.content, maintype=main, subtype=sub, filename=one_line(self.attachment.name)
            )
        return message


def one_line(text: str) -> str:
    """A text without line breaks and control characters, by which somebody's name could add header fields."""
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in text)
    return " ".join(shown.split())[:_SHOWN_LENGTH]


def address(text: str) -> str:
    """An address with its domain in ASCII (RFC 5891).

    Raises:
        Undeliverable: it is no address.
    """
    if not _ADDRESS.fullmatch(text) or one_line(text) != text:
        raise Undeliverable("no valid e-mail address")
    local, _, domain = text.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Undeliverable("no valid e-mail address") from error


def _header(checked: str, name: str = "") -> Address:
    local, _, domain = checked.rpartition("@")
    return Address(name, username=local, domain=domain)
