"""Inputs of contacts lists and stored vCards."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flexiapi.http.fields import RuledField, Text
from flexiapi.http.serializers import Input

from . import rfc6350, rules

_MOST_IDS = 1000
_TOO_LONG = 19


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


class ListForm(ListFields):
    """The same as a page sends it: a list needs no description."""

    description = Text(longest=65_535)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """No description is an empty one."""
        return {**attrs, "description": attrs.get("description") or ""}


class Ids(RuledField):
    """Ids, each once; at most 1000."""

    type_rule = "in"

    def to_internal_value(self, data: Any) -> frozenset[int]:
        """The ids."""
        if not isinstance(data, list) or not 0 < len(data) <= _MOST_IDS:
            self.fail("invalid")
        texts = {str(each) for each in data}
        if not all(text.isascii() and text.isdigit() and len(text) < _TOO_LONG for text in texts):
            self.fail("invalid")
        return frozenset(map(int, texts))


@dataclass(frozen=True, slots=True)
class ChosenMembers:
    """Accounts that come into a list, or go."""

    contacts_ids: frozenset[int]


class MembersInput(Input[ChosenMembers]):
    """Which accounts are meant."""

    shape: ClassVar[type] = ChosenMembers

    contacts_ids = Ids(required=True)


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
