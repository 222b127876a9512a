"""Inputs that only pages have."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from flexiapi.accounts.addresses import without_scheme
from flexiapi.accounts.rules import phone_number
from flexiapi.auth.oidc_configuration import OidcForm
from flexiapi.http import rules
from flexiapi.http.fields import Email, Integer, Text, Toggle
from flexiapi.http.messages import sentence
from flexiapi.http.serializers import Input, Shape
from flexiapi.telephony.serializers import CardDavCredentialData, CardDavCredentialFields, ExternalAccountInput


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


class TypedTwice(Input[Shape]):
    """A new password, typed twice."""

    typed_twice = ("password",)

    password = Text(shortest=8, longest=255, required=True)
    password_confirmation = Text(longest=255)


class PasswordForm(TypedTwice[ChosenPassword]):
    """A new password of one's own account.

    Context: `asks_for_old`, whether the present one must be given.
    """

    shape: ClassVar[type] = ChosenPassword

    old_password = Text(longest=1024)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context.get("asks_for_old"):
            self.fields["old_password"] = Text(longest=1024, required=True)


@dataclass(frozen=True, slots=True)
class Reset:
    """A new password, and the token of the link that allows it."""

    password: str
    token: str


class ResetForm(TypedTwice[Reset]):
    """A new password by the link of a mail."""

    shape: ClassVar[type] = Reset

    token = Text(rules.exactly(16), required=True)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The address that confirms a deletion."""

    identifier: str


class DeletionForm(Input[Confirmation]):
    """The deletion of one's own account.

    Context: `address`, the account's, which must be typed: with or without scheme, in any case.
    """

    shape: ClassVar[type] = Confirmation

    identifier = Text(required=True)

    def validate_identifier(self, typed: str) -> str:
        if without_scheme(typed).lower() != self.context["address"]:
            raise ValidationError(_("This is not the address of your account."))
        return typed


@dataclass(frozen=True, slots=True)
class Pin:
    """A code of four digits."""

    code: str


class Digits(Input[Pin]):
    """A code in one field, or in the four fields of older forms."""

    shape: ClassVar[type] = Pin

    code = Text(longest=4)
    number_1 = Text(longest=4)
    number_2 = Text(longest=1)
    number_3 = Text(longest=1)
    number_4 = Text(longest=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly four digits."""
        typed = attrs.get("code") or "".join(attrs.get(f"number_{place}") or "" for place in range(1, 5))
        if not (len(typed) == 4 and typed.isascii() and typed.isdigit()):
            raise ValidationError({"code": [sentence("digits", "code", digits=4)]})
        return {"code": typed}


@dataclass(frozen=True, slots=True)
class EmailRecovery:
    """Whose recovery is asked for by e-mail."""

    email: str
    username: str | None = None


class RecoveryByEmailForm(Input[EmailRecovery]):
    """Recovery by e-mail.

    Context: `needs_username`, where several accounts may share an address.
    """

    shape: ClassVar[type] = EmailRecovery

    email = Email(required=True)
    username = Text(longest=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context.get("needs_username"):
            self.fields["username"] = Text(longest=64, required=True)


@dataclass(frozen=True, slots=True)
class PhoneRecovery:
    """Whose recovery is asked for by phone, vouched for by the token that the app was sent."""

    phone: str
    account_recovery_token: str


class RecoveryByPhoneForm(Input[PhoneRecovery]):
    """Recovery by phone."""

    shape: ClassVar[type] = PhoneRecovery

    phone = Text(phone_number, longest=64, required=True)
    account_recovery_token = Text(longest=64, required=True)


@dataclass(frozen=True, slots=True)
class ChosenDevice:
    """A device that goes."""

    uuid: str


class DeviceForm(Input[ChosenDevice]):
    """Which device is to be removed."""

    shape: ClassVar[type] = ChosenDevice

    uuid = Text(longest=1024, required=True)


@dataclass(frozen=True, slots=True)
class ChosenAccount:
    """An account that goes."""

    account_id: int


def sip_address(value: str, field: Any) -> str | None:
    """`user@domain`, with or without scheme."""
    username, _, domain = without_scheme(value).rpartition("@")
    return None if username and domain else sentence("sip_uri", "sip")


class AccountId(Input[ChosenAccount]):
    """Which account is to be deleted."""

    shape: ClassVar[type] = ChosenAccount

    account_id = Integer(lowest=0, required=True)


@dataclass(frozen=True, slots=True)
class SpaceFilter:
    """Whose statistics are wanted: those of a domain, of the members of a contacts list."""

    domain: str | None = None
    contacts_list: int | None = None


class SpaceFilterInput(Input[SpaceFilter]):
    """Whose statistics are wanted."""

    shape: ClassVar[type] = SpaceFilter

    domain = Text()
    contacts_list = Integer(lowest=0)


class ExternalAccountForm(ExternalAccountInput):
    """The account at another provider, as its page sends it.

    Context: as there, and `stored`, what there is now: its password belongs to its username.
    """

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A new username needs its password."""
        stored = self.context["stored"]
        if stored is not None and stored.username != attrs["username"] and not attrs.get("password"):
            raise ValidationError({"password": [sentence("required", "password")]})
        return attrs


@dataclass(frozen=True, slots=True)
class NewCredentials(CardDavCredentialData):
    """Credentials and the directory that they are for."""

    carddav_id: int


class CardDavForm(CardDavCredentialFields[NewCredentials]):
    """New credentials.

    Context: `free`, the directories without credentials, by id.
    """

    shape: ClassVar[type] = NewCredentials

    carddav_id = Integer(required=True)

    def validate_carddav_id(self, chosen: int) -> int:
        if chosen not in self.context["free"]:
            raise ValidationError(sentence("in", "carddav_id"))
        return chosen


@dataclass(frozen=True, slots=True)
class NewContact:
    """The SIP address of a contact."""

    sip: str


class ContactForm(Input[NewContact]):
    """Who becomes a contact."""

    shape: ClassVar[type] = NewContact

    sip = Text(sip_address, longest=330, required=True)


@dataclass(frozen=True, slots=True)
class ChosenContact:
    """A contact that goes."""

    contact_id: int


class ContactId(Input[ChosenContact]):
    """Which contact is to be removed."""

    shape: ClassVar[type] = ChosenContact

    contact_id = Integer(lowest=0, required=True)


@dataclass(frozen=True, slots=True)
class ChosenList:
    """A contacts list."""

    contacts_list_id: int


class ListId(Input[ChosenList]):
    """Which list is meant."""

    shape: ClassVar[type] = ChosenList

    contacts_list_id = Integer(lowest=0, required=True)


@dataclass(frozen=True, slots=True)
class ChosenType:
    """An account type."""

    account_type_id: int


class TypeId(Input[ChosenType]):
    """Which account type is meant."""

    shape: ClassVar[type] = ChosenType

    account_type_id = Integer(lowest=0, required=True)


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key for a program; after so many idle minutes it ends, 0 is never."""

    name: str
    expires_after_last_used_minutes: int


class KeyForm(Input[NewKey]):
    """A new API key for a program."""

    shape: ClassVar[type] = NewKey

    name = Text(shortest=3, required=True)
    expires_after_last_used_minutes = Integer(lowest=0, required=True)


class OidcPageForm(OidcForm):
    """The provider of a Space as its page sends it: the secret is never shown, so an empty one stays."""

    auto_provisioning = Toggle(null=False)
    forget_client_secret = Toggle(null=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An empty secret takes the stored one away only where that is wanted."""
        forget = attrs.pop("forget_client_secret", False)
        if attrs.get("client_secret") is None and not forget:
            attrs.pop("client_secret", None)
        return super().validate(attrs)
