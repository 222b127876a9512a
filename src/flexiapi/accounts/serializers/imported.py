"""The input of an account that comes from a line of a file."""

from typing import Any

from flexiapi.accounts import rules
from flexiapi.http.fields import Choice, Email, Text

from .accounts import AccountFields, phone_field, username_field

_OTHERS = ("domain", "dtmf_protocol", "dictionary")


class ImportedAccount(AccountFields):
    """An account of a file; its e-mail address has to be free whatever the Space says.

    Context: that of `administrators_context`, and `batch`: what is there already of what its lines name.
    """

    username = username_field(shortest=2)
    password = Text(shortest=6, longest=255, required=True)
    role = Choice(("admin", "user"), required=True)
    status = Choice(("active", "inactive"), required=True)
    email = Email(rules.free_email)
    phone = phone_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context["unique_email"] = True
        for name in _OTHERS:
            del self.fields[name]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Role and status as the columns that they stand for."""
        attrs = super().validate(attrs)
        role, status = attrs.pop("role"), attrs.pop("status")
        return {**attrs, "admin": role == "admin", "activated": status == "active"}
