"""Inputs of the registration forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from rest_framework.exceptions import ValidationError

from flexiapi.accounts import phones, rules
from flexiapi.http.fields import Email, Missing, Text
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input

from .accounts import phone_field, username_field

_YES = ("on", "1", "true", "yes")


class Accepted(Text):
    """A box that has to be ticked."""

    def __init__(self) -> None:
        super().__init__(lambda value, field: None if value in _YES else self._message(), required=True)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """It is not."""
        raise ValidationError(self._message(), code="accepted")

    def _message(self) -> str:
        return sentence("accepted", self.field_name or "")


@dataclass(frozen=True, slots=True)
class Registration:
    """A valid registration: one of `email` and `phone` (E.164) is where the first code goes."""

    username: str
    password: str
    email: str | None = None
    phone: str | None = None
    newsletter: bool = False


class RegistrationForm(Input[Registration]):
    """What both forms share: a name, a password typed twice, the terms accepted.

    Context: `domain`, `unique_email`.
    """

    shape: ClassVar[type] = Registration
    typed_twice: ClassVar[Sequence[str]] = ("password",)

    username = username_field()
    password = Text(shortest=8, longest=255, required=True)
    password_confirmation = Text(longest=255)
    terms = Accepted()
    newsletter = Text()
    admin = Missing()
    activated = Missing()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the form asks for becomes what is stored."""
        del attrs["terms"]
        attrs["newsletter"] = attrs.get("newsletter") in _YES
        if attrs.get("phone"):
            attrs["phone"] = phones.normalised(attrs["phone"])
        return attrs


class RegistrationByEmail(RegistrationForm):
    """Registration with an e-mail address."""

    typed_twice = ("email", "password")

    email = Email(rules.free_email, required=True)
    email_confirmation = Text()


class RegistrationByPhone(RegistrationForm):
    """Registration with a phone number."""

    phone = phone_field(required=True)
