"""Reads that only pages need."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from flexiapi.accounts.models import Account
from flexiapi.auth.gate import hashed
from flexiapi.auth.models import ApiKey, PortalSession
from flexiapi.auth.scope import Scope
from flexiapi.http import dates
from flexiapi.http.errors import NotFound
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space

_NEWEST = 50


def login_account(space: Space, name: str, phone: str | None) -> Account | None:
    """The account of a Space with this username, else with this phone (E.164)."""
    rows = Account.objects.filter(space__domain=space.domain)
    found = rows.filter(username=name.lower()).first()
    if found is None and phone is not None:
        found = rows.filter(phone=phone).first()
    return found


def activated_accounts(space: Space) -> int:
    """How many accounts of a Space are activated."""
    return Account.objects.filter(space__domain=space.domain, activated=True).count()


def is_fresh(space: Space) -> bool:
    """Whether nobody but administrators has an account yet."""
    return not Account.objects.filter(space__domain=space.domain, admin=False).exists()


def personal_key(account: Account) -> ApiKey | None:
    """The account's own API key (its hash: the key itself is stored nowhere)."""
    return account.api_keys.filter(expires_after_last_used_minutes=None).first()


def activity(rows: Any, *, personal: bool = False) -> list[Any]:
    """The newest keys, tokens or codes of an account (`rows` is its relation to them); of keys the personal one."""
    found = rows.filter(expires_after_last_used_minutes=None) if personal else rows
    return list(found.order_by("-id")[:_NEWEST])


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its owner sees it; `handle` names it in forms."""

    handle: str
    ip: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    present: bool


def sessions(account_id: int, *, present: str | None) -> list[SessionLine]:
    """The living sessions of an account, the latest first; `present` is the key of the one that asks."""
    rows = PortalSession.objects.filter(account_id=account_id, expire_date__gt=dates.now()).order_by("-last_seen_at")
    here = hashed(present) if present else None
    return [
        SessionLine(
            handle=row.session_key[:32],
            ip=row.ip,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            present=row.session_key == here,
        )
        for row in rows
    ]


def administered_space(scope: Scope, space_id: int) -> Space:
    """A Space that the caller administers, as it is stored now: the own one, or any for super administrators.

    Raises:
        NotFound: it is not theirs, or there is none.
    """
    if not scope.super_admin and space_id != scope.space.pk:
        raise NotFound
    return spaces.by_id(space_id)


def spaces_with_counts(scope: Scope) -> list[tuple[Space, int]]:
    """The Spaces that the caller administers, by host, each with the number of its accounts."""
    rows = spaces.complete().annotate(number=Count("accounts")).order_by("host")
    if not scope.super_admin:
        rows = rows.filter(pk=scope.space.pk)
    return [(row, row.number) for row in rows]


def domains(scope: Scope) -> list[str]:
    """The domains whose accounts the caller may list, for super administrators; others have no choice."""
    return sorted(spaces.domains()) if scope.super_admin else []


def super_domains(scope: Scope) -> frozenset[str]:
    """The domains within reach whose administrators administer all Spaces."""
    if not scope.super_admin:
        return frozenset((scope.space.domain,) if scope.space.super else ())
    return frozenset(Space.objects.filter(super=True).values_list("domain", flat=True))


def accounts_of(space: Space) -> int:
    """The number of accounts of a Space."""
    return spaces.account_count(space)


def administrators(space: Space) -> list[Account]:
    """The administrators of a Space, the one that changed last first."""
    return list(Account.objects.filter(space__domain=space.domain, admin=True).order_by("-updated_at", "-id"))
