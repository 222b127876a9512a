"""Inputs of the operations on Spaces and their servers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import UNSET, UnsetType
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from flexiapi.http import messages
from flexiapi.http import rules as common
from flexiapi.http.dates import now
from flexiapi.http.fields import Choice, Email, Flag, Integer, IsoDate, RuledField, Text
from flexiapi.http.serializers import Input

from . import rules

ALGORITHMS = ("SHA-256", "MD5")
LONGEST_TEXT = 65_535

SWITCHES = (
    "super",
    "web_panel",
    "carddav_user_credentials",
    "public_registration",
    "phone_registration",
    "intercom_features",
    "custom_provisioning_overwrite_all",
    "disable_chat_feature",
    "disable_meetings_feature",
    "disable_broadcast_feature",
    "disable_call_recordings_feature",
    "hide_settings",
    "hide_account_settings",
    "only_display_sip_uri_username",
    "assistant_hide_create_account",
    "assistant_disable_qr_code",
    "assistant_hide_third_party_account",
)
"""What a replacement must say; a creation may leave it to the columns' defaults."""

KEPT_SWITCHES = (
    "unique_email",
    "client_certificate_authentication",
    "require_second_factor",
    "provisioning_carddav_twins",
)
"""What stays as it is unless it is sent: clients that know nothing of them must not switch them off."""

_Shape = TypeVar("_Shape")


class Day(IsoDate):
    """A date, or a moment whose day in UTC counts, as that day's midnight in UTC; not before today."""

    type_rule = "date"

    def to_internal_value(self, data: Any) -> datetime:
        """The midnight."""
        moment: datetime = super().to_internal_value(data)
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if day.date() < now().date():
            self.fail("after_or_equal", date="today")
        return day


class Words(Flag):
    """A truth value that may also be written as a word."""

    words: ClassVar[dict[str, bool]] = {
        **dict.fromkeys(("true", "on", "yes"), True),
        **dict.fromkeys(("false", "off", "no"), False),
    }

    def to_internal_value(self, data: Any) -> bool:
        """The truth value."""
        word = self.words.get(data.lower()) if isinstance(data, str) else None
        return super().to_internal_value(data) if word is None else word


@dataclass(frozen=True, slots=True)
class DigestChoice:
    """What is asked for of a digest configuration; None leaves it as it is, or to the default."""

    realm: str | None = None
    default_password_algorithm: str | None = None


class DigestInput(serializers.Serializer[Any]):
    """The digest configuration inside of a Space."""

    realm = Text(rules.realm)
    default_password_algorithm = Choice(ALGORITHMS, longest=10)

    def to_internal_value(self, data: Any) -> DigestChoice:
        """The choice; no other type than an object."""
        if not isinstance(data, Mapping):
            raise ValidationError([messages.sentence("in", self.field_name or "")])
        return DigestChoice(**super().to_internal_value(data))


class SpaceFields(Input[_Shape], Generic[_Shape]):
    """The fields that creation and replacement share.

    Context: `space`, the Space to replace, or None.
    """

    replaces: ClassVar[bool]

    name = Text(rules.free, rules.one_line, required=True)
    max_accounts = Integer(rules.seats_for_all, lowest=0)
    max_account = Integer(lowest=0)
    expire_at = Day()
    theme_hue = Integer(lowest=0, highest=360)
    copyright_text = Text(longest=LONGEST_TEXT)
    intro_registration_text = Text(longest=LONGEST_TEXT)
    newsletter_registration_address = Text(rules.one_line)
    account_proxy_registrar_address = Text(rules.one_line)
    custom_provisioning_entries = Text(rules.provisioning_entries, longest=LONGEST_TEXT)
    provisioning_reg_proxy = Text(rules.registrar_address)
    digest_authentication_configuration = DigestInput(required=False, allow_null=True)

    def get_fields(self) -> "dict[str, serializers.Field[Any, Any, Any, Any]]":
        """The declared fields and the switches."""
        declared: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        declared |= {name: Flag(required=self.replaces) for name in SWITCHES}
        declared |= {name: Flag() for name in KEPT_SWITCHES}
        return declared


@dataclass(frozen=True, slots=True)
class NewSpace:
    """A valid Space to create; `settings` are the other columns, where they differ from the defaults."""

    name: str
    domain: str
    host: str
    digest: DigestChoice = field(default_factory=DigestChoice)
    settings: dict[str, Any] = field(default_factory=dict)


class SpaceCreation(SpaceFields[NewSpace]):
    """A Space created by a super administrator."""

    shape: ClassVar[type] = NewSpace
    replaces = False

    domain = Text(rules.free, common.domain, longest=64, required=True)
    host = Text(rules.free, rules.http_host, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keep the columns that were given apart."""
        named = {name: attrs.pop(name) for name in ("name", "domain", "host")}
        digest = attrs.pop("digest_authentication_configuration", None) or DigestChoice()
        settings = {name: value for name, value in attrs.items() if value is not None}
        return {**named, "digest": digest, "settings": settings}


@dataclass(frozen=True, slots=True)
class SpaceChange:
    """A valid replacement of a Space; `settings` are the other columns as they are to be written."""

    name: str
    host: str
    digest: DigestChoice = field(default_factory=DigestChoice)
    settings: dict[str, Any] = field(default_factory=dict)


class SpaceReplacement(SpaceFields[SpaceChange]):
    """A full replacement by a super administrator: a nullable setting that is not sent becomes null.

    The domain is the Space's identity and stays, whatever is sent.
    """

    shape: ClassVar[type] = SpaceChange
    replaces = True

    host = Text(rules.free, rules.http_host, rules.below_root_host, required=True)
    max_accounts = Integer(rules.seats_for_all, lowest=0, required=True)
    max_account = Integer(lowest=0, required=True)

    nulled: ClassVar[tuple[str, ...]] = (
        "expire_at",
        "theme_hue",
        "copyright_text",
        "intro_registration_text",
        "newsletter_registration_address",
        "account_proxy_registrar_address",
        "custom_provisioning_entries",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keep the columns to write apart."""
        named = {name: attrs.pop(name) for name in ("name", "host")}
        digest = attrs.pop("digest_authentication_configuration", None) or DigestChoice()
        unchanged = {name for name in KEPT_SWITCHES if attrs.get(name) is None}
        settings = dict.fromkeys(self.nulled) | {k: v for k, v in attrs.items() if k not in unchanged}
        return {**named, "digest": digest, "settings": settings}


@dataclass(frozen=True, slots=True)
class ConsoleSpace:
    """A valid Space as the console names it."""

    domain: str
    host: str
    name: str
    realm: str | None = None
    algorithm: str | None = None


class ConsoleSpaceInput(Input[ConsoleSpace]):
    """The arguments of the console's command; the Space may exist.

    Context: `space`, None when it is new.
    """

    shape: ClassVar[type] = ConsoleSpace

    domain = Text(common.domain, longest=64, required=True)
    host = Text(rules.free, rules.local_or_http_host, required=True)
    name = Text(rules.free, rules.one_line, required=True)
    realm = Text(rules.realm)
    algorithm = Choice(ALGORITHMS, longest=10)


class ImportedSettings(Input[dict[str, Any]]):
    """Settings of a Space that come from variables of an instance; what is not named stays as it is.

    Context: `space`, None when it is new.
    """

    shape: ClassVar[type] = dict

    name = Text(rules.free, rules.one_line)
    web_panel = Flag()
    public_registration = Flag()
    phone_registration = Flag()
    intercom_features = Flag()
    unique_email = Flag()
    custom_provisioning_overwrite_all = Flag()
    copyright_text = Text(longest=LONGEST_TEXT)
    intro_registration_text = Text(longest=LONGEST_TEXT)
    newsletter_registration_address = Text(rules.one_line)
    account_proxy_registrar_address = Text(rules.one_line)
    custom_provisioning_entries = Text(rules.provisioning_entries, longest=LONGEST_TEXT)


@dataclass(frozen=True, slots=True)
class EmailServerSettings:
    """A valid mail server; an unset password stays as it is."""

    host: str
    port: int
    username: str | None = None
    password: str | None | UnsetType = UNSET
    from_address: str | None = None
    from_name: str | None = None
    signature: str | None = None


class EmailServerInput(Input[EmailServerSettings]):
    """The mail server of a Space, as a full replacement; only the password is kept when it is not sent."""

    shape: ClassVar[type] = EmailServerSettings

    host = Text(common.domain, longest=64, required=True)
    port = Integer(lowest=1, highest=65_535, required=True)
    username = Text(longest=128)
    password = Text(longest=128)
    from_address = Email(longest=128)
    from_name = Text(rules.one_line, longest=128)
    signature = Text(longest=256)


@dataclass(frozen=True, slots=True)
class CardDavServerSettings:
    """A valid CardDAV server; what is unset keeps its value, or takes the column's default in a new one."""

    uri: str
    min_characters: int | UnsetType = UNSET
    results_limit: int | UnsetType = UNSET
    timeout: int | UnsetType = UNSET
    delay: int | UnsetType = UNSET
    fields_for_user_input: str | None | UnsetType = UNSET
    fields_for_domain: str | None | UnsetType = UNSET
    enabled: bool = False
    use_exact_match_policy: bool = False

    def columns(self) -> dict[str, Any]:
        """The columns to write."""
        values = {column.name: getattr(self, column.name) for column in fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


def _bounded(lowest: int) -> RuledField:
    return Integer(lowest=lowest, null=False)


class CardDavServerInput(Input[CardDavServerSettings]):
    """A CardDAV server of a Space: `timeout` in seconds, `delay` in milliseconds."""

    shape: ClassVar[type] = CardDavServerSettings

    uri = Text(rules.web_url, required=True)
    min_characters = _bounded(1)
    results_limit = _bounded(0)
    timeout = _bounded(1)
    delay = _bounded(100)
    fields_for_user_input = Text(rules.comma_list)
    fields_for_domain = Text(rules.comma_list)
    enabled = Words()
    use_exact_match_policy = Words()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A switch that is null is off, like one that is not sent."""
        for name in ("enabled", "use_exact_match_policy"):
            attrs[name] = bool(attrs.get(name))
        return attrs
