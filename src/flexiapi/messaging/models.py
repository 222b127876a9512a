"""Mail and SMS on their way out."""

from django.db import models

from flexiapi.accounts.models import Account
from flexiapi.db.fields import CASCADE_IN_DATABASE, IndexedTimestamped, UnsignedBigAutoField
from flexiapi.spaces.models import Space

from .fields import SealedJSONField


class Delivery(IndexedTimestamped):
    """A message written in the transaction that causes it, sent in the background.

    `kind` is `mail` or `sms`; `state` goes from `pending` over `sending` to `sent` or `failed`.
    """

    id = UnsignedBigAutoField(primary_key=True)
    space = models.ForeignKey(Space, on_delete=CASCADE_IN_DATABASE, related_name="deliveries", null=True, default=None)
    account = models.ForeignKey(
        Account, on_delete=CASCADE_IN_DATABASE, related_name="deliveries", null=True, default=None
    )
    kind = models.CharField(max_length=8)
    template = models.CharField(max_length=64)
    locale = models.CharField(max_length=16)
    recipient = models.CharField(max_length=255)
    payload = SealedJSONField(default=dict)  # may hold codes and links: never logged, never shown
    attachment = models.CharField(max_length=255, null=True, default=None)
    state = models.CharField(max_length=8, default="pending", db_default="pending")
    attempts = models.SmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True, default=None)
    locked_until = models.DateTimeField(null=True, default=None)
    last_error = models.CharField(max_length=255, null=True, default=None)
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta:
        db_table = "deliveries"
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="deliveries_due_index"),
            models.Index(fields=["state", "locked_until"], name="deliveries_locked_index"),
        ]
