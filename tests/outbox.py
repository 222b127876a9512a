"""What the product sends, as its recipients get it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flexiapi.config import instance
from flexiapi.messaging import mail_gateways, sending, sms_gateways
from flexiapi.messaging.mail import Mail
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.sms_gateways import Sms


@dataclass(frozen=True)
class SentMail:
    """A mail that left, and the context that its cause handed over."""

    mail: Mail
    context: dict[str, Any]

    @property
    def template(self) -> str:
        """Its name in the catalogue."""
        return self.mail.template

    @property
    def to(self) -> str:
        """Its recipient."""
        return self.mail.recipient

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.mail.subject

    @property
    def text(self) -> str:
        """Its text form."""
        return self.mail.text

    @property
    def html(self) -> str:
        """Its HTML form."""
        return self.mail.html


class Outbox:
    """Mails and SMS of a test, oldest first; whatever waits in the database is sent when they are looked at."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, str, str], dict[str, Any]] = {}

    @property
    def mails(self) -> list[SentMail]:
        """Every mail."""
        self._send()
        return [SentMail(mail, self._contexts.get(_key(mail), {})) for mail in mail_gateways.memory.sent]

    @property
    def sms(self) -> list[Sms]:
        """Every SMS."""
        self._send()
        return list(sms_gateways.memory.sent)

    @property
    def mail(self) -> SentMail:
        """The only mail."""
        (mail,) = self.mails
        return mail

    def clear(self) -> None:
        """Forget what was sent, and what waits."""
        self._send()
        mail_gateways.memory.sent.clear()
        sms_gateways.memory.sent.clear()

    def _send(self) -> None:
        for delivery in Delivery.objects.filter(state="pending", kind="mail"):
            created = f"{delivery.created_at:%Y-%m-%d %H:%M:%S.%f}"
            self._contexts[(delivery.template, delivery.recipient, created)] = delivery.payload["context"]
        for delivery_id in Delivery.objects.filter(state="pending").order_by("id").values_list("id", flat=True):
            sending.deliver(delivery_id)


@contextmanager
def outbox() -> Iterator[Outbox]:
    """Keep in memory what would leave, until the block ends."""
    mail_gateways.memory.sent.clear()
    sms_gateways.memory.sent.clear()
    try:
        with instance.override(mail_driver="array", sms_driver="array"):
            yield Outbox()
    finally:
        mail_gateways.memory.sent.clear()
        sms_gateways.memory.sent.clear()


def _key(mail: Mail) -> tuple[str, str, str]:
    return mail.template, mail.recipient, f"{mail.written_at:%Y-%m-%d %H:%M:%S.%f}"
