"""Tables of the operation as a whole."""

from django.db import models
from django.utils import timezone

from flexiapi.db.fields import ExactCharField, UnsignedBigAutoField


class AuditRecord(models.Model):
    """Something relevant to security that happened; it outlives the account and the Space that it is about.

    `space` is the SIP domain of what it is about. `before` and `after` hold JSON objects, never a secret.
    """

    id = UnsignedBigAutoField(primary_key=True)
    space = ExactCharField(max_length=255, null=True, default=None)
    action = ExactCharField(max_length=64)
    actor_id = models.BigIntegerField(null=True, default=None)
    actor = ExactCharField(max_length=320, null=True, default=None)
    method = ExactCharField(max_length=16, null=True, default=None)
    object_id = models.BigIntegerField(null=True, default=None)
    object = ExactCharField(max_length=320, null=True, default=None)
    before = models.TextField(null=True, default=None)
    after = models.TextField(null=True, default=None)
    ip = models.CharField(max_length=45, null=True, default=None)
    user_agent = models.CharField(max_length=255, null=True, default=None)
    request_id = ExactCharField(max_length=64, null=True, default=None)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "audit_records"
        indexes = [models.Index(fields=["space", "created_at"], name="audit_records_space_index")]
