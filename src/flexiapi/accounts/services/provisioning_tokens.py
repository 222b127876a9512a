"""Provisioning tokens: issued with an account and on request, consumed once."""

from collections.abc import Iterable

from django.db import transaction

from flexiapi.accounts import journal
from flexiapi.accounts.events import AccountEvent, AccountStateChanged, account_provisioned, account_state_changed
from flexiapi.accounts.models import Account, ProvisioningToken
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.db.statements import Statement
from flexiapi.http.dates import now

LENGTH = 13

_CONSUME = Statement(
    """UPDATE provisioning_tokens SET used = TRUE, updated_at = %(now)s, consumed_at = %(now)s,
              consumed_ip = %(ip)s, consumed_user_agent = %(agent)s
        WHERE id = %(id)s AND used = FALSE"""
)
_ACTIVATE = Statement(
    "UPDATE accounts SET activated = TRUE, updated_at = %(now)s WHERE id = %(id)s AND activated = FALSE"
)


def issue_token(account: Account, *, origin: Origin) -> ProvisioningToken:
    """Give an account a new token; all its earlier ones are dead from now on."""
    token = _token(account, origin)
    token.save(force_insert=True)
    return token


def issue_tokens(accounts: Iterable[Account], *, origin: Origin) -> None:
    """Give each of some accounts a new token."""
    ProvisioningToken.objects.bulk_create(_token(account, origin) for account in accounts)


def _token(account: Account, origin: Origin) -> ProvisioningToken:
    moment = now()
    return ProvisioningToken(
        account=account, token=random_text(LENGTH), created_at=moment, updated_at=moment, **origin.columns()
    )


@transaction.atomic
def provision(account: Account, *, by: Caller | None, origin: Origin) -> ProvisioningToken:
    """Issue a token on request."""
    token = issue_token(account, origin=origin)
    account_provisioned.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))
    return token


def consume(token_id: int, owner: AccountEvent) -> bool:
    """Use a token up and activate its owner: true for exactly one of all requests that try."""
    moment = now()
    taken = _CONSUME.execute(id=token_id, now=moment, ip=owner.origin.ip, agent=owner.origin.user_agent)
    if taken != 1:
        return False
    journal.record("provisioning token consumed", id=owner.identifier, ip=owner.origin.ip)
    if _ACTIVATE.execute(id=owner.account_id, now=moment):
        account_state_changed.announce(
            AccountStateChanged(
                owner.account_id, owner.username, owner.domain, None, owner.origin, activated=True, blocked=None
            )
        )
    return True
