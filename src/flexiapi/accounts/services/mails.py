"""Mails that an administrator sends to an account."""

from math import ceil

from django.db import transaction

from flexiapi.accounts import journal, queries
from flexiapi.accounts.events import AccountEvent, account_mailed
from flexiapi.accounts.models import Account, ResetPasswordEmailToken
from flexiapi.auth.gate import hashed
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden
from flexiapi.messaging import services as messaging
from flexiapi.provisioning.models import Wizard

from . import provisioning_tokens

_WIZARD_LENGTH = 8
_RESET_LENGTH = 16


@transaction.atomic
def send_provisioning(account: Account, *, base_url: str, by: Caller | None, origin: Origin) -> None:
    """Mail an account the link of a new wizard and the QR code of a new provisioning token.

    `base_url` is that of the account's own Space.

    Raises:
        Forbidden: it has no address.
    """
    if not account.email:
        raise Forbidden("No email configured")
    token = provisioning_tokens.issue_token(account, origin=origin).token
    moment = now()
    wizard = Wizard.objects.create(
        token=random_text(_WIZARD_LENGTH),
        account=account,
        provisioning_account=account,
        created_at=moment,
        updated_at=moment,
    )
    messaging.enqueue_mail(
        queries.space_of(account),
        template="provisioning",
        to=account.email,
        account=account,
        context={
            "wizard_url": f"{base_url}/wizard/{wizard.token}",
            "provisioning_url": f"{base_url}/provisioning/{token}",
            "provisioning_qrcode_url": f"{base_url}/provisioning/qrcode/{token}",
        },
    )
    journal.record("provisioning mail sent", id=account.identifier, by=by.identifier if by else None, ip=origin.ip)
    account_mailed.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))


@transaction.atomic
def send_password_reset(account: Account, *, base_url: str, by: Caller | None, origin: Origin) -> None:
    """Mail an account a link that sets a new password; only the token's hash is stored.

    `base_url` is that of the account's own Space.

    Raises:
        Forbidden: it has no address.
    """
    if not account.email:
        raise Forbidden("No email configured")
    token, moment = random_text(_RESET_LENGTH), now()
    ResetPasswordEmailToken.objects.create(
        account=account,
        token=hashed(token),
        email=account.email,
        created_at=moment,
        updated_at=moment,
        **origin.columns(),
    )
    minutes = instance.current().app_reset_password_email_token_expiration_minutes
    messaging.enqueue_mail(
        queries.space_of(account),
        template="reset_password",
        to=account.email,
        account=account,
        context={"reset_password_url": f"{base_url}/reset_password/{token}", "expiration_hours": ceil(minutes / 60)},
    )
    journal.record("password reset mail sent", id=account.identifier, by=by.identifier if by else None, ip=origin.ip)
    account_mailed.announce(AccountEvent(account.pk, account.username, account.domain, by, origin))
