"""Deliveries: mail and SMS are written down in the transaction of their cause, and sent after it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Caller, Scope
from flexiapi.config.logging import event_log
from flexiapi.http.dates import now
from flexiapi.http.errors import Conflict
from flexiapi.spaces.models import Space

from . import catalogue, queries, queue
from .models import Delivery

MAIL, SMS = "mail", "sms"
KEPT: Final = timedelta(days=30)
_BATCH = 1000


def enqueue_mail(
    space: Space | None,
    *,
    template: str,
    to: str,
    context: Mapping[str, str | int | None],
    account: Account | None = None,
    locale: str | None = None,
    attachment: str | None = None,
) -> Delivery:
    """Write down a mail, inside the transaction of its cause; it leaves once that is committed.

    `space` chooses the mail server, the sender and the signature; None is the instance. `template` is a name
    of the catalogue, `context` holds its variables: what the recipient may see, nothing else. `account` adds
    the variables about an account. `locale` is the present language by default. `attachment` is a name in
    the storage of uploads; `attachment_name` and `attachment_type` in the context describe it.

    Raises:
        ValueError: no such mail, or its context lacks a variable or has an unknown one.
    """
    needed = catalogue.NEEDED.get(template)
    if needed is None:
        raise ValueError(f"no mail is called {template}")
    given = set(context)
    if not needed <= given <= needed | catalogue.OPTIONAL:
        raise ValueError(f"{template} takes {', '.join(sorted(needed))}; got {', '.join(sorted(given))}")
    return _enqueue(
        space,
        account=account,
        kind=MAIL,
        template=template,
        locale=_language(locale or translation.get_language()),
        recipient=to,
        payload={"context": dict(context)},
        attachment=attachment,
    )


def enqueue_sms(
    space: Space | None, *, to: str, text: str, account: Account | None = None, template: str = "validation"
) -> Delivery:
    """Write down an SMS, inside the transaction of its cause; it leaves once that is committed.

    `to` is a number in E.164, `text` one of `sms_texts`, `template` what it is called in lists.
    """
    return _enqueue(
        space, account=account, kind=SMS, template=template, locale="en", recipient=to, payload={"text": text}
    )


@transaction.atomic
def resend(scope: Scope, delivery_id: int, *, by: Caller) -> Delivery:
    """Send a delivery that failed or waits for its next attempt, now and with all attempts before it.

    Raises:
        NotFound: it does not exist or lies out of reach.
        Conflict: it was sent, so that its content is gone, or is being sent (409).
    """
    delivery = queries.delivery(scope, delivery_id)
    moment = now()
    changed = Delivery.objects.filter(pk=delivery.pk, state__in=("pending", "failed")).update(
        state="pending", attempts=0, next_attempt_at=moment, last_error=None, updated_at=moment
    )
    if not changed:
        raise Conflict("The message was sent already or is being sent")
    transaction.on_commit(lambda: queue.send_soon(delivery.pk))
    transaction.on_commit(lambda: event_log().record("message sent again", id=by.identifier, delivery_id=delivery.pk))
    return queries.delivery(scope, delivery_id)


def forget_old() -> int:
    """Remove the deliveries of more than 30 days ago, whatever became of them; returns how many."""
    removed, moment = 0, now()
    while ids := queries.older_than(KEPT, moment, _BATCH):
        removed += Delivery.objects.filter(pk__in=ids).delete()[0]
    return removed


def _enqueue(space: Space | None, *, account: Account | None, **columns: object) -> Delivery:
    delivery = Delivery.objects.create(
        space_id=space.pk if space else None,
        account_id=account.pk if account else None,
        next_attempt_at=now(),
        **columns,
    )
    transaction.on_commit(lambda: queue.send_soon(delivery.pk))
    return delivery


def _language(code: str | None) -> str:
    language = (code or "").replace("_", "-").lower()
    offered = dict(settings.LANGUAGES)
    return next((name for name in (language, language.partition("-")[0]) if name in offered), settings.LANGUAGE_CODE)
