"""What the accounts room announces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flexiapi.auth.scope import Caller, Origin
from flexiapi.events import Event


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something happened to an account; the row may be gone already."""

    account_id: int
    username: str
    domain: str
    by: Caller | None
    origin: Origin

    @property
    def identifier(self) -> str:
        """`username@domain`."""
        return f"{self.username}@{self.domain}"


@dataclass(frozen=True, slots=True)
class AccountChanged(AccountEvent):
    """An account was changed; the name that it had before is kept."""

    former_username: str
    former_domain: str
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """What it was and what it is, by column, of the columns that differ."""


@dataclass(frozen=True, slots=True)
class AccountStateChanged(AccountEvent):
    """An account was activated, deactivated, blocked or unblocked; None is a flag that nobody touched."""

    activated: bool | None
    blocked: bool | None


@dataclass(frozen=True, slots=True)
class AccountColumns:
    """The columns of an account, as hooks see them."""

    id: int
    username: str
    domain: str
    email: str | None
    phone: str | None
    display_name: str | None
    dtmf_protocol: str | None
    activated: bool
    blocked: bool
    admin: bool
    ip_address: str
    user_agent: str
    created_at: datetime
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountDeleted(AccountEvent):
    """An account is gone.

    `external_account` is the (id, username, domain) that went with it, `files` its uploads, `columns` what
    it was.
    """

    external_account: tuple[int, str, str] | None
    files: tuple[str, ...]
    columns: AccountColumns


@dataclass(frozen=True, slots=True)
class BelongingChanged:
    """Something that belongs to an account was set or taken away by whoever sends the request; for the audit log."""

    account_id: int
    identifier: str
    domain: str
    what: str
    value: str


@dataclass(frozen=True, slots=True)
class PhoneCountriesChanged:
    """New phone numbers with some calling codes are accepted from now on, or refused."""

    country_codes: tuple[str, ...]
    activated: bool


account_created: Event[AccountEvent] = Event("account created")
account_changed: Event[AccountChanged] = Event("account changed")
addresses_confirmed: Event[AccountChanged] = Event("own e-mail address or phone number confirmed")
"""Operators' hooks do not hear of it: they are for what administrators change."""
account_deleted: Event[AccountDeleted] = Event("account deleted")
account_state_changed: Event[AccountStateChanged] = Event("account activated, deactivated, blocked or unblocked")
account_provisioned: Event[AccountEvent] = Event("provisioning token issued")
belonging_changed: Event[BelongingChanged] = Event("something that belongs to an account changed")
account_mailed: Event[AccountEvent] = Event("links mailed to an account")
password_changed: Event[AccountEvent] = Event("password changed")
phone_countries_changed: Event[PhoneCountriesChanged] = Event("phone countries activated or deactivated")
