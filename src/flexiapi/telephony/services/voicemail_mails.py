"""New voicemails are mailed to their owners, once."""

import enum
import logging
from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.messaging import services as messaging
from flexiapi.telephony import queries, storage
from flexiapi.telephony.models import AccountFile

log = logging.getLogger(__name__)

_NOBODY = "anonymous"


class Outcome(enum.Enum):
    """What became of one recording."""

    SENT = "sent"
    FAILED = "failed"


class Mailed(NamedTuple):
    """A recording, its owner's address (`user@domain`) and what became of it."""

    file_id: str
    owner: str
    outcome: Outcome


def mail_voicemails(tryouts: int = queries.TRYOUTS) -> Iterator[Mailed]:
    """Mail the recordings that wait for it, one after the other; gives what became of each.

    A recording that failed `tryouts` times is left alone.
    """
    for file_id in queries.voicemails_to_mail(tryouts):
        if _claim(file_id):
            file = queries.file(file_id)
            if file is not None and file.account is not None and file.account.email:
                yield Mailed(file_id, file.account.identifier, _mail(file, file.account, file.account.email))


def _claim(file_id: str) -> bool:
    """Take a recording: of all runs at once one gets it, for ten minutes."""
    free = queries.free_to_mail()
    taken = AccountFile.objects.filter(free, pk=file_id, sent_by_mail_at__isnull=True).update(sending_by_mail_at=now())
    return taken == 1


def _mail(file: AccountFile, account: Account, address: str) -> Outcome:
    try:
        place = storage.place(file.pk, file.name)
    except storage.Failure:
        log.exception("The storage does not answer for the voicemail %s", file.pk)
        place = None
    if place is None:
        AccountFile.objects.filter(pk=file.pk).update(
            sending_by_mail_tryouts=F("sending_by_mail_tryouts") + 1, sending_by_mail_at=None, updated_at=now()
        )
        return Outcome.FAILED
    with transaction.atomic():
        moment = now()
        AccountFile.objects.filter(pk=file.pk).update(sent_by_mail_at=moment, updated_at=moment)
        messaging.enqueue_mail(
            queries.space_of_file(file),
            template="voicemail",
            to=address,
            account=account,
            locale="en",
            context={
                "sip_from": file.sip_from or _NOBODY,
                "recorded_at": f"{file.created_at:%Y-%m-%d %H:%M:%S}" if file.created_at else "",
                "attachment_name": file.name or file.pk,
                "attachment_type": file.content_type,
            },
            attachment=place,
        )
    return Outcome.SENT
