"""Voicemails and other uploads: the place for one, its upload, and the removal of row and file."""

import itertools
import logging
import secrets
import time
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from flexiapi.accounts.events import AccountDeleted
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.auth.keys import random_text
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid, NotFound, Unavailable
from flexiapi.http.messages import sentence
from flexiapi.telephony import queries, storage
from flexiapi.telephony.models import AccountFile
from flexiapi.telephony.serializers import SlotData
from flexiapi.telephony.uploads import KINDS, Upload

log = logging.getLogger(__name__)

_BATCH = 500


def create_slot(account: Account, data: SlotData) -> AccountFile:
    """Make a place for a recording of an account."""
    moment = now()
    return AccountFile.objects.create(
        id=str(_uuid7()),
        account=account,
        content_type=data.content_type,
        sip_from=data.sip_from,
        created_at=moment,
        updated_at=moment,
    )


@transaction.atomic
def fill_slot(file_id: str, upload: Upload) -> AccountFile:
    """Keep an upload in its place, once.

    The row is locked meanwhile: of two uploads at once the second finds the place filled, and a removal waits.

    Raises:
        NotFound: the place was filled or removed meanwhile.
        Invalid: the content is not of the declared kind (422).
        Unavailable: the storage does not work (503).
    """
    row = AccountFile.objects.select_for_update().filter(pk=file_id, uploaded_at__isnull=True).first()
    if row is None:
        raise NotFound
    if upload.kind is None or KINDS.get(row.content_type) != upload.kind:
        raise Invalid({"file": [sentence("audio_mime", "file")]})
    row.name = f"{random_text(8)}_{upload.name}"
    row.size = upload.size
    row.uploaded_at = row.updated_at = now()
    row.save()
    try:
        storage.store(row.pk, upload.path)
    except storage.Failure:
        log.exception("The upload %s could not be kept", file_id)
        raise Unavailable("The file cannot be stored for now") from None
    return row


@transaction.atomic
def remove_file(account: Account, file_id: str) -> int:
    """Remove an upload of an account, its file after the commit; returns the number removed."""
    removed = _remove(AccountFile.objects.select_for_update().filter(account=account, pk=file_id))
    if removed:
        belongings.tell(account, "voicemail", f"{file_id} removed")
    return removed


def clear_older_than(days: int) -> int:
    """Remove the files that were created more than `days` days ago; returns how many rows that were."""
    removed = 0
    while ids := list(queries.files_older_than(days).values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            removed += _remove(AccountFile.objects.select_for_update().filter(pk__in=ids))
    return removed


def clear_leftovers(days: int) -> int:
    """Remove what crashes left: temporary files, and stored files without a row; returns how many.

    A file without a row goes when it is older than `days` only, as its row would have: rows may be on their
    way (an import, a restored backup).
    """
    removed = storage.clear_temporary()
    try:
        for batch in _batches(storage.stored_before(now() - timedelta(days=days))):
            orphans = set(batch) - queries.known_files(batch)
            _remove_stored([(orphan, orphan) for orphan in orphans])
            removed += len(orphans)
    except storage.Failure:
        log.exception("The stored files cannot be listed")
    return removed


def remove_files_of(event: AccountDeleted) -> None:
    """Remove the uploads of a deleted account from the storage; the rows went with it."""
    _remove_stored([(file_id, None) for file_id in event.files])


def _remove(rows: Iterable[AccountFile]) -> int:
    found = [(row.pk, row.name) for row in rows]
    removed, _ = AccountFile.objects.filter(pk__in=[file_id for file_id, _ in found]).delete()
    transaction.on_commit(lambda: _remove_stored(found))
    return removed


def _remove_stored(files: Iterable[tuple[str, str | None]]) -> None:
    for file_id, name in files:
        try:
            storage.remove(file_id, name)
        except storage.Failure:
            log.exception("The file %s could not be removed; the daily clearing tries again", file_id)


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    remaining = iter(ids)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch


def _uuid7() -> uuid.UUID:
    """A UUID of version 7: milliseconds since 1970, then random bits (RFC 9562 §5.7)."""
    number = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=number & ~(0x3 << 62) | 2 << 62)
