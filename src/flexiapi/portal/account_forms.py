"""The form of an account, as its administrators send it at creation and change."""

from typing import Any

from rest_framework.exceptions import ValidationError

from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers import AccountFields, AdministratorsChange, AdministratorsNewAccount
from flexiapi.http.fields import Choice, Text, Toggle
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import Space
from flexiapi.telephony.serializers import ExternalAccountInput

ROLES = ("admin", "end_user")
SHORTEST_PASSWORD = 8


class NewAccountForm(AdministratorsNewAccount):
    """A new account.

    Context: that of `administrators_context`, and `space`: without digest configuration it takes no password.
    """

    typed_twice = ("password",)

    password = Text(shortest=SHORTEST_PASSWORD, longest=255, required=True)
    password_confirmation = Text(longest=255)
    role = Choice(ROLES, required=True)
    activated = Toggle()
    blocked = Toggle()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_out(self)
        if self.context["space"].digest is None:
            self.fields["password"] = Text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The role and the toggles as columns."""
        attrs = super().validate(attrs)
        space: Space = self.context["space"]
        if space.digest is None:
            attrs["password"] = ""
        if not space.intercom_features:
            attrs.pop("dtmf_protocol", None)
        return as_columns(attrs)


class AccountForm(AdministratorsChange):
    """A change of an account.

    Context: as for a new one (`space` is the one that it belongs to afterwards), `account`, and `has_password`.
    """

    typed_twice = ("password",)

    password = Text(shortest=SHORTEST_PASSWORD, longest=255)
    password_confirmation = Text(longest=255)
    role = Choice(ROLES, required=True)
    activated = Toggle()
    blocked = Toggle()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leave_out(self)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The role and the toggles as columns; the stored password is worth nothing under another address."""
        attrs = super().validate(attrs)
        space, account = self.context["space"], self.context["account"]
        if _renamed(account, attrs["username"], space) and self.context["has_password"] and not attrs.get("password"):
            raise ValidationError({"password": [sentence("required_with", "password", values="username")]})
        if not space.intercom_features:
            attrs["dtmf_protocol"] = account.dtmf_protocol
        if space.digest is None:
            attrs.pop("password", None)
        return as_columns(attrs)


class ImportedExternalAccount(ExternalAccountInput):
    """The account at another provider that a line of a file brings along with a new account."""

    password = Text(longest=255, required=True)


def leave_out(form: AccountFields | AdministratorsChange) -> None:
    """Take out the fields of the API that the form has under other names, or on pages of their own."""
    for name in ("admin", "algorithm", "dictionary"):
        del form.fields[name]


def as_columns(attrs: dict[str, Any]) -> dict[str, Any]:
    """The role and the toggles of a form as the columns that they stand for."""
    return {
        **{name: value for name, value in attrs.items() if name != "role"},
        "admin": attrs["role"] == "admin",
        "activated": bool(attrs.get("activated")),
        "blocked": bool(attrs.get("blocked")),
    }


def _renamed(account: Account, username: str, space: Space) -> bool:
    """Whether the digest of a stored password, which holds username and realm, would not fit any more."""
    return space.digest is not None and (account.username, account.domain) != (username, space.domain)
