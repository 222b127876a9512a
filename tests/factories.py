"""Rows for tests, made as the product itself makes them."""

import itertools
from collections.abc import Iterable
from typing import Any

from flexiapi.accounts.models import (
    Account,
    AccountCreationToken,
    AccountRecoveryToken,
    Password,
    PhoneCountry,
    ProvisioningToken,
)
from flexiapi.accounts.services.countries import add_missing
from flexiapi.accounts.services.passwords import set_password
from flexiapi.auth import digest, keys
from flexiapi.auth.gate import hashed
from flexiapi.auth.models import ApiKey
from flexiapi.auth.scope import Origin
from flexiapi.contacts.models import Contact, ContactsList, ContactsListMember, ContactsListViewer
from flexiapi.http.dates import now
from flexiapi.spaces.models import DigestConfiguration, OidcConfiguration, Space
from flexiapi.spaces.services import create_space, touch

ORIGIN = Origin(ip="127.0.0.1", user_agent="tests")
_numbers = itertools.count(1)


def a_space(
    domain: str | None = None, *, algorithm: str = "SHA-256", realm: str | None = None, **columns: Any
) -> Space:
    """A Space below the root host `example.org`."""
    number = next(_numbers)
    domain = domain or f"sip{number}.example.org"
    columns.setdefault("host", domain)
    columns.setdefault("name", f"Space {number}")
    return create_space(domain=domain, realm=realm, algorithm=algorithm, **columns)


def a_super_space() -> Space:
    """The one super Space of a test."""
    return Space.objects.filter(super=True).first() or a_space("super.example.org", super=True)


def without_digest(space: Space) -> Space:
    """Take away a Space's digest configuration."""
    DigestConfiguration.objects.filter(space=space).delete()
    return Space.objects.get(pk=space.pk)


def an_oidc_configuration(space: Space, **columns: Any) -> OidcConfiguration:
    """An identity provider of a Space."""
    columns = {"server_url": "https://id.example.org/", "realm": "flexi", **columns}
    configuration = OidcConfiguration.objects.create(space=space, **columns)
    touch(space)
    return configuration


def an_account(space: Space, username: str | None = None, *, password: str | None = None, **columns: Any) -> Account:
    """An account of a Space, without hooks and mails; with a password only if one is given."""
    columns.setdefault("activated", True)
    columns.setdefault("created_at", now())
    account = Account.objects.create(
        username=username or f"user{next(_numbers)}",
        domain=space.domain,
        ip_address="127.0.0.1",
        user_agent="tests",
        **columns,
    )
    if password is not None:
        set_password(account, password)
    return account


def a_password(account: Account, password: str, algorithm: str, realm: str | None = None) -> Password:
    """One more stored password, of any algorithm."""
    ha1 = digest.ha1(algorithm, account.username, realm or account.domain, password)
    return Password.objects.create(account=account, algorithm=algorithm, password=ha1)


def a_key(account: Account, **columns: Any) -> str:
    """An API key of an account, for any address."""
    key = keys.random_text(40)
    ApiKey.objects.create(account=account, key=hashed(key), **{"last_used_at": now(), **columns})
    return key


def a_token(account: Account, **columns: Any) -> ProvisioningToken:
    """A provisioning token of an account."""
    return ProvisioningToken.objects.create(account=account, token=keys.random_text(13), **columns)


def a_creation_token(account: Account | None = None, **columns: Any) -> AccountCreationToken:
    """A creation token; used, if it belongs to an account."""
    columns = {"token": keys.random_text(13), "used": account is not None, "ip": "127.0.0.1", **columns}
    return AccountCreationToken.objects.create(account=account, **columns)


def a_recovery_token(**columns: Any) -> AccountRecoveryToken:
    """A recovery token that was sent to some app."""
    pushed = {"pn_provider": "apns", "pn_param": "T.org.app.voip", "pn_prid": "some:device"}
    return AccountRecoveryToken.objects.create(token=keys.random_text(13), ip="127.0.0.1", **{**pushed, **columns})


def activate_countries(*codes: str) -> None:
    """Let numbers of some countries be accepted; tests with real transactions have emptied the table before."""
    if not PhoneCountry.objects.exists():
        add_missing()
    PhoneCountry.objects.filter(code__in=codes).update(activated=True)


def a_contact(of: Account, contact: Account) -> Contact:
    """An account among another one's contacts."""
    return Contact.objects.create(account=of, contact=contact)


def a_contacts_list(
    space: Space, *, members: Iterable[Account] = (), viewers: Iterable[Account] = (), **columns: Any
) -> ContactsList:
    """A contacts list of a Space."""
    columns = {"title": f"List {next(_numbers)}", "description": "Some people", **columns}
    made = ContactsList.objects.create(space=space, **columns)
    ContactsListMember.objects.bulk_create(ContactsListMember(contacts_list=made, contact=one) for one in members)
    ContactsListViewer.objects.bulk_create(ContactsListViewer(contacts_list=made, account=one) for one in viewers)
    return made
