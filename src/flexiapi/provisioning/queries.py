"""Reads for provisioning documents: compiled, a statement for the account and one for the directories."""

from datetime import datetime
from typing import NamedTuple

from flexiapi.accounts import queries as accounts
from flexiapi.auth.scope import Origin, Scope
from flexiapi.config import instance
from flexiapi.contacts.models import ContactsList
from flexiapi.db.statements import Statement
from flexiapi.http import dates
from flexiapi.http.errors import NotFound
from flexiapi.intercom.models import AccountAction, AccountType, DictionaryEntry
from flexiapi.spaces.models import Space

from . import base
from .contents import (
    AccountDetails,
    AccountFacts,
    CardDavCredentialFacts,
    CardDavServerFacts,
    PasswordFacts,
    SpaceFacts,
)
from .document import UI_SWITCHES
from .models import Wizard


class TokenRow(NamedTuple):
    """A token that provisions an account, as it is presented."""

    token_id: int
    account_id: int
    created_at: datetime
    username: str
    domain: str
    blocked: bool


class NewestToken(NamedTuple):
    """What there is to know of an account's newest token."""

    token: str
    used: bool
    created_at: datetime


_SERVERS = Statement(
    """SELECT id, uri, enabled, min_characters, results_limit, timeout, delay, fields_for_user_input,
              fields_for_domain, use_exact_match_policy
         FROM space_carddav_servers WHERE space_id = %(space)s ORDER BY id"""
)
_ACCOUNT = Statement(
    """SELECT a.id, a.username, a.domain, a.display_name, a.email, a.phone, a.blocked, p.algorithm, p.password
         FROM accounts a LEFT JOIN passwords p ON p.account_id = a.id
        WHERE a.id = %(id)s ORDER BY p.algorithm"""
)
_CREDENTIALS = Statement(
    """SELECT space_carddav_server_id, username, realm, password, algorithm FROM account_carddav_credentials
        WHERE account_id = %(id)s ORDER BY space_carddav_server_id"""
)
_TOKEN = Statement(
    """SELECT t.id, t.account_id, t.created_at, a.username, a.domain, a.blocked
         FROM provisioning_tokens t JOIN accounts a ON a.id = t.account_id
        WHERE t.token = %(token)s AND t.used = FALSE
          AND t.id = (SELECT MAX(l.id) FROM provisioning_tokens l WHERE l.account_id = t.account_id)""",
    TokenRow,
)
_CONSUMED = Statement(
    """SELECT t.id, t.account_id, t.created_at, a.username, a.domain, a.blocked
         FROM provisioning_tokens t JOIN accounts a ON a.id = t.account_id
        WHERE t.token = %(token)s AND t.used = TRUE AND t.consumed_at > %(since)s AND t.consumed_ip = %(ip)s
          AND COALESCE(t.consumed_user_agent, '') = %(agent)s
          AND t.id = (SELECT MAX(l.id) FROM provisioning_tokens l WHERE l.account_id = t.account_id)""",
    TokenRow,
)
_NEWEST_TOKEN = Statement(
    "SELECT token, used, created_at FROM provisioning_tokens WHERE account_id = %(id)s ORDER BY id DESC LIMIT 1",
    NewestToken,
)
_AUTH_TOKEN = Statement(
    """SELECT t.id, t.account_id, t.created_at, a.username, a.domain, a.blocked
         FROM auth_tokens t JOIN accounts a ON a.id = t.account_id
        WHERE t.token = %(token)s AND t.created_at > %(since)s AND a.domain = %(domain)s""",
    TokenRow,
)


def space_facts(space: Space) -> SpaceFacts:
    """A Space as its documents need it; the instance's defaults are in."""
    settings = instance.current()
    servers = tuple(CardDavServerFacts(*row) for row in _SERVERS.rows(space=space.pk))
    return SpaceFacts(
        id=space.pk,
        domain=space.domain,
        host=space.host,
        name=space.name,
        realm=space.digest.realm if space.digest is not None else None,
        custom_provisioning_entries=space.custom_provisioning_entries or base.default_entries(),
        custom_provisioning_overwrite_all=(
            space.custom_provisioning_overwrite_all or settings.account_provisioning_overwrite_all
        ),
        carddav_user_credentials=space.carddav_user_credentials,
        carddav_servers=servers,
        **{name: getattr(space, name) for name in UI_SWITCHES},
    )


def account_facts(account_id: int, space: Space) -> AccountFacts:
    """The caller's own account, or the one that a token names, with its credentials.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    rows = _ACCOUNT.rows(id=account_id)
    if not rows:
        raise NotFound
    first = rows[0]
    credentials = _CREDENTIALS.rows(id=account_id) if space.carddav_user_credentials else ()
    return AccountFacts(
        id=first[0],
        username=first[1],
        domain=first[2],
        display_name=first[3],
        email=first[4],
        phone=first[5],
        passwords=tuple(PasswordFacts(row[7], row[8]) for row in rows if row[7] in ("MD5", "SHA-256")),
        carddav_credentials=tuple(CardDavCredentialFacts(*row) for row in credentials),
        load_details=lambda: details(account_id),
    )


def details(account_id: int) -> AccountDetails:
    """What hooks may ask for besides the account itself."""
    return AccountDetails(
        dictionary=dict(
            DictionaryEntry.objects.filter(account_id=account_id).order_by("id").values_list("key", "value")
        ),
        types=tuple(
            AccountType.objects.filter(memberships__account_id=account_id).order_by("id").values_list("key", flat=True)
        ),
        actions=dict(AccountAction.objects.filter(account_id=account_id).order_by("id").values_list("key", "code")),
        contacts_lists=tuple(
            ContactsList.objects.filter(viewers__account_id=account_id).order_by("id").values_list("title", flat=True)
        ),
    )


def current_token(token: str) -> TokenRow:
    """The unused token with this value, if it is its account's current one, over all Spaces.

    Raises:
        NotFound: unknown, used or superseded.
    """
    row = _TOKEN.one(token=token)
    if row is None:
        raise NotFound
    return row


def consumed_token(token: str, *, since: datetime, origin: Origin) -> TokenRow:
    """The token with this value that this very client consumed after `since`, unless it was superseded.

    Raises:
        NotFound: there is none.
    """
    row = _CONSUMED.one(token=token, since=since, ip=origin.ip, agent=origin.user_agent or "")
    if row is None:
        raise NotFound
    return row


def attached_auth_token(scope: Scope, token: str, *, since: datetime) -> TokenRow:
    """An auth token made after `since` and attached to an account of the host's Space.

    Raises:
        NotFound: there is none.
    """
    row = _AUTH_TOKEN.one(token=token, since=since, domain=scope.space.domain)
    if row is None:
        raise NotFound
    return row


def reachable(scope: Scope, account_id: int) -> bool:
    """Whether a caller may set up an account."""
    return accounts.visible(scope).filter(pk=account_id).exists()


def wizard(token: str) -> Wizard | None:
    """A wizard link with the account that it sets up."""
    return Wizard.objects.select_related("provisioning_account").filter(token=token[:16]).first()


def unspent_token(account_id: int) -> str | None:
    """An account's newest provisioning token, if it is neither used nor expired: all older ones are dead."""
    newest = unspent(account_id)
    return None if newest is None else newest.token


def unspent(account_id: int) -> NewestToken | None:
    """The same with what else there is to know of it."""
    newest = _NEWEST_TOKEN.one(id=account_id)
    minutes = instance.current().app_provisioning_token_expiration_minutes
    if newest is None or newest.used or dates.expired(newest.created_at, minutes):
        return None
    return newest
