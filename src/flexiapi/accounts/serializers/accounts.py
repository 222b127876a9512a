"""Inputs of creating and changing accounts and their passwords."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from msgspec import UNSET, UnsetType

from flexiapi.accounts import phones, rules
from flexiapi.config import instance
from flexiapi.http import rules as common
from flexiapi.http.fields import Choice, Email, Flag, Missing, RuledField, StringMap, Text
from flexiapi.http.serializers import Input
from flexiapi.spaces.models import Space

_EPOCH = 1970
DTMF_PROTOCOLS = ("sipinfo", "rfc2833", "sipmessage")


def username_field(**kwargs: Any) -> Text:
    """The username of an account, with all its rules."""
    return Text(
        common.lowercase,
        rules.not_a_phone_number,
        rules.not_blacklisted,
        rules.sip_username,
        rules.free_username,
        longest=64,
        required=True,
        **kwargs,
    )


def phone_field(**kwargs: Any) -> Text:
    """A phone number in an accepted country that no other account of the domain has."""
    return Text(rules.phone_number, rules.authorized_country, rules.free_phone, longest=64, **kwargs)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A valid account to create; `phone` is E.164."""

    username: str
    password: str
    email: str | None = None
    phone: str | None = None
    display_name: str | None = None
    dtmf_protocol: str | None = None
    domain: str | None = None
    algorithm: str | None = None
    activated: bool | None = None
    blocked: bool | None = None
    admin: bool | None = None
    dictionary: dict[str, str] = field(default_factory=dict)
    account_creation_token: str | None = None
    confirmation_key_expires: datetime | None = None


class AccountFields(Input[NewAccount]):
    """The fields that every way of creating an account shares.

    Context: `domain` (the resulting SIP domain), `unique_email`, `algorithm` (of its Space).
    """

    shape: ClassVar[type] = NewAccount

    username = username_field()
    password = Text(shortest=3, longest=255, required=True)
    domain = Text(rules.known_domain, longest=255)
    email = Email(rules.free_email)
    phone = phone_field()
    dtmf_protocol = Choice(DTMF_PROTOCOLS)
    dictionary = StringMap()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Store phones in E.164."""
        if attrs.get("phone"):
            attrs["phone"] = phones.normalised(attrs["phone"])
        if attrs.get("dictionary", ...) is None:
            attrs["dictionary"] = {}
        return attrs


def administrators_context(space: Space) -> dict[str, Any]:
    """What the field rules need to know of the resulting Space where an administrator fills them in."""
    return {
        "domain": space.domain,
        "unique_email": space.unique_email,
        "algorithm": space.digest.default_password_algorithm if space.digest else None,
        "as_administrator": True,
    }


class Moment(RuledField):
    """A moment in UTC as `2026-01-31 12:00:00`."""

    def to_internal_value(self, data: Any) -> datetime:
        """The moment."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            moment = datetime.strptime(data, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            self.fail("date_format", format="Y-m-d H:i:s")
        if moment.year < _EPOCH:
            self.fail("date_format", format="Y-m-d H:i:s")
        return moment


class AdministratorsNewAccount(AccountFields):
    """An account created by an administrator; `confirmation_key_expires` counts for old Linphone apps only."""

    display_name = Text()
    algorithm = Text(rules.space_algorithm, longest=10)
    activated = Flag()
    admin = Flag()
    confirmation_key_expires = Moment()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not instance.current().app_dangerous_endpoints:
            del self.fields["confirmation_key_expires"]


class RegisteredAccount(AccountFields):
    """An account that its owner registers: no rights can be claimed."""

    activated = Missing()
    admin = Missing()


class TokenRegistration(RegisteredAccount):
    """The same with a creation token; the `algorithm` that the Linphone SDK always sends is ignored."""

    account_creation_token = Text(rules.usable_creation_token, required=True)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A valid change by an administrator: absent texts become null, absent flags stay."""

    username: str
    email: str | None = None
    phone: str | None = None
    display_name: str | None = None
    dtmf_protocol: str | None = None
    password: str | None = None
    domain: str | None = None
    algorithm: str | None = None
    activated: bool | None = None
    blocked: bool | None = None
    admin: bool | None = None
    dictionary: dict[str, str] | None | UnsetType = UNSET


class AdministratorsChange(Input[AccountChange]):
    """A full replacement by an administrator.

    Context: as for creation, and `account_id`.
    """

    shape: ClassVar[type] = AccountChange

    username = username_field()
    domain = Text(rules.known_domain, longest=255)
    email = Email(rules.free_email)
    phone = phone_field()
    display_name = Text()
    dtmf_protocol = Choice(DTMF_PROTOCOLS)
    password = Text(longest=255)
    algorithm = Text(rules.space_algorithm, longest=10)
    activated = Flag()
    blocked = Flag()
    admin = Flag()
    dictionary = StringMap()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Store phones in E.164."""
        if attrs.get("phone"):
            attrs["phone"] = phones.normalised(attrs["phone"])
        return attrs


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A valid new password and, where the account has one, the old one as it was sent."""

    password: str
    algorithm: str | None = None
    old_password: str | None = None


class PasswordChange(Input[NewPassword]):
    """A password change by the account itself.

    Context: `algorithm` (of the account's Space), `has_password`.
    """

    shape: ClassVar[type] = NewPassword

    algorithm = Text(rules.space_algorithm, longest=10)
    password = Text(longest=255, required=True)
    old_password = Text(longest=1024)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context.get("has_password"):
            self.fields["old_password"] = Text(longest=1024, required=True)
