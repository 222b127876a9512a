"""Inputs of the provisioning resources."""

from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from flexiapi.http import rules
from flexiapi.http.fields import Choice, Flag, Integer, Text
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input

from . import queries

ACTIONS = ("call", "show", "bye", "accept", "decline")


@dataclass(frozen=True, slots=True)
class NewWizard:
    """What a wizard link does: set up an account, then act on a SIP address."""

    provisioning_account_id: int | None = None
    sip: str | None = None
    linphone_action: str | None = None
    linphone_use_sips: bool | None = None


class WizardInput(Input[NewWizard]):
    """A wizard link.

    Context: `scope`, whose accounts it may set up.
    """

    shape: ClassVar[type] = NewWizard

    provisioning_account_id = Integer(lowest=1)
    sip = Text(rules.sip_uri, longest=255)
    linphone_action = Choice(ACTIONS)
    linphone_use_sips = Flag()

    def validate_provisioning_account_id(self, value: int | None) -> int | None:
        """An account within reach."""
        if value is not None and not queries.reachable(self.context["scope"], value):
            raise ValidationError(sentence("exists", "provisioning_account_id"))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A call needs an address, and an address that is sent is one: null is none."""
        if attrs.get("linphone_action") == "call" and not attrs.get("sip"):
            text = sentence("required_if", "sip", other="linphone action", value="call")
            raise ValidationError({"sip": [text]})
        if "sip" in attrs and attrs["sip"] is None:
            raise ValidationError({"sip": [sentence("string", "sip"), sentence("sip_uri", "sip")]})
        return attrs
