"""Reads of accounts; each starts from a Scope or from the caller's own account."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from flexiapi.accounts import phones
from flexiapi.accounts.addresses import without_scheme
from flexiapi.accounts.events import AccountColumns
from flexiapi.accounts.models import (
    Account,
    AccountCreationRequestToken,
    AccountCreationToken,
    AccountRecoveryToken,
    EmailChangeCode,
    Password,
    PhoneChangeCode,
    PhoneCountry,
    RecoveryCode,
    RecoveryRequest,
    ResetPasswordEmailToken,
    Tombstone,
)
from flexiapi.auth.scope import Scope
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.messaging.push import Device
from flexiapi.spaces.models import Space
from flexiapi.telephony.models import AccountFile, ExternalAccount

REQUEST_TOKEN_LIFETIME = timedelta(hours=24)

_HAS_PASSWORD = Statement("SELECT 1 FROM passwords WHERE account_id = %(id)s LIMIT 1")

PushedToken = type[AccountCreationToken] | type[AccountRecoveryToken]


def visible(scope: Scope) -> QuerySet[Account]:
    """All accounts that a caller may address by id."""
    reach = scope.reach
    return Account.objects.all() if reach is None else Account.objects.filter(space__domain__in=reach)


def listed(scope: Scope) -> QuerySet[Account]:
    """The accounts that lists show: those of the host's Space."""
    return Account.objects.filter(space__domain=scope.listed_domain)


def account(scope: Scope, account_id: int) -> Account:
    """An account by id.

    Raises:
        NotFound: it does not exist or lies out of reach.
    """
    found = visible(scope).filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def find(scope: Scope, account_id: int) -> Account | None:
    """An account by id, None where there is none within reach (for what must validate first)."""
    return visible(scope).filter(pk=account_id).first()


def locked(scope: Scope, account_id: int) -> Account:
    """An account by id, its row locked until the transaction ends.

    Raises:
        NotFound: it does not exist or lies out of reach.
    """
    found = visible(scope).select_for_update().filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def held(account_id: int) -> Account:
    """An account whose id is proven, its row locked until the transaction ends.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    found = Account.objects.select_for_update().filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def own(scope: Scope) -> Account:
    """The caller's own account, whatever Space it belongs to.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    found = Account.objects.filter(pk=scope.caller.account_id if scope.caller else 0).first()
    if found is None:
        raise NotFound
    return found


def by_address(scope: Scope, address: str) -> Account:
    """An account by its SIP address (`user@domain`, a scheme is taken off).

    Raises:
        NotFound: no such account within reach.
    """
    username, _, domain = without_scheme(address).lower().rpartition("@")
    found = visible(scope).filter(username=username, space__domain=domain).first()
    if found is None:
        raise NotFound
    return found


def id_of(username: str, domain: str) -> int:
    """The id of the account with a SIP address.

    Raises:
        NotFound: there is none.
    """
    found = Account.objects.filter(username=username, space__domain=domain).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def has_password(account: Account) -> bool:
    """Whether an account has a password at all."""
    return _HAS_PASSWORD.one(id=account.pk) is not None


def passwords(account: Account) -> Sequence[Password]:
    """The stored passwords of an account."""
    return list(account.passwords.order_by("id"))


def columns(account_id: int) -> AccountColumns | None:
    """The columns of an account as hooks see them, None when it is gone."""
    found = Account.objects.filter(pk=account_id).first()
    return None if found is None else columns_of(found)


def columns_of(account: Account) -> AccountColumns:
    """The same of a row that was read already."""
    return AccountColumns(**{name: getattr(account, name) for name in AccountColumns.__slots__})


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
        rows = Account.objects.filter(space__domain=domain) if scope.reaches(domain) else rows.none()
    if search:
        rows = rows.filter(username__contains=search.lower())
    if updated_date is not None:
        start = datetime.combine(updated_date, datetime.min.time(), tzinfo=UTC)
        rows = rows.filter(updated_at__gte=start, updated_at__lt=start + timedelta(days=1))
    if contacts_list is not None:
        rows = rows.filter(list_memberships__contacts_list_id=contacts_list)
    if order_by is None:
        return rows.order_by("id")
    if order_by == "updated_at":  # which rows of old installations lack; engines sort NULL differently
        rows, order_by = rows.annotate(changed_at=Coalesce("updated_at", "created_at")), "changed_at"
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
    rows = Account.objects.filter(Q(username=username) | Q(phone=username), space__domain=domain)
    return rows.exclude(pk=but or 0).exists()


def by_username(domain: str, usernames: Sequence[str]) -> dict[str, Account]:
    """Accounts of a domain, by username."""
    return {row.username: row for row in Account.objects.filter(space__domain=domain, username__in=usernames)}


def username_reserved(domain: str, username: str) -> bool:
    """Whether a deleted account still reserves this username."""
    return Tombstone.objects.filter(domain=domain, username=username).exists()


def phone_taken(domain: str, phone: str, *, but: int | None = None) -> bool:
    """Whether another account of the domain has this number as phone or username."""
    rows = Account.objects.filter(Q(phone=phone) | Q(username=phone), space__domain=domain)
    return rows.exclude(pk=but or 0).exists()


def email_taken(domain: str, email: str, *, but: int | None = None) -> bool:
    """Whether another account of the domain has this e-mail address."""
    return Account.objects.filter(email=email, space__domain=domain).exclude(pk=but or 0).exists()


def country_activated(code: str) -> bool:
    """Whether numbers of a region are accepted."""
    return PhoneCountry.objects.filter(code=code, activated=True).exists()


def phone_countries() -> QuerySet[PhoneCountry]:
    """All countries by code."""
    return PhoneCountry.objects.order_by("code")


def sharing_code(country: PhoneCountry) -> QuerySet[PhoneCountry]:
    """A country and all others that share its calling code, by code."""
    return phone_countries().filter(country_code=country.country_code)


def domain_exists(domain: str) -> bool:
    """Whether a Space has this SIP domain."""
    return Space.objects.filter(domain=domain).exists()


def phone_country(code: str) -> PhoneCountry:
    """A country by its upper-case ISO code.

    Raises:
        NotFound: no country has it.
    """
    found = PhoneCountry.objects.filter(code=code[:3]).first()
    if found is None or found.code != code:
        raise NotFound
    return found


def vouched_for(account: Account) -> bool:
    """Whether a creation token was used for an account, at its creation or later."""
    return account.account_creation_tokens.filter(used=True).exists()


def pending_email_code(account: Account) -> EmailChangeCode | None:
    """The newest e-mail change code that nobody has used."""
    return account.email_change_codes.filter(code__isnull=False).order_by("-id").first()


def pending_phone_code(account: Account) -> PhoneChangeCode | None:
    """The newest phone change code that nobody has used."""
    return account.phone_change_codes.filter(code__isnull=False).order_by("-id").first()


def pending_recovery_code(account: Account) -> RecoveryCode | None:
    """The newest recovery code that nobody has used."""
    return account.recovery_codes.filter(code__isnull=False).order_by("-id").first()


def activation_expired(account: Account) -> bool:
    """Whether the confirmation key of an account had an end that is over."""
    newest = account.activation_expirations.order_by("-id").first()
    return newest is not None and newest.expires < now()


def codes_since(account: Account, since: datetime) -> int:
    """How many recovery, phone change and e-mail change codes an account asked for, used or not."""
    kinds = (account.recovery_codes, account.phone_change_codes, account.email_change_codes)
    return sum(codes.filter(created_at__gt=since).count() for codes in kinds)


def request_token(token: str) -> AccountCreationRequestToken | None:
    """A creation request token that can still be validated or traded."""
    rows = AccountCreationRequestToken.objects.filter(
        token=token[:256], used=False, created_at__gt=now() - REQUEST_TOKEN_LIFETIME
    )
    return rows.order_by("id").first()


def creation_token(token: str) -> AccountCreationToken | None:
    """A creation token that nobody has used, expired ones included."""
    return AccountCreationToken.objects.filter(token=token[:256], used=False, account=None).order_by("id").first()


def recovery_token(token: str) -> AccountRecoveryToken | None:
    """A recovery token that nobody has used, expired ones included."""
    return AccountRecoveryToken.objects.filter(token=token[:256], used=False).order_by("id").first()


def device_used_token(model: PushedToken, device: Device, *, since: datetime) -> bool:
    """Whether a device used a token that was made after `since`."""
    return _of_device(model, device, since).filter(used=True).exists()


def tokens_for_device(model: PushedToken, device: Device, *, since: datetime) -> int:
    """How many tokens a device got since then."""
    return _of_device(model, device, since).count()


def _of_device(model: PushedToken, device: Device, since: datetime) -> QuerySet[Any]:
    return model._default_manager.filter(
        pn_provider=device.pn_provider, pn_param=device.pn_param, pn_prid=device.pn_prid, created_at__gt=since
    )


def with_email(space: Space, email: str) -> Sequence[Account]:
    """The accounts of a Space with an address, by age."""
    return list(Account.objects.filter(space__domain=space.domain, email=email).order_by("id"))


def recoverable_by_email(space: Space, email: str, username: str | None) -> Account | None:
    """The account of a Space that an address recovers.

    Where addresses are not unique the username decides, or the phone number given in its place.
    """
    rows = Account.objects.filter(space__domain=space.domain, email=email).order_by("id")
    if space.unique_email:
        return rows.first()
    if not username:
        return None
    return rows.filter(username=username.lower()).first() or rows.filter(phone=phones.normalised(username)).first()


def recoverable_by_phone(space: Space, number: str) -> Account | None:
    """The account of a Space that has a number (E.164) as its username, else as its phone."""
    rows = Account.objects.filter(space__domain=space.domain).order_by("id")
    return rows.filter(username=number).first() or rows.filter(phone=number).first()


def with_confirmation_key(space: Space, key: str) -> Account | None:
    """The account of a Space that a key activates."""
    return Account.objects.filter(space__domain=space.domain, confirmation_key=key).first()


def recovery_request(token_hash: str) -> RecoveryRequest | None:
    """A recovery request with its code."""
    return RecoveryRequest.objects.select_related("code").filter(token=token_hash).first()


def attempts(request: RecoveryRequest) -> int:
    """How often the code of a recovery request was tried by now."""
    return RecoveryRequest.objects.values_list("attempts", flat=True).get(pk=request.pk)


def recovery_requested(identifier: str, *, since: datetime) -> bool:
    """Whether a recovery was asked for with an identifier since then."""
    return RecoveryRequest.objects.filter(identifier=identifier, created_at__gt=since).exists()


def recovery_codes_since(account: Account, since: datetime) -> int:
    """How many recovery codes an account was sent since then."""
    return account.recovery_codes.filter(created_at__gt=since).count()


def external_account(account: Account) -> tuple[int, str, str] | None:
    """The id, username and domain of the account at another provider that belongs to an account."""
    return ExternalAccount.objects.filter(account=account).values_list("id", "username", "domain").first()


def files(account: Account) -> tuple[str, ...]:
    """The ids of the uploads of an account."""
    return tuple(str(file) for file in AccountFile.objects.filter(account=account).values_list("id", flat=True))


def reset_token(token_hash: str) -> ResetPasswordEmailToken | None:
    """A password reset token, used and expired ones included."""
    return ResetPasswordEmailToken.objects.select_related("account").filter(token=token_hash).first()


def old_accounts(before: datetime, *, activated: bool) -> QuerySet[Account]:
    """The accounts of all Spaces that are older than a moment and have (not) been activated; no administrators."""
    return Account.objects.filter(created_at__lt=before, activated=activated, admin=False)


def old_tombstones(before: datetime) -> QuerySet[Tombstone]:
    """The names that were reserved before a moment."""
    return Tombstone.objects.filter(created_at__lt=before)
