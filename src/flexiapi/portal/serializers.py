"""Inputs that only pages have."""

from dataclasses import dataclass
from typing import ClassVar

from flexiapi.http.fields import Text
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
