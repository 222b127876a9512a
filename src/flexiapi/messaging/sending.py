"""Sending what is due: a delivery is taken by a condition on its row, so that one process alone sends it.

The taker has a lease. When it dies, whoever finds the lease over takes the delivery again: a message that had
left already is then sent twice, with the same Message-ID, and none is lost.
"""

import enum
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from flexiapi.config.logging import event_log
from flexiapi.http.dates import now

from . import mail_gateways, queries, rendering, sms_gateways
from .models import Delivery
from .outcomes import LeaseLost, NotDelivered, Undeliverable, masked

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)
ATTEMPTS: Final = 12
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)
_BATCH = 200


class Outcome(enum.Enum):
    """What became of an attempt."""

    SENT = "sent"
    LATER = "later"  # the message is to blame, or nobody knows
    SERVER_DOWN = "server down"
    FAILED = "failed"
    SKIPPED = "skipped"  # not due, or somebody else has it


def deliver(delivery_id: int) -> Outcome:
    """Send a delivery if it is due and nobody else does.

    Must not run inside the transaction that wrote it: what was sent cannot be rolled back.
    """
    lease = _take(delivery_id)
    found = queries.complete(delivery_id) if lease is not None else None
    if lease is None or found is None:
        return Outcome.SKIPPED
    try:
        _hand_over(found, lease)
    except LeaseLost:
        log.warning("delivery %d was taken by somebody else", delivery_id)
        return Outcome.SKIPPED
    except Undeliverable as error:
        return _give_up(found, error.reason)
    except NotDelivered as error:
        return _postpone(found, error)
    _finish(found)
    return Outcome.SENT


def deliver_due(*, until: Callable[[], bool]) -> int:
    """Send everything that is due, until `until` says to stop; returns how many left.

    One message tells that a server is down; the others for it are left for the next time.
    """
    sent, down = 0, set[queries.Server]()
    while not until() and (batch := queries.due(now(), _BATCH, but=down)):
        outcomes = set[Outcome]()
        for delivery_id, server in batch:
            if until() or server in down:
                continue
            outcome = deliver(delivery_id)
            outcomes.add(outcome)
            sent += outcome is Outcome.SENT
            if outcome is Outcome.SERVER_DOWN:
                down.add(server)
        if outcomes <= {Outcome.SKIPPED}:
            break  # others are at work on the same deliveries
    return sent


def pause(attempts: int) -> timedelta:
    """How long to wait after an attempt: 30 s after the first, twice as long after each, 6 h at most."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << max(0, attempts - 1)))


class _Lease:
    """The right to send a delivery, until a moment that is written in its row."""

    def __init__(self, delivery_id: int, until: datetime) -> None:
        self._delivery_id = delivery_id
        self.until = until

    def renew(self) -> None:
        """Start the time anew.

        Raises:
            LeaseLost: it was over, and somebody else has taken the delivery.
        """
        until = _lease_end()
        row = {"pk": self._delivery_id, "state": "sending", "locked_until": self.until}
        if not Delivery.objects.filter(**row).update(locked_until=until):
            raise LeaseLost
        self.until = until


def _lease_end() -> datetime:
    return now() + LEASE


def _take(delivery_id: int) -> _Lease | None:
    moment, until = now(), _lease_end()
    due = Q(state="pending", next_attempt_at__lte=moment) | Q(state="sending", locked_until__lte=moment)
    taken = Delivery.objects.filter(due, pk=delivery_id, attempts__lt=ATTEMPTS).update(
        state="sending", locked_until=until, attempts=F("attempts") + 1, updated_at=moment
    )
    if taken:
        return _Lease(delivery_id, until)
    # A message that kills its sender each time ends here.
    Delivery.objects.filter(due, pk=delivery_id, attempts__gte=ATTEMPTS).update(
        state="failed", locked_until=None, next_attempt_at=None, updated_at=moment, last_error="given up"
    )
    return None


def _hand_over(delivery: Delivery, lease: _Lease) -> None:
    if not delivery.payload:
        raise Undeliverable("its contents cannot be read: APP_KEY has changed, APP_PREVIOUS_KEYS lacks the former one")
    if delivery.kind == "sms":
        sms = sms_gateways.Sms(recipient=delivery.recipient, text=str(delivery.payload["text"]))
        sms_gateways.gateway().send(sms, confirm=lease.renew)
        return
    own = queries.own_server(delivery)
    mail = rendering.mail(delivery, space=delivery.space, account=delivery.account, own=own)
    mail_gateways.gateway(own).send(mail, confirm=lease.renew)


def _finish(delivery: Delivery) -> None:
    """Keep what was sent to whom, without its content: codes and links are nobody's business any more."""
    moment = now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state="sent",
        sent_at=moment,
        updated_at=moment,
        locked_until=None,
        next_attempt_at=None,
        last_error=None,
        payload={},
        attachment=None,
    )
    log.info("%s %s sent to %s", delivery.kind, delivery.template, masked(delivery.recipient))
    _record(delivery, "sent")


def _postpone(delivery: Delivery, error: NotDelivered) -> Outcome:
    if delivery.attempts >= ATTEMPTS:
        return _give_up(delivery, error.reason)
    moment = now()
    following = moment + pause(delivery.attempts)
    Delivery.objects.filter(pk=delivery.pk, state="sending").update(
        state="pending",
        locked_until=None,
        next_attempt_at=following,
        last_error=error.reason,
        updated_at=moment,
    )
    log.warning(
        "%s %s to %s not sent (attempt %d): %s",
        *(delivery.kind, delivery.template, masked(delivery.recipient), delivery.attempts, error.reason),
    )
    return Outcome.SERVER_DOWN if error.server_down else Outcome.LATER


def _give_up(delivery: Delivery, reason: str) -> Outcome:
    Delivery.objects.filter(pk=delivery.pk, state="sending").update(
        state="failed", locked_until=None, next_attempt_at=None, last_error=reason, updated_at=now()
    )
    log.error("%s %s to %s failed: %s", delivery.kind, delivery.template, masked(delivery.recipient), reason)
    _record(delivery, "failed")
    return Outcome.FAILED


def _record(delivery: Delivery, became: str) -> None:
    account = delivery.account.identifier if delivery.account is not None else None
    kind = "SMS" if delivery.kind == "sms" else "mail"
    event_log().record(f"{kind} {became}", id=account, delivery_id=delivery.pk, template=delivery.template)
