"""The forms of Spaces, as their pages send them."""

from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError

from flexiapi.http import rules as common
from flexiapi.http.fields import Choice, Email, Integer, Text, Toggle
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input
from flexiapi.spaces import rules
from flexiapi.spaces.serializers import ALGORITHMS, LONGEST_TEXT, DigestChoice, EmailServerInput


class ColumnsForm(Input[dict[str, Any]]):
    """Columns of a Space: a switch that is not sent is off, anything else that is not sent is nothing."""

    shape: ClassVar[type] = dict

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """All columns of the form."""
        return {
            name: bool(attrs.get(name)) if isinstance(field, Toggle) else attrs.get(name)
            for name, field in self.fields.items()
        }


class ConfigurationForm(ColumnsForm):
    """What the administrators of a Space decide themselves; `logo_delete` is no column."""

    theme_hue = Integer(lowest=0, highest=360)
    copyright_text = Text(longest=LONGEST_TEXT)
    intro_registration_text = Text(longest=LONGEST_TEXT)
    newsletter_registration_address = Email(rules.one_line, longest=255)
    account_proxy_registrar_address = Text(rules.one_line)
    custom_provisioning_entries = Text(rules.provisioning_entries, longest=LONGEST_TEXT)
    custom_provisioning_overwrite_all = Toggle()
    public_registration = Toggle()
    phone_registration = Toggle()
    intercom_features = Toggle()
    logo_delete = Toggle()


class EmailServerForm(EmailServerInput):
    """The mail server of a Space; its password is never shown, so an empty one stays.

    Context: `stored`, what there is now: its password belongs to its host and username, and goes nowhere else.
    """

    forget_password = Toggle(null=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An empty password takes the stored one away only where that is wanted."""
        forget = attrs.pop("forget_password", False)
        stored = self.context["stored"]
        if attrs.get("password") is None and not forget:
            attrs.pop("password", None)
            if stored is not None and stored.password and _elsewhere(stored, attrs):
                raise ValidationError({"password": [sentence("required", "password")]})
        return attrs


def _elsewhere(stored: Any, attrs: dict[str, Any]) -> bool:
    return any(getattr(stored, name) != attrs.get(name) for name in ("host", "port", "username"))


def realm(value: str, field: Any) -> str | None:
    """A domain name, or the realm that the Space has."""
    return None if value == field.context.get("present") else common.domain(value, field) or rules.realm(value, field)


class DigestForm(Input[DigestChoice]):
    """The digest configuration of a Space.

    Context: `present`, its realm, and `fixed`: a Space with accounts keeps it, whatever is sent.
    """

    shape: ClassVar[type] = DigestChoice

    realm = Text(realm)
    default_password_algorithm = Choice(ALGORITHMS, longest=10, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context["fixed"]:
            del self.fields["realm"]
