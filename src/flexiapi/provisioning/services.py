"""Documents for their fetchers: rendered first, then the token is consumed, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from flexiapi import hooks
from flexiapi.accounts import queries as accounts
from flexiapi.accounts.events import AccountEvent
from flexiapi.accounts.services import passwords, provisioning_tokens
from flexiapi.auth.keys import random_text
from flexiapi.auth.models import AuthToken
from flexiapi.auth.scope import Origin, Scope
from flexiapi.config import instance
from flexiapi.http import dates
from flexiapi.http.errors import Forbidden, Gone, NotFound
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space

from . import document, queries

AUTH_TOKEN_LIFETIME = timedelta(minutes=5)
_RESET_PASSWORD_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request for a document: where it came in, and what hooks may see of it."""

    scope: Scope
    origin: Origin
    base_url: str
    scheme: str
    view: Callable[[], hooks.HookContext]


def anonymous(fetch: Fetch) -> bytes:
    """The document of the host's Space, without any account."""
    return _build(fetch, fetch.scope.space, None)


def own(fetch: Fetch, account_id: int) -> bytes:
    """The document of an authenticated account; nothing is consumed or changed."""
    return _build(fetch, _space_of(fetch, fetch.scope.caller.domain if fetch.scope.caller else ""), account_id)


def by_token(fetch: Fetch, token: str, *, reset_password: bool, dry: bool = False) -> bytes:
    """The document that a provisioning token names; the account is activated and the token consumed.

    With `reset_password` the account gets a random password first, which all its other devices lose by.
    `dry` checks only (HEAD). Where the instance grants a grace, whoever consumed the token gets the document
    again for so long: mobile networks lose replies.

    Raises:
        NotFound: unknown, used or superseded, or another request was faster.
        Forbidden: the account is blocked.
        Gone: the token has expired.
    """
    try:
        return _consuming(fetch, token, reset_password=reset_password, dry=dry)
    except NotFound:
        if not instance.current().account_provisioning_grace_seconds:
            raise
    return _again(fetch, token, dry=dry)


@transaction.atomic
def _consuming(fetch: Fetch, token: str, *, reset_password: bool, dry: bool) -> bytes:
    row = queries.current_token(token)
    _refuse_blocked(row)
    if dates.expired(row.created_at, instance.current().app_provisioning_token_expiration_minutes):
        raise Gone
    if dry:
        return b""
    space = _space_of(fetch, row.domain)
    if reset_password and space.digest is not None:
        password = random_text(_RESET_PASSWORD_LENGTH)
        account = accounts.held(row.account_id)
        passwords.replace_password(account, password, space=space, by=None, origin=fetch.origin)
    content = _build(fetch, space, row.account_id)
    owner = AccountEvent(row.account_id, row.username, row.domain, None, fetch.origin)
    if not provisioning_tokens.consume(row.token_id, owner):
        raise NotFound
    return content


def _again(fetch: Fetch, token: str, *, dry: bool) -> bytes:
    since = dates.now() - timedelta(seconds=instance.current().account_provisioning_grace_seconds)
    row = queries.consumed_token(token, since=since, origin=fetch.origin)
    _refuse_blocked(row)
    return b"" if dry else _build(fetch, _space_of(fetch, row.domain), row.account_id)


def _refuse_blocked(row: queries.TokenRow) -> None:
    if row.blocked:
        raise Forbidden("Account blocked")


def by_auth_token(fetch: Fetch, token: str, *, dry: bool = False) -> bytes:
    """The document of the account that an auth token was attached to; the token is gone afterwards.

    Raises:
        NotFound: unknown, older than five minutes, not attached, or attached to an account of another Space.
        Forbidden: the account is blocked.
    """
    with transaction.atomic():
        row = queries.attached_auth_token(fetch.scope, token, since=dates.now() - AUTH_TOKEN_LIFETIME)
        _refuse_blocked(row)
        if dry:
            return b""
        content = _build(fetch, fetch.scope.space, row.account_id)
        if AuthToken.objects.filter(pk=row.token_id).delete()[0] != 1:
            raise NotFound
    return content


def usable_token(token: str) -> None:
    """Check that a token would provision now.

    Raises:
        NotFound: unknown, used or superseded.
        Gone: expired.
    """
    row = queries.current_token(token)
    if dates.expired(row.created_at, instance.current().app_provisioning_token_expiration_minutes):
        raise Gone


def _space_of(fetch: Fetch, domain: str) -> Space:
    space = fetch.scope.space
    return space if space.domain == domain else spaces.by_domain(domain)


def _build(fetch: Fetch, space: Space, account_id: int | None) -> bytes:
    base = fetch.base_url if space.pk == fetch.scope.space.pk else f"{fetch.scheme}://{space.host}"
    installed = hooks.provisioning(instance.current().flexiapi_config_dir)
    return document.build(
        queries.space_facts(space),
        queries.account_facts(account_id, space) if account_id is not None else None,
        contacts_url=f"{base}/contacts/vcard",
        hooks=installed,
        request_view=fetch.view() if installed is not None else None,
        carddav_twins=space.provisioning_carddav_twins,
        reg_proxy=space.provisioning_reg_proxy,
    )
