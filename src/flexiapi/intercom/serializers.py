"""Inputs of account types, actions and dictionary entries."""

from dataclasses import dataclass
from typing import ClassVar

from flexiapi.http.fields import Text
from flexiapi.http.rules import lowercase
from flexiapi.http.serializers import Input, Shape

from . import rules


@dataclass(frozen=True, slots=True)
class TypeTexts:
    """What an account type is called."""

    key: str


class TypeFields(Input[TypeTexts]):
    """An account type to create or to rename.

    Context: `type_id` where it exists already.
    """

    shape: ClassVar[type] = TypeTexts

    key = Text(rules.alpha_dash, lowercase, rules.free_type_key, longest=64, required=True)


@dataclass(frozen=True, slots=True)
class ActionTexts:
    """An action and the DTMF code that does it."""

    key: str
    code: str


class ActionFields(Input[ActionTexts]):
    """An action to create or to replace."""

    shape: ClassVar[type] = ActionTexts

    key = Text(rules.alpha_dash, lowercase, required=True)
    code = Text(rules.alpha_num, lowercase, required=True)


@dataclass(frozen=True, slots=True)
class EntryValue:
    """What stands under a key."""

    value: str


class ValueFields(Input[Shape]):
    """The value of a dictionary entry; a number is kept as its text."""

    value = Text(required=True)


class EntryFields(ValueFields[EntryValue]):
    """The value of the entry under a known key."""

    shape: ClassVar[type] = EntryValue


@dataclass(frozen=True, slots=True)
class NewEntry(EntryValue):
    """A dictionary entry with its key."""

    key: str


class NewEntryFields(ValueFields[NewEntry]):
    """A dictionary entry; it replaces the one that has the same key."""

    shape: ClassVar[type] = NewEntry

    key = Text(required=True)
