"""Reads of credentials."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from flexiapi.accounts.models import Account
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import OidcConfiguration, Space

from .gate import hashed
from .models import ApiKey, AuthToken, PortalSession
from .scope import Scope

AUTH_TOKEN_LIFETIME = timedelta(minutes=5)


def oidc_configuration(space: Space) -> OidcConfiguration | None:
    """The identity provider of a Space as it is stored now, not as a cached Space has it."""
    return OidcConfiguration.objects.filter(space=space).first()


def attached_token(space: Space, token: str, *, since: datetime) -> AuthToken | None:
    """A token made after `since` that was attached to an account of a Space, with that account."""
    rows = AuthToken.objects.select_related("account")
    return rows.filter(token=token, created_at__gt=since, account__space__domain=space.domain).first()


def living_token(token: str) -> AuthToken | None:
    """A token that is not older than five minutes, attached or not."""
    rows = AuthToken.objects.select_related("account")
    return rows.filter(token=token[:64], created_at__gt=now() - AUTH_TOKEN_LIFETIME).first()


def overdue_managed_keys(moment: datetime) -> list[ApiKey]:
    """The managed keys that were not used within their idle time, with their accounts."""
    keys = ApiKey.objects.filter(expires_after_last_used_minutes__gt=0).select_related("account").order_by("id")
    return [
        key
        for key in keys.iterator()
        if key.last_used_at + timedelta(minutes=key.expires_after_last_used_minutes or 0) < moment
    ]


def managed_keys(scope: Scope) -> QuerySet[ApiKey]:
    """The managed keys of accounts within reach with their accounts, the newest first."""
    keys = ApiKey.objects.filter(expires_after_last_used_minutes__isnull=False)
    reach = scope.reach
    rows = keys if reach is None else keys.filter(account__space__domain__in=reach)
    return rows.select_related("account").order_by("-id")


def managed_key(scope: Scope, named: str) -> ApiKey:
    """A managed key within reach by its id, or by the key itself, as old links name it.

    Raises:
        NotFound: there is none.
    """
    is_id = named.isascii() and named.isdigit() and len(named) < 10
    found = managed_keys(scope).filter(**({"pk": int(named)} if is_id else {"key": hashed(named)})).first()
    if found is None:
        raise NotFound
    return found


def living_sessions(account_id: int) -> QuerySet[PortalSession]:
    """The portal sessions of an account that have not expired, the latest used first."""
    rows = PortalSession.objects.filter(account_id=account_id, expire_date__gt=now())
    return rows.order_by("-last_seen_at", "-session_key")


class SessionRow(NamedTuple):
    """What a page needs of a session."""

    session_data: str
    expire_date: datetime
    last_seen_at: datetime


_SESSION = Statement(
    "SELECT session_data, expire_date, last_seen_at FROM portal_sessions WHERE session_key = %(key)s", SessionRow
)


def session(key_hash: str) -> SessionRow | None:
    """A session of the portal by the hash of its cookie."""
    return _SESSION.one(key=key_hash)


def account_of_space(space: Space, account_id: int) -> Account | None:
    """An account, if it belongs to a Space."""
    return Account.objects.filter(pk=account_id, space__domain=space.domain).first()
