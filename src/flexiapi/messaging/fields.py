"""What a message holds, as its row keeps it."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from flexiapi.auth import seals

_PURPOSE = "contents of messages"
_SEALED = "sealed"


class SealedJSONField(models.JSONField):
    """A JSON object that the database holds sealed: who reads the database alone learns no code and no link.

    What cannot be opened, because `APP_KEY` was changed and the former key forgotten, reads as an empty object; rows
    from before contents were sealed are read as they are.
    """

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """The object as it is stored; an empty one has nothing to seal."""
        if isinstance(value, dict) and value:
            value = {_SEALED: seals.seal(_PURPOSE, json.dumps(value, separators=(",", ":")).encode())}
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """The object that was stored."""
        found = super().from_db_value(value, expression, connection)
        if not isinstance(found, dict) or found.keys() != {_SEALED}:
            return found
        opened = seals.opened(_PURPOSE, found[_SEALED])
        return {} if opened is None else json.loads(opened)
