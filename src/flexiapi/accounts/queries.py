"""Reads of accounts; each starts from a Scope or from the caller's own account."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q, QuerySet

from flexiapi.auth.scope import Scope
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import Space

from .models import Account, PhoneCountry, Tombstone


def visible(scope: Scope) -> QuerySet[Account]:
    """All accounts that a caller may address by id."""
    reach = scope.reach
    return Account.objects.all() if reach is None else Account.objects.filter(domain__in=reach)


def listed(scope: Scope) -> QuerySet[Account]:
    """The accounts that lists show: those of the host's Space."""
    return Account.objects.filter(domain=scope.listed_domain)


def account(scope: Scope, account_id: int) -> Account:
    """An account by id.

    Raises:
        NotFound: it does not exist or lies out of reach.
    """
    found = visible(scope).filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def locked(scope: Scope, account_id: int) -> Account:
    """An account by id, its row locked until the transaction ends.

    Raises:
        NotFound: it does not exist or lies out of reach.
    """
    found = visible(scope).select_for_update().filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def own(scope: Scope) -> Account:
    """The caller's own account, whatever Space it belongs to.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    found = Account.objects.filter(pk=scope.caller.account_id if scope.caller else None).first()
    if found is None:
        raise NotFound
    return found


def has_password(account: Account) -> bool:
    """Whether an account has a password at all."""
    return account.passwords.exists()


def space_of(account: Account) -> Space:
    """The account's own Space, with its authentication configurations."""
    return Space.objects.select_related("digest_configuration", "oidc_configuration").get(domain=account.domain)


def filtered(
    scope: Scope,
    *,
    search: str | None = None,
    domain: str | None = None,
    updated_date: date | None = None,
    contacts_list: int | None = None,
    order_by: str | None = None,
    descending: bool = False,
) -> QuerySet[Account]:
    """The list of accounts with optional filters; by id unless another order is asked for.

    `domain` selects another Space for a super administrator and nothing else otherwise.
    """
    rows = listed(scope)
    if domain is not None:
        rows = Account.objects.filter(domain=domain) if scope.reaches(domain) else rows.none()
    if search:
        rows = rows.filter(username__contains=search.lower())
    if updated_date is not None:
        start = datetime.combine(updated_date, datetime.min.time(), tzinfo=UTC)
        rows = rows.filter(updated_at__gte=start, updated_at__lt=start + timedelta(days=1))
    if contacts_list is not None:
        rows = rows.filter(list_memberships__contacts_list_id=contacts_list)
    if order_by is None:
        return rows.order_by("id")
    sign = "-" if descending else ""
    return rows.order_by(f"{sign}{order_by}", f"{sign}id")


def by_email(scope: Scope, email: str) -> int:
    """The lowest id of the accounts with an e-mail address.

    Raises:
        NotFound: no such account within reach.
    """
    found = visible(scope).filter(email=email).order_by("id").values_list("id", flat=True).first()
    if found is None:
        raise NotFound("Email address not found")
    return found


def username_taken(domain: str, username: str, *, but: int | None = None) -> bool:
    """Whether an account of the domain has this username, or another one has it as phone."""
    rows = Account.objects.filter(Q(username=username) | Q(phone=username), domain=domain)
    return rows.exclude(pk=but).exists()


def username_reserved(domain: str, username: str) -> bool:
    """Whether a deleted account still reserves this username."""
    return Tombstone.objects.filter(domain=domain, username=username).exists()


def phone_taken(domain: str, phone: str, *, but: int | None = None) -> bool:
    """Whether another account of the domain has this number as phone or username."""
    rows = Account.objects.filter(Q(phone=phone) | Q(username=phone), domain=domain)
    return rows.exclude(pk=but).exists()


def email_taken(domain: str, email: str, *, but: int | None = None) -> bool:
    """Whether another account of the domain has this e-mail address."""
    return Account.objects.filter(email=email, domain=domain).exclude(pk=but).exists()


def country_activated(code: str) -> bool:
    """Whether numbers of a region are accepted."""
    return PhoneCountry.objects.filter(code=code, activated=True).exists()


def phone_countries() -> Sequence[PhoneCountry]:
    """All countries by code."""
    return list(PhoneCountry.objects.order_by("code"))


def domain_exists(domain: str) -> bool:
    """Whether a Space has this SIP domain."""
    return Space.objects.filter(domain=domain).exists()


def space_is_full(space: Space) -> bool:
    """Whether no seat is left in a Space (no lock: only to refuse early)."""
    return space.max_accounts > 0 and Account.objects.filter(domain=space.domain).count() >= space.max_accounts
