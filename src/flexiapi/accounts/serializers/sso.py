"""The name of an account that is created at somebody's first login at an identity provider."""

from dataclasses import dataclass
from typing import ClassVar

from flexiapi.http.fields import Email
from flexiapi.http.serializers import Input

from .accounts import username_field


@dataclass(frozen=True, slots=True)
class Name:
    """A username and an address that a new account may have."""

    username: str
    email: str


class ProvisionedName(Input[Name]):
    """A username with all its rules, and an address by its syntax. Context: `domain`."""

    shape: ClassVar[type] = Name

    username = username_field()
    email = Email(required=True)
