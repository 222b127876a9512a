"""Inputs of the deprecated public endpoints, which account creators of old Linphone apps call."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from flexiapi.accounts import phones, rules
from flexiapi.http.fields import Email, Text
from flexiapi.http.messages import sentence
from flexiapi.http.rules import matches, name
from flexiapi.http.serializers import Input

from .accounts import NewAccount, phone_field, username_field

_KEY = re.compile(r"^[A-Za-z0-9]{13}\Z")


class PublicAccount(Input[NewAccount]):
    """An account with an address or a number that proves it; its name is the number unless one is given.

    Context: `domain`, `unique_email`.
    """

    shape: ClassVar[type] = NewAccount

    username = username_field()
    password = Text(shortest=3, longest=255, required=True)
    email = Email(rules.free_email)
    phone = phone_field()
    account_creation_token = Text(rules.usable_creation_token, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_phone = bool(self.initial_data.get("phone"))
        self.fields["username"].required = not by_phone
        self.fields["username"].allow_null = by_phone
        self.fields["email"].required = not by_phone
        self.fields["email"].allow_null = by_phone

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The number in E.164, and as the name where there is none."""
        if attrs.get("phone"):
            attrs["phone"] = phones.normalised(attrs["phone"])
            attrs["username"] = attrs.get("username") or attrs["phone"]
        return attrs


@dataclass(frozen=True, slots=True)
class PhoneRecovery:
    """A number in E.164 and a usable creation token."""

    phone: str
    account_creation_token: str


class RecoveryByPhone(Input[PhoneRecovery]):
    """A number whose account is to be recovered."""

    shape: ClassVar[type] = PhoneRecovery

    phone = Text(rules.phone_number, longest=64, required=True)
    account_creation_token = Text(rules.usable_creation_token, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The number in E.164."""
        return {**attrs, "phone": phones.normalised(attrs["phone"])}


@dataclass(frozen=True, slots=True)
class ActivationKey:
    """The key that a mail or an SMS brought."""

    confirmation_key: str


def _key(value: str, field: Any) -> str | None:
    return None if _KEY.match(value) else sentence("size", name(field), size=13)


class EmailActivation(Input[ActivationKey]):
    """The key of a mail."""

    shape: ClassVar[type] = ActivationKey

    confirmation_key = Text(_key, required=True)


class PhoneActivation(Input[ActivationKey]):
    """The key of an SMS."""

    shape: ClassVar[type] = ActivationKey

    confirmation_key = Text(rules.pin, required=True)


def number_of(text: str) -> str:
    """A number from a path, in E.164 where it is valid.

    Raises:
        Invalid: it has blanks or no leading `+`.
    """
    return PhoneInPath.check({"phone": text}).phone


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    phone: str


class PhoneInPath(Input[Number]):
    """A number as it stands in a path."""

    shape: ClassVar[type] = Number

    phone = Text(
        matches("without_spaces", re.compile(r"^\S+\Z")),
        matches("phone", re.compile(r"^\+")),
        longest=64,
        required=True,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The number in E.164 where it is valid."""
        return {"phone": phones.normalised(attrs["phone"])}
