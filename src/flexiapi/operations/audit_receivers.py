"""What the rooms announce, as audit records."""

from flexiapi.accounts import events as accounts
from flexiapi.accounts.events import (
    AccountChanged,
    AccountEvent,
    AccountStateChanged,
    BelongingChanged,
    PhoneCountriesChanged,
)
from flexiapi.accounts.models import Account
from flexiapi.auth import events as auth
from flexiapi.auth.events import CredentialRefused, WayInEvent
from flexiapi.contacts import events as contacts
from flexiapi.contacts.events import ListChanged
from flexiapi.intercom import events as intercom
from flexiapi.intercom.events import TypeChanged
from flexiapi.spaces import events as spaces
from flexiapi.spaces.events import SpaceChanged, SpaceDeleted

from .audit import Entry, record
from .audit_actions import Action


def connect() -> None:
    """Connect all receivers."""
    accounts.account_created.connect(lambda event: account(event, "account.created"))
    accounts.account_deleted.connect(lambda event: account(event, "account.deleted"))
    accounts.account_provisioned.connect(lambda event: account(event, "account.provisioned"))
    accounts.password_changed.connect(lambda event: account(event, "password.changed"))
    accounts.account_mailed.connect(lambda event: account(event, "account.mailed"))
    accounts.account_changed.connect(account_changed)
    accounts.belonging_changed.connect(belonging_changed)
    accounts.addresses_confirmed.connect(account_changed)
    accounts.account_state_changed.connect(account_state_changed)
    accounts.phone_countries_changed.connect(phone_countries_changed)
    auth.credential_refused.connect(credential_refused)
    auth.logged_in.connect(lambda event: way_in(event, "login.succeeded"))
    auth.logged_out.connect(lambda event: way_in(event, "logout"))
    auth.sessions_ended.connect(lambda event: way_in(event, "sessions.ended"))
    auth.key_replaced.connect(lambda event: way_in(event, "key.replaced"))
    auth.key_created.connect(lambda event: way_in(event, "key.created"))
    auth.key_deleted.connect(lambda event: way_in(event, "key.deleted"))
    auth.factor_added.connect(lambda event: way_in(event, "second_factor.added"))
    auth.factor_removed.connect(lambda event: way_in(event, "second_factor.removed"))
    auth.factors_reset.connect(lambda event: way_in(event, "second_factor.reset"))
    auth.recovery_codes_replaced.connect(lambda event: way_in(event, "recovery_codes.replaced"))
    auth.recovery_code_used.connect(lambda event: way_in(event, "recovery_code.used"))
    spaces.space_created.connect(lambda event: space_changed(event, "space.created"))
    spaces.space_changed.connect(lambda event: space_changed(event, "space.changed"))
    spaces.space_deleted.connect(space_deleted)
    intercom.type_changed.connect(type_changed)
    contacts.list_created.connect(lambda event: list_changed(event, "contacts_list.created"))
    contacts.list_changed.connect(lambda event: list_changed(event, "contacts_list.changed"))
    contacts.list_deleted.connect(lambda event: list_changed(event, "contacts_list.deleted"))


def account(event: AccountEvent, action: Action) -> None:
    """Something happened to an account."""
    record(Entry(action, event.domain, event.account_id, event.identifier, event.by, event.origin))


def account_changed(event: AccountChanged) -> None:
    """An account was changed: what differs."""
    entry = Entry(
        "account.changed",
        event.domain,
        event.account_id,
        event.identifier,
        event.by,
        event.origin,
        before={name: values[0] for name, values in event.differences.items()},
        after={name: values[1] for name, values in event.differences.items()},
    )
    record(entry)


def belonging_changed(event: BelongingChanged) -> None:
    """Something that belongs to an account changed."""
    after = {event.what: event.value}
    record(Entry("account.changed", event.domain, event.account_id, event.identifier, after=after))


def account_state_changed(event: AccountStateChanged) -> None:
    """A flag of an account was set."""
    if event.activated is not None:
        account(event, "account.activated" if event.activated else "account.deactivated")
    if event.blocked is not None:
        account(event, "account.blocked" if event.blocked else "account.unblocked")


def credential_refused(event: CredentialRefused) -> None:
    """Somebody presented a wrong secret."""
    after = {"kind": event.kind}
    record(Entry("credential.refused", event.space, None, event.account, None, event.origin, after=after))


def way_in(event: WayInEvent, action: Action) -> None:
    """A way into an account was opened or closed."""
    found = Account.objects.filter(pk=event.account_id).first()
    domain, identifier = (found.domain, found.identifier) if found is not None else (None, None)
    record(Entry(action, domain, event.account_id, identifier, event.by, event.origin, after={"how": event.how}))


def space_changed(event: SpaceChanged, action: Action) -> None:
    """A Space was created or its settings were changed: what differs."""
    entry = Entry(
        action,
        event.domain,
        event.space_id,
        event.domain,
        before={name: values[0] for name, values in event.differences.items()},
        after={name: values[1] for name, values in event.differences.items()},
    )
    record(entry)


def space_deleted(event: SpaceDeleted) -> None:
    """A Space is gone."""
    record(Entry("space.deleted", event.domain, event.space_id, event.domain))


def list_changed(event: ListChanged, action: Action) -> None:
    """A contacts list came, went or changed: what differs."""
    entry = Entry(
        action,
        event.domain,
        event.list_id,
        event.title,
        before={name: values[0] for name, values in event.differences.items() if values[0] is not None},
        after={name: values[1] for name, values in event.differences.items() if values[1] is not None},
    )
    record(entry)


def type_changed(event: TypeChanged) -> None:
    """An account type came, went or was renamed."""
    actions: dict[str, Action] = {
        "created": "account_type.created",
        "changed": "account_type.changed",
        "deleted": "account_type.deleted",
    }
    before = {"key": event.before} if event.before is not None else {}
    after = {"key": event.key} if event.how != "deleted" else {}
    record(Entry(actions[event.how], None, event.type_id, event.key, before=before, after=after))


def phone_countries_changed(event: PhoneCountriesChanged) -> None:
    """New numbers of some countries are accepted, or refused."""
    action: Action = "phone_countries.activated" if event.activated else "phone_countries.deactivated"
    record(Entry(action, None, None, None, after={"country_codes": event.country_codes}))
