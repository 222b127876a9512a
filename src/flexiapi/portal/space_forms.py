"""The forms of Spaces, as their pages send them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from flexiapi.config import instance
from flexiapi.http import rules as common
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.fields import Choice, Email, Integer, Text, Toggle
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input
from flexiapi.spaces import rules
from flexiapi.spaces.serializers import (
    ALGORITHMS,
    LONGEST_TEXT,
    Day,
    DigestChoice,
    EmailServerInput,
    NewSpace,
    SpaceCreation,
)

_SUBDOMAIN = re.compile(r"[\w-]+")
_TOLD_AS = {"host": "full_host", "digest_authentication_configuration.realm": "realm"}


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


REVERSED = (
    "disable_chat_feature",
    "disable_meetings_feature",
    "disable_broadcast_feature",
    "hide_settings",
    "hide_account_settings",
    "disable_call_recordings_feature",
    "assistant_hide_create_account",
    "assistant_disable_qr_code",
    "assistant_hide_third_party_account",
)
"""The columns of the apps' configuration that say what is not there; their switches say what is."""

MOST_ACCOUNTS = 5


class AppForm(ColumnsForm):
    """What the apps of a Space show; a switch that is on shows, whatever its column says."""

    disable_chat_feature = Toggle()
    disable_meetings_feature = Toggle()
    disable_broadcast_feature = Toggle()
    hide_settings = Toggle()
    hide_account_settings = Toggle()
    disable_call_recordings_feature = Toggle()
    assistant_hide_create_account = Toggle()
    assistant_disable_qr_code = Toggle()
    assistant_hide_third_party_account = Toggle()
    only_display_sip_uri_username = Toggle()
    max_account = Integer(lowest=0, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The columns as they are stored."""
        columns = super().validate(attrs)
        return columns | {name: not columns[name] for name in REVERSED}


class ExpiryDay(Day):
    """A day from today on, or the one that the Space has."""

    def to_internal_value(self, data: Any) -> datetime:
        """The midnight."""
        stored: datetime | None = self.context["space"].expiry_day
        if stored is not None and data == stored.strftime("%Y-%m-%d"):
            return stored
        return super().to_internal_value(data)


class AdministrationForm(ColumnsForm):
    """What super administrators decide about a Space.

    Context: `space`, and `own`, whether it is that of who sends the form: who closes it locks themselves out.
    """

    name = Text(rules.free, rules.one_line, required=True)
    max_accounts = Integer(rules.seats_for_all, lowest=0, required=True)
    expire_at = ExpiryDay()
    super = Toggle()
    unique_email = Toggle()
    carddav_user_credentials = Toggle()
    client_certificate_authentication = Toggle()
    require_second_factor = Toggle()
    web_panel = Toggle()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The columns, unless they would lock out who sends them."""
        columns = super().validate(attrs)
        if self.context["own"]:
            broken = {name: [sentence("accepted", name)] for name in ("super", "web_panel") if not columns[name]}
            if (day := columns["expire_at"]) is not None and day <= now():
                broken["expire_at"] = [sentence("after", "expire_at", date="today")]
            if broken:
                raise ValidationError(broken)
        return columns


@dataclass(frozen=True, slots=True)
class AskedSpace:
    """A Space as its form asks for it; `host` is what stands before the root host."""

    name: str
    domain: str
    host: str | None = None
    super: bool = False
    realm: str | None = None
    default_password_algorithm: str | None = None


def subdomain(value: str, field: Any) -> str | None:
    """One label below the root host; where there is no root host, any host."""
    if not instance.current().app_root_host or _SUBDOMAIN.fullmatch(value):
        return None
    return sentence("regex", common.name(field))


class NewSpaceForm(Input[AskedSpace]):
    """A new Space."""

    shape: ClassVar[type] = AskedSpace

    name = Text(rules.free, rules.one_line, required=True)
    host = Text(subdomain)
    domain = Text(rules.free, common.domain, longest=64, required=True)
    super = Toggle(null=False)
    realm = Text(realm)
    default_password_algorithm = Choice(ALGORITHMS, longest=10)


def new_space(asked: AskedSpace) -> NewSpace:
    """A Space to create, checked as the API checks it.

    Raises:
        Invalid: `full_host` when the host is taken or no host name, or another value is refused.
    """
    root = instance.current().app_root_host
    host = f"{asked.host}.{root}" if asked.host and root else asked.host or root or asked.domain
    digest = {"realm": asked.realm, "default_password_algorithm": asked.default_password_algorithm}
    values = {
        "name": asked.name,
        "domain": asked.domain,
        "host": host,
        "super": asked.super,
        "digest_authentication_configuration": {name: value for name, value in digest.items() if value},
    }
    with host_errors():
        return SpaceCreation.check(values, space=None)


@contextmanager
def host_errors() -> Iterator[None]:
    """What is wrong with the host of a Space is told as `full_host`."""
    try:
        yield
    except Invalid as error:
        raise Invalid({_TOLD_AS.get(name, name): texts for name, texts in error.errors.items()}) from None


@dataclass(frozen=True, slots=True)
class TypedDomain:
    """The domain that confirms a deletion."""

    domain: str


class SpaceDeletionForm(Input[TypedDomain]):
    """The deletion of a Space.

    Context: `space`, whose domain must be typed.
    """

    shape: ClassVar[type] = TypedDomain

    domain = Text(required=True)

    def validate_domain(self, typed: str) -> str:
        if typed != self.context["space"].domain:
            raise ValidationError(_("This is not the domain of the Space."))
        return typed
