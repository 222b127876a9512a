"""Provisioning tokens: issued with an account and on request, consumed once."""

from django.db import transaction

from flexiapi.accounts.events import AccountEvent, account_provisioned
from flexiapi.accounts.models import Account, ProvisioningToken
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.dates import now

LENGTH = 13


def issue_token(account: Account, *, origin: Origin) -> ProvisioningToken:
    """Give an account a new token; all its earlier ones are dead from now on."""
    moment = now()
    return ProvisioningToken.objects.create(
        account=account, token=random_text(LENGTH), created_at=moment, updated_at=moment, **origin.columns()
    )


@transaction.atomic
def provision(account: Account, *, by: Caller | None, origin: Origin) -> ProvisioningToken:
    """Issue a token on request."""
    token = issue_token(account, origin=origin)
    account_provisioned.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))
    return token


def consume(token: ProvisioningToken, *, origin: Origin) -> bool:
    """Take a token: true for exactly one of all requests that try."""
    moment = now()
    taken = ProvisioningToken.objects.filter(pk=token.pk, used=False).update(
        used=True,
        updated_at=moment,
        consumed_at=moment,
        consumed_ip=origin.ip,
        consumed_user_agent=origin.user_agent,
    )
    return taken == 1
