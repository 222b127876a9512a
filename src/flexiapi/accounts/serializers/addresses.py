"""Inputs of changes of e-mail addresses and phone numbers."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flexiapi.accounts import phones, rules
from flexiapi.http.fields import Email, Text
from flexiapi.http.serializers import Input

from .accounts import phone_field


@dataclass(frozen=True, slots=True)
class NewEmail:
    """A valid new address."""

    email: str


class EmailChange(Input[NewEmail]):
    """A new e-mail address.

    Context: `domain`, `unique_email` (of the account's Space), `email` (the present one).
    """

    shape: ClassVar[type] = NewEmail

    email = Email(rules.other_email, rules.free_email, required=True)


@dataclass(frozen=True, slots=True)
class NewPhone:
    """A valid new number, in E.164."""

    phone: str


class PhoneChange(Input[NewPhone]):
    """A new phone number; the account's present one is taken like any other.

    Context: `domain` (of the account).
    """

    shape: ClassVar[type] = NewPhone

    phone = phone_field(required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The number in E.164."""
        return {**attrs, "phone": phones.normalised(attrs["phone"])}


@dataclass(frozen=True, slots=True)
class Pin:
    """A code as it was sent: four digits."""

    code: str


class Confirmation(Input[Pin]):
    """The code that came by mail or SMS."""

    shape: ClassVar[type] = Pin

    code = Text(rules.pin, required=True)
