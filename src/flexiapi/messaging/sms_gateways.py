"""How SMS leave: by OVH's API, into the log, or into this process's memory."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import ovh  # type: ignore[import-untyped]
from ovh.exceptions import APIError, BadParametersError, ResourceNotFoundError  # type: ignore[import-untyped]

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings

from .outcomes import NotDelivered, Undeliverable, masked

log = logging.getLogger(__name__)

_CONNECT_SECONDS, _ANSWER_SECONDS = 5, 15
_VALIDITY_MINUTES = 2880


@dataclass(frozen=True, slots=True)
class Sms:
    """A short message to a number in E.164."""

    recipient: str
    text: str


class SmsGateway(Protocol):
    """What takes SMS."""

    def send(self, sms: Sms, *, confirm: Callable[[], None]) -> None:
        """Send one; `confirm` is asked right before it is handed over, and may raise to stop.

        Raises:
            NotDelivered: not this time.
            Undeliverable: never.
        """


class OvhGateway:
    """OVH's SMS API: the first service of the account."""

    def __init__(self, settings: InstanceSettings) -> None:
        self._settings = settings
        self._client: ovh.Client | None = None
        self._service: str | None = None

    def send(self, sms: Sms, *, confirm: Callable[[], None]) -> None:
        """Create a job; a service that is gone is looked up again."""
        try:
            client = self._connected()
            service = self._service or self._first_service(client)
            confirm()
            try:
                answer = client.post(f"/sms/{service}/jobs", **self._job(sms))
            except ResourceNotFoundError:
                answer = client.post(f"/sms/{self._first_service(client)}/jobs", **self._job(sms))
        except BadParametersError as error:
            log.error("OVH refused an SMS to %s: %s", masked(sms.recipient), _described(error))
            raise Undeliverable(f"OVH refused it: {_described(error)}") from None
        except APIError as error:
            raise NotDelivered(f"OVH: {_described(error)}", server_down=True) from None
        _check(answer, sms.recipient)

    def _connected(self) -> ovh.Client:
        settings = self._settings
        if not (settings.ovh_app_key and settings.ovh_app_secret and settings.ovh_app_consumer_key):
            log.error("OVH is not configured: no SMS is sent")
            raise Undeliverable("OVH is not configured: OVH_APP_KEY, OVH_APP_SECRET, OVH_APP_CONSUMER_KEY")
        if self._client is None:
            self._client = ovh.Client(
                endpoint=settings.ovh_app_endpoint,
                application_key=settings.ovh_app_key,
                application_secret=settings.ovh_app_secret,
                consumer_key=settings.ovh_app_consumer_key,
                timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
            )
        return self._client

    def _first_service(self, client: ovh.Client) -> str:
        services = client.get("/sms")
        if not isinstance(services, list) or not services:
            raise NotDelivered("the OVH account has no SMS service", server_down=True)
        self._service = str(services[0])
        return self._service

    def _job(self, sms: Sms) -> dict[str, Any]:
        return {
            "charset": "UTF-8",
            "class": "phoneDisplay",
            "coding": "7bit",
            "message": sms.text,
            "noStopClause": True,
            "priority": "high",
            "receivers": [sms.recipient],
            "sender": self._settings.ovh_app_sender,
            "senderForResponse": False,
            "validityPeriod": _VALIDITY_MINUTES,
        }


class LogSmsGateway:
    """For development: says what would have left. The text is logged like that of mails."""

    def send(self, sms: Sms, *, confirm: Callable[[], None]) -> None:
        """Log it."""
        confirm()
        log.info("SMS to %s (SMS_DRIVER is log)", masked(sms.recipient))
        if not instance.current().production:
            log.debug("| %s", sms.text)


class MemorySmsGateway:
    """For tests: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Sms] = []

    def send(self, sms: Sms, *, confirm: Callable[[], None]) -> None:
        """Keep it."""
        confirm()
        self.sent.append(sms)


memory = MemorySmsGateway()


def gateway() -> SmsGateway:
    """The gateway that the instance is configured for (`SMS_DRIVER`)."""
    settings = instance.current()
    if settings.sms_driver == "log":
        return LogSmsGateway()
    return memory if settings.sms_driver == "array" else _ovh(settings)


@functools.lru_cache(maxsize=2)
def _ovh(settings: InstanceSettings) -> OvhGateway:
    return OvhGateway(settings)


def _check(answer: Any, recipient: str) -> None:
    """Log what became of a job; its text stays out of it.

    Raises:
        Undeliverable: OVH finds the number invalid.
    """
    found = answer if isinstance(answer, dict) else {}
    invalid = found.get("invalidReceivers") or []
    log.info("SMS to %s: OVH jobs %s, %d invalid", masked(recipient), found.get("ids"), len(invalid))
    if invalid and not found.get("validReceivers"):
        log.warning("OVH finds the number %s invalid", masked(recipient))
        raise Undeliverable("OVH finds the number invalid")


def _described(error: APIError) -> str:
    """The kind of error and what OVH's support asks for; its message may quote what was sent."""
    query = getattr(error, "query_id", None)
    return type(error).__name__ + (f", query {query}" if query else "")
