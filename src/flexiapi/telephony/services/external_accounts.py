"""External accounts, and the notices by which Flexisip's B2BUA learns of them.

A notice asks the B2BUA to read the row again; it removes its account when there is none. So notices are sent
after the commit, and a rename needs two: the old address with an id that no row has, then the new one.
"""

import logging
from collections.abc import Mapping

import msgspec
from django.db import IntegrityError, transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.events import AccountDeleted
from flexiapi.accounts.services import belongings
from flexiapi.auth import digest
from flexiapi.auth.scope import Scope
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid
from flexiapi.http.messages import sentence
from flexiapi.telephony import queries, registrar
from flexiapi.telephony.models import ExternalAccount
from flexiapi.telephony.serializers import ExternalAccountData

log = logging.getLogger(__name__)

CHANNEL = "flexisip/B2BUA/account"
_ALGORITHM = "MD5"
_NO_ROW = "0"


@transaction.atomic
def set_external_account(scope: Scope, account_id: int, data: ExternalAccountData) -> tuple[ExternalAccount, bool]:
    """Create or replace the external account of an account; the second value says whether it is new.

    The stored HA1 holds the realm, or the domain where there is none: it cannot be kept when that changes.

    Raises:
        NotFound: no such account within reach.
        Invalid: the password is needed and missing, or the address was taken meanwhile.
    """
    account = accounts.locked(scope, account_id)
    row = ExternalAccount.objects.select_for_update().filter(account=account).first()
    if not data.password and (row is None or _needs_password(row, data)):
        raise Invalid({"password": [sentence("required", "password")]})
    created = row is None
    row = row or ExternalAccount(account=account, algorithm=_ALGORITHM, created_at=now())
    former = None if created else (row.username, row.domain)
    _write(row, data)
    if not data.password and former is not None and former[0] != data.username:
        log.warning("External account %d was renamed without a password: its HA1 is that of the old name", row.pk)
    row.updated_at = now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid({"username": [sentence("unique", "username")]}) from None
    if former is not None and former != (row.username, row.domain):
        _announce(*former, _NO_ROW)
    _announce(row.username, row.domain, str(row.pk))
    belongings.tell(account, "external account", f"{row.username}@{row.domain}")
    return row, created


@transaction.atomic
def add_external_accounts(chosen: Mapping[int, ExternalAccountData]) -> None:
    """Give new accounts (by id) their external accounts.

    Raises:
        Invalid: an address was taken meanwhile.
    """
    moment = now()
    rows = []
    for account_id, data in chosen.items():
        row = ExternalAccount(account_id=account_id, algorithm=_ALGORITHM, created_at=moment, updated_at=moment)
        _write(row, data)
        rows.append(row)
    try:
        with transaction.atomic():
            ExternalAccount.objects.bulk_create(rows)
    except IntegrityError:
        raise Invalid({"username": [sentence("unique", "username")]}) from None
    for row in queries.external_accounts(list(chosen)):
        _announce(row.username, row.domain, str(row.pk))


@transaction.atomic
def remove_external_account(scope: Scope, account_id: int) -> bool:
    """Remove the external account of an account; true when there was one.

    Raises:
        NotFound: no such account within reach.
    """
    account = accounts.locked(scope, account_id)
    row = ExternalAccount.objects.select_for_update().filter(account=account).first()
    if row is None:
        return False
    identifier = str(row.pk)
    row.delete()
    _announce(row.username, row.domain, identifier)
    belongings.tell(account, "external account", "removed")
    return True


def announce_deleted(event: AccountDeleted) -> None:
    """Tell the B2BUA that the external account of a deleted account is gone with it."""
    if event.external_account is not None:
        identifier, username, domain = event.external_account
        _publish(username, domain, str(identifier))


def _write(row: ExternalAccount, data: ExternalAccountData) -> None:
    for field in ("username", "domain", "realm", "registrar", "outbound_proxy", "protocol"):
        setattr(row, field, getattr(data, field))
    if data.password:
        row.algorithm = _ALGORITHM
        row.password = digest.ha1(_ALGORITHM, data.username, data.realm or data.domain, data.password)


def _needs_password(row: ExternalAccount, data: ExternalAccountData) -> bool:
    return row.domain != data.domain or (row.realm or row.domain) != (data.realm or data.domain)


def _announce(username: str, domain: str, identifier: str) -> None:
    transaction.on_commit(lambda: _publish(username, domain, identifier))


def _publish(username: str, domain: str, identifier: str) -> None:
    notice = {"username": username, "domain": domain, "identifier": identifier}
    registrar.tell(CHANNEL, msgspec.json.encode(notice).decode())
