"""What happened around an account: its key, tokens and codes, without the secrets that are alive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now

from . import queries

_HIDDEN = "••••"


@dataclass(frozen=True, slots=True)
class Happening:
    """One key, token or code; `spent` ones are used up or too old."""

    created_at: datetime | None
    address: str | None
    used_at: datetime | None
    ip: str | None
    user_agent: str | None
    secret: str
    spent: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything of one kind, the newest first."""

    title: str
    rows: Sequence[Happening]


def of(account: Account) -> list[Kind]:
    """What there is, by kind."""
    settings = instance.current()
    phone_minutes = settings.app_phone_change_code_expiration_minutes
    email_minutes = settings.app_email_change_code_expiration_minutes
    kinds = [
        Kind(_("API key"), [_key(row) for row in queries.activity(account.api_keys, personal=True)]),
        _tokens(_("Account creation"), account.account_creation_tokens, 0, _ending),
        _tokens(
            _("Recovery tokens"),
            account.account_recovery_tokens,
            settings.app_account_recovery_token_expiration_minutes,
            _ending,
        ),
        _codes(_("Recovery codes"), account.recovery_codes, settings.app_recovery_code_expiration_minutes),
        _codes(
            _("Changes of the phone number"),
            account.phone_change_codes,
            phone_minutes,
        ),
        _codes(
            _("Changes of the e-mail address"),
            account.email_change_codes,
            email_minutes,
        ),
        _tokens(
            _("Setup links"),
            account.provisioning_tokens,
            settings.app_provisioning_token_expiration_minutes,
            lambda row: row.token or _HIDDEN,
            newest_counts=True,
        ),
        _tokens(
            _("Password mails"),
            account.reset_password_email_tokens,
            settings.app_reset_password_email_token_expiration_minutes,
            lambda row: _HIDDEN,
        ),
    ]
    return [kind for kind in kinds if kind.rows]


def _key(row: Any) -> Happening:
    return Happening(row.created_at, None, row.last_used_at, row.ip, None, _HIDDEN, spent=False)


def _tokens(title: str, rows: Any, minutes: int, shown: Callable[[Any], str], *, newest_counts: bool = False) -> Kind:
    """Tokens; `newest_counts` says that each ends the ones before it."""
    found = queries.activity(rows)
    return Kind(
        title,
        [
            Happening(
                row.created_at,
                getattr(row, "email", None),
                row.updated_at if row.used else None,
                row.ip,
                row.user_agent,
                shown(row),
                spent=row.used or row.expired(now(), minutes) or (newest_counts and row is not found[0]),
            )
            for row in found
        ],
    )


def _codes(title: str, rows: Any, minutes: int) -> Kind:
    found = queries.activity(rows)
    return Kind(
        title,
        [
            Happening(
                row.created_at,
                getattr(row, "phone", None) or getattr(row, "email", None),
                row.updated_at if row.code is None else None,
                row.ip,
                row.user_agent,
                _HIDDEN,
                spent=row.code is None or row.expired(now(), minutes),
            )
            for row in found
        ],
    )


def _ending(row: Any) -> str:
    """The last four characters, by which a token is told apart and not used."""
    return f"…{row.token[-4:]}"
