"""Tables of the furniture itself."""

from django.db import models

from .fields import ExactCharField


class Lock(models.Model):
    """A named lock, held by its owner until it expires; see `flexiapi.db.locks`."""

    name = ExactCharField(max_length=64, primary_key=True)
    owner = ExactCharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "locks"
