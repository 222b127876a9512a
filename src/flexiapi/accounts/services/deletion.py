"""The deletion of accounts, the same on every path."""

from django.db import transaction
from django.db.models import Q

from flexiapi.accounts import queries
from flexiapi.accounts.events import AccountDeleted, account_deleted
from flexiapi.accounts.models import Account, Tombstone
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http.dates import now
from flexiapi.statistics.models import Call, ConferenceEvent, Message


@transaction.atomic
def delete_account(account: Account, *, by: Caller | None, origin: Origin, tombstone: bool = True) -> None:
    """Delete an account with everything that hangs on it; one that is gone already is left alone.

    The database cascades to its rows. Its username stays reserved by a tombstone; the statistics of what
    it sent go too; uploads, the bridge and hooks learn of it after the commit.
    """
    columns = queries.columns(account.pk)
    if columns is None:
        return
    external = queries.external_account(account)
    files = queries.files(account)
    if tombstone:
        moment = now()
        Tombstone.objects.get_or_create(
            username=account.username,
            domain=account.domain,
            defaults={"created_at": moment, "updated_at": moment},
        )
    sent = Q(from_username=account.username, from_domain=account.domain)
    Call.objects.filter(sent).delete()
    Message.objects.filter(sent).delete()
    ConferenceEvent.objects.filter(participant_username=account.username, participant_domain=account.domain).delete()
    Account.objects.filter(pk=account.pk).delete()
    account_deleted.announce(
        AccountDeleted(account.pk, account.username, account.domain, by, origin, external, files, columns)
    )
