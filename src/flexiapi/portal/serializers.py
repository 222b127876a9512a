"""Inputs that only pages have."""

from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from flexiapi.http.fields import Text
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody logs in with."""

    username: str
    password: str


class LoginForm(Input[Login]):
    """The form of the login page."""

    shape: ClassVar[type] = Login

    username = Text(required=True)
    password = Text(longest=1024, required=True)


@dataclass(frozen=True, slots=True)
class ChosenPassword:
    """A password that was typed twice, and the old one where it was asked for."""

    password: str
    old_password: str | None = None


class PasswordForm(Input[ChosenPassword]):
    """A new password, typed twice.

    Context: `asks_for_old`, whether the present one must be given.
    """

    shape: ClassVar[type] = ChosenPassword

    password = Text(shortest=8, longest=255, required=True)
    password_confirmation = Text(longest=255)
    old_password = Text(longest=1024)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context.get("asks_for_old"):
            self.fields["old_password"] = Text(longest=1024, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both passwords are the same."""
        if attrs.pop("password_confirmation", None) != attrs["password"]:
            raise ValidationError({"password": [sentence("confirmed", "password")]})
        return attrs


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The address that confirms a deletion."""

    identifier: str


class DeletionForm(Input[Confirmation]):
    """The deletion of one's own account."""

    shape: ClassVar[type] = Confirmation

    identifier = Text(required=True)
