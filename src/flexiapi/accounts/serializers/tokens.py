"""Inputs of the token flows and of push notifications."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from flexiapi.accounts import rules
from flexiapi.http.fields import Choice, Text
from flexiapi.http.messages import sentence
from flexiapi.http.rules import matches, name
from flexiapi.http.serializers import Input
from flexiapi.messaging.push import KINDS, PROVIDERS, Device

# Bundle ids of iOS apps may hold dashes; a leading one could be taken for an option of the pusher.
_PARAM = matches("pn_param", re.compile(r"^[A-Za-z0-9_.][A-Za-z0-9_.-]*\Z"))
_PRID = matches("pn_prid", re.compile(r"^[A-Za-z0-9_:-]+\Z"))
# A SIP Call-ID is one or two words of RFC 3261 section 25.1: printable, without blanks.
_CALL_ID = matches("call_id", re.compile(r"^[!-~]+\Z"))


def _provider(value: str, field: Any) -> str | None:
    return None if value in PROVIDERS else sentence("pn_provider", name(field))


class PushDevice(Input[Device]):
    """The app that a token is sent to."""

    shape: ClassVar[type] = Device

    pn_provider = Text(_provider, required=True)
    pn_param = Text(_PARAM, required=True)
    pn_prid = Text(_PRID, required=True)


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification to send; an empty `pn_param` is what Flexisip knows of some user agents."""

    pn_provider: str
    pn_prid: str
    type: str
    pn_param: str | None = None
    call_id: str | None = None

    @property
    def device(self) -> Device:
        """Where it goes."""
        return Device(self.pn_provider, self.pn_param or "", self.pn_prid)


class PushNotification(Input[Notification]):
    """A notification as Flexisip 2.7 asks for it: all five keys, null where it has nothing."""

    shape: ClassVar[type] = Notification

    pn_provider = Text(_provider, required=True)
    pn_param = Text(_PARAM)
    pn_prid = Text(_PRID, required=True)
    type = Choice(KINDS, required=True)
    call_id = Text(_CALL_ID)


@dataclass(frozen=True, slots=True)
class RequestToken:
    """A usable creation request token."""

    account_creation_request_token: str


class UsingRequestToken(Input[RequestToken]):
    """A creation request token to be validated or traded."""

    shape: ClassVar[type] = RequestToken

    account_creation_request_token = Text(rules.usable_request_token, required=True)
