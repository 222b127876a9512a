"""The end of tokens and codes that nobody can use any more.

They stay for a month at least: the blocking of accounts and the pauses between two tokens of a device count them,
and administrators look at what an account was given.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from flexiapi.accounts import queries
from flexiapi.accounts.models import (
    AccountCreationRequestToken,
    AccountCreationToken,
    AccountRecoveryToken,
    EmailChangeCode,
    PhoneChangeCode,
    ProvisioningToken,
    RecoveryCode,
    RecoveryRequest,
    ResetPasswordEmailToken,
)
from flexiapi.config import instance
from flexiapi.http.dates import now

KEPT_DAYS = 30
_BATCH = 1000


def clear(*, stopping: Callable[[], bool] = lambda: False) -> int:
    """Delete what nobody can use any more, in batches; returns how many rows."""
    deleted = 0
    for rows in _dead():
        while (batch := list(rows.values_list("pk", flat=True)[:_BATCH])) and not stopping():
            deleted += rows.model._default_manager.filter(pk__in=batch).delete()[0]
    return deleted


def _dead() -> Iterator[QuerySet[Any]]:
    settings = instance.current()
    kept = max(
        KEPT_DAYS * 24 * 60,
        settings.blocking_time_period_check,
        settings.app_api_account_creation_token_retry_minutes,
        settings.app_api_account_recovery_token_retry_minutes,
    )
    for kind, minutes in (
        (ProvisioningToken, settings.app_provisioning_token_expiration_minutes),
        (RecoveryRequest, settings.app_recovery_code_expiration_minutes),
        (RecoveryCode, settings.app_recovery_code_expiration_minutes),
        (PhoneChangeCode, settings.app_phone_change_code_expiration_minutes),
        (EmailChangeCode, settings.app_email_change_code_expiration_minutes),
        (ResetPasswordEmailToken, settings.app_reset_password_email_token_expiration_minutes),
        (AccountRecoveryToken, settings.app_account_recovery_token_expiration_minutes),
        (AccountCreationToken, settings.app_account_creation_token_expiration_minutes),
        (AccountCreationRequestToken, int(queries.REQUEST_TOKEN_LIFETIME.total_seconds() / 60)),
    ):
        before = now() - timedelta(minutes=max(kept, minutes))
        yield kind.dead(before, expired=minutes > 0)
