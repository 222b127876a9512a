"""Conferences as their server reports them, with what happens to participants and their devices."""

from datetime import datetime
from typing import NamedTuple

from flexiapi.db.insertions import Insertion
from flexiapi.db.statements import Statement
from flexiapi.http import dates
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound
from flexiapi.statistics import documents
from flexiapi.statistics.documents import Document
from flexiapi.statistics.reports import DeviceEvent, End, NewConference, ParticipantEvent

from .storing import parts, stored_key, storing, unknown

_CONFERENCE = Insertion(
    "statistics_conferences (id, started_at, ended_at, schedule, created_at, updated_at)",
    "VALUES (%(id)s, %(started_at)s, %(ended_at)s, %(schedule)s, %(now)s, %(now)s)",
)
_END = Statement("UPDATE statistics_conferences SET ended_at = %(ended_at)s, updated_at = %(now)s WHERE id = %(id)s")
_EVENT = Insertion(
    """statistics_conference_events (conference_id, participant_username, participant_domain, device_id, type, at,
                                     created_at, updated_at)""",
    """SELECT c.id, %(username)s, %(domain)s, %(device)s, %(type)s, %(at)s, %(now)s, %(now)s
         FROM statistics_conferences c WHERE c.id = %(conference)s""",
)


class _Conference(NamedTuple):
    started_at: datetime
    ended_at: datetime | None
    schedule: str | None


_ONE = Statement("SELECT started_at, ended_at, schedule FROM statistics_conferences WHERE id = %(id)s", _Conference)


def record_conference(conference: NewConference) -> None:
    """Store a conference; a known id keeps what is stored.

    Raises:
        NotStored: the database refused (400).
    """
    with storing("conference", conference.id):
        _CONFERENCE.execute(
            id=conference.id,
            started_at=conference.started_at,
            ended_at=conference.ended_at,
            schedule=conference.schedule,
            now=now(),
        )


def end_conference(conference_id: str, end: End) -> Document:
    """Store the end of a conference; returns the conference.

    Raises:
        NotFound: the conference is unknown.
        NotStored: the database refused (400).
    """
    with storing("conference", conference_id):
        if not _END.execute(id=conference_id, ended_at=end.ended_at, now=now()):
            raise NotFound
        found = _ONE.one(id=conference_id)
    if found is None:
        raise NotFound
    return {
        "id": conference_id,
        "created_at": dates.wire(found.started_at),
        "ended_at": dates.wire(found.ended_at),
        "schedule": found.schedule,
    }


def record_event(
    conference_id: str, participant: str, event: ParticipantEvent | DeviceEvent, *, device: str | None = None
) -> Document:
    """Store an event of a participant, or of one of its devices; returns its document.

    Raises:
        NotStored: the conference is unknown, or the database refused (400).
    """
    username, domain = parts(participant)
    values = {
        "conference": conference_id,
        "username": username,
        "domain": domain,
        "device": None if device is None else stored_key(device),
        "type": event.type,
        "at": event.at,
        "now": now(),
    }
    with storing("conference", conference_id):
        new_id = _EVENT.new_id(**values)
    if new_id is None:
        raise unknown("conference", conference_id)
    return documents.conference_event(new_id, values)
