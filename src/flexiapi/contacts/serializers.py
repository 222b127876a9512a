"""Inputs of contacts lists and stored vCards."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flexiapi.http.fields import RuledField, Text
from flexiapi.http.serializers import Input

from . import rfc6350, rules


@dataclass(frozen=True, slots=True)
class ListTexts:
    """What a contacts list is called and for."""

    title: str
    description: str


class ListFields(Input[ListTexts]):
    """A contacts list to create or to replace.

    Context: `space`, and `list_id` where it exists already.
    """

    shape: ClassVar[type] = ListTexts

    title = Text(rules.free_title, longest=255, required=True)
    description = Text(longest=65_535, required=True)


class VcardField(RuledField):
    """The text of one vCard, read into the form that is stored."""

    def to_internal_value(self, data: Any) -> rfc6350.Card:
        """The card."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return rfc6350.read(data)
        except rfc6350.Malformed:
            self.fail("vcard")


@dataclass(frozen=True, slots=True)
class SentVcard:
    """A vCard that an account wants kept."""

    vcard: rfc6350.Card


class VcardInput(Input[SentVcard]):
    """A vCard to keep."""

    shape: ClassVar[type] = SentVcard

    vcard = VcardField(required=True)
