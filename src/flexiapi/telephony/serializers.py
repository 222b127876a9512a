"""Inputs of telephony's operations."""

from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from flexiapi.accounts.rules import sip_username
from flexiapi.http import rules as shared
from flexiapi.http.fields import Choice, Flag, Integer, Text
from flexiapi.http.messages import attribute, sentence
from flexiapi.http.serializers import Input, Shape

from . import rules
from .uploads import KINDS


@dataclass(frozen=True, slots=True)
class ExternalAccountData:
    """A valid account on a foreign SIP service; `password` is clear, None keeps the stored one."""

    username: str
    domain: str
    protocol: str
    realm: str | None = None
    registrar: str | None = None
    outbound_proxy: str | None = None
    password: str | None = None


class ExternalAccountInput(Input[ExternalAccountData]):
    """The external account of an account, complete: what is absent becomes null.

    Context: `account_id`.
    """

    shape: ClassVar[type] = ExternalAccountData

    username = Text(sip_username, rules.free_external_address, longest=64, required=True)
    domain = Text(shared.domain_or_ip, longest=64, required=True)
    realm = Text(rules.different_from_domain, longest=64)
    registrar = Text(rules.different_from_domain, longest=64)
    outbound_proxy = Text(rules.different_from_domain, longest=64)
    protocol = Choice(("UDP", "TCP", "TLS"), required=True)
    password = Text(longest=255)


@dataclass(frozen=True, slots=True)
class CardDavCredentialData:
    """Valid credentials on a directory; `password` is clear."""

    username: str
    password: str
    realm: str
    algorithm: str


class CardDavCredentialFields(Input[Shape]):
    """An account's credentials on one of its Space's directories."""

    username = Text(longest=64, required=True)
    password = Text(longest=255, required=True)
    realm = Text(longest=255, required=True)
    algorithm = Choice(("MD5", "SHA-256"), required=True)


class CardDavCredentialInput(CardDavCredentialFields[CardDavCredentialData]):
    """The credentials on a known directory."""

    shape: ClassVar[type] = CardDavCredentialData


@dataclass(frozen=True, slots=True)
class ForwardingData:
    """A valid call forwarding; only the field of its target is set. `type` is None where it does not change."""

    forward_to: str
    enabled: bool
    type: str | None = None
    sip_uri: str | None = None
    contact_id: int | None = None


class ForwardingInput(Input[ForwardingData]):
    """A call forwarding.

    Context: `account_id` (whose contacts count), `others` (the account's other forwardings), `type` (the
    stored one, where a forwarding is changed).
    """

    shape: ClassVar[type] = ForwardingData

    type = Choice(rules.TYPES, rules.fitting_type)
    forward_to = Choice(rules.TARGETS, required=True)
    sip_uri = Text(shared.sip_uri)
    contact_id = Integer(rules.effective_contact)
    enabled = Flag(rules.exclusively_enabled, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "type" not in self.context:
            self.fields["type"].required, self.fields["type"].allow_null = True, False

    def to_internal_value(self, data: Any) -> Any:
        """The fields, with the message of a missing target among theirs; fields of other targets are dropped."""
        missing = {
            field: [sentence("required_if", field, other=attribute("forward_to"), value=target)]
            for field, target in _TARGET_FIELDS.items()
            if data.get("forward_to") == target and data.get(field) is None
        }
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**_messages(error), **missing}) from None
        if missing:
            raise ValidationError(missing)
        dropped = {field: None for field, target in _TARGET_FIELDS.items() if values["forward_to"] != target}
        return {**values, **dropped}


_TARGET_FIELDS = {"sip_uri": "sip_uri", "contact_id": "contact"}


def _messages(error: ValidationError) -> dict[str, Any]:
    return dict(error.detail) if isinstance(error.detail, dict) else {}


@dataclass(frozen=True, slots=True)
class SlotData:
    """A valid place for a recording to come."""

    content_type: str
    sip_from: str | None = None


class VoicemailSlot(Input[SlotData]):
    """A place for a voicemail."""

    shape: ClassVar[type] = SlotData

    content_type = Choice(tuple(sorted(KINDS)), required=True)
    sip_from = Text(shared.sip_uri, longest=1024)


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A valid text message; `to` is an address without scheme."""

    to: str
    body: str


class SipMessageInput(Input[SipMessage]):
    """A text message to a SIP address."""

    shape: ClassVar[type] = SipMessage

    to = Text(rules.sip_address, longest=255, required=True)
    body = Text(longest=8000, required=True)
