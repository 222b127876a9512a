"""The captcha of public forms, behind one protocol chosen by configuration."""

from typing import Protocol

import httpx
import structlog
from django.http import HttpRequest

from flexiapi.config import instance
from flexiapi.http import inputs
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.http.outer import CONTENT_POLICY

log = structlog.get_logger(__name__)

FIELD = "h-captcha-response"
TIMEOUT_SECONDS = 30.0
LONGEST = 8192
_VERIFY = "https://hcaptcha.com/siteverify"
_WIDGET = "https://hcaptcha.com https://*.hcaptcha.com"


class Captcha(Protocol):
    """What tells people from programs; `sitekey` is what its widget needs, None without widget."""

    sitekey: str | None

    def verify(self, response: str, address: str) -> bool:
        """Whether the widget's response, sent from an address, is that of a person."""


class HCaptcha:
    """hCaptcha's verification service; when it does not answer nobody passes."""

    def __init__(self, sitekey: str, secret: str, *, url: str = _VERIFY) -> None:
        self.sitekey: str | None = sitekey
        self._secret = secret
        self._url = url

    def verify(self, response: str, address: str) -> bool:
        """Ask the service, for 30 seconds at most."""
        form = {"secret": self._secret, "response": response, "remoteip": address}
        try:
            answer = httpx.post(self._url, data=form, timeout=TIMEOUT_SECONDS)
            verdict = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            log.error("hCaptcha does not answer", reason=type(error).__name__)
            return False
        return isinstance(verdict, dict) and verdict.get("success") is True


class LogCaptcha:
    """For development: logs and lets everybody pass."""

    sitekey: str | None = None

    def verify(self, response: str, address: str) -> bool:
        """Pass."""
        log.info("captcha passed without being looked at", address=address)
        return True


class MemoryCaptcha:
    """For tests: lets exactly those responses pass that it was told."""

    sitekey: str | None = "memory"

    def __init__(self) -> None:
        self.good: set[str] = set()

    def verify(self, response: str, address: str) -> bool:
        """Pass if the response is known."""
        return response in self.good


memory = MemoryCaptcha()


def gateway() -> Captcha | None:
    """The captcha that the instance is configured for (`CAPTCHA_DRIVER`); None where forms ask for none."""
    settings = instance.current()
    if settings.captcha_driver == "log":
        return LogCaptcha()
    if settings.captcha_driver == "array":
        return memory
    if not settings.captcha_enabled:
        return None
    return HCaptcha(settings.hcaptcha_sitekey or "", settings.hcaptcha_secret or "")


def check(request: HttpRequest, *, address: str) -> None:
    """Require the captcha's response in a form where a captcha is configured.

    Raises:
        Invalid: there is none, or it is wrong.
    """
    chosen = gateway()
    if chosen is None:
        return
    response = inputs.read(request).get(FIELD)
    if not isinstance(response, str):
        raise Invalid({FIELD: [sentence("captcha_missing", FIELD)]})
    if not chosen.verify(response[:LONGEST], address):
        raise Invalid({FIELD: [sentence("captcha_wrong", FIELD)]})


def content_policy() -> str:
    """The content policy of a page with the captcha's widget, where there is one."""
    chosen = gateway()
    if chosen is None or chosen.sitekey is None:
        return CONTENT_POLICY
    policy = CONTENT_POLICY
    for directive in ("script-src", "style-src", "connect-src"):
        policy = policy.replace(f"{directive} 'self'", f"{directive} 'self' {_WIDGET}")
    return f"{policy}; frame-src {_WIDGET}"
