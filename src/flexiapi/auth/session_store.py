"""Where portal sessions live: the database, under a hash of what the browser holds."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import IntegrityError, transaction

from flexiapi.config import instance
from flexiapi.http.dates import now

from . import queries
from .gate import hashed
from .models import PortalSession


class SessionStore(SessionBase):
    """Django's session interface over `portal_sessions`.

    The cookie's value is stored nowhere: rows are found by its SHA-256. `origin` (address, user agent) and
    `account_id` become columns of the row.
    """

    origin: tuple[str | None, str | None] = (None, None)

    def exists(self, session_key: str) -> bool:
        """Whether a session has this key."""
        return queries.session(hashed(session_key)) is not None

    def create(self) -> None:
        """Make a new, empty session."""
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Write the session; `must_create` refuses to overwrite one.

        Raises:
            UpdateError: the session was ended meanwhile.
        """
        if self.session_key is None:
            return self.create()
        data: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        moment = now()
        columns = {
            "session_data": self.encode(data),
            "expire_date": moment + timedelta(minutes=instance.current().session_lifetime),
            "account_id": data.get("account_id"),
            "ip": self.origin[0],
            "user_agent": self.origin[1],
            "last_seen_at": moment,
        }
        key = hashed(self.session_key)
        if must_create:
            try:
                with transaction.atomic():
                    PortalSession.objects.create(session_key=key, created_at=moment, **columns)
            except IntegrityError:
                return self.create()
        elif not PortalSession.objects.filter(session_key=key).update(**columns):
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        """End a session; its own when no key is given."""
        key = session_key or self.session_key
        if key is not None:
            PortalSession.objects.filter(session_key=hashed(key)).delete()

    def load(self) -> dict[str, Any]:
        """The session's data; empty when it was ended or has expired."""
        row = queries.session(hashed(self.session_key or ""))
        if row is None or row.expire_date <= now():
            self._session_key = None
            return {}
        self.last_seen_at = row.last_seen_at
        return dict(self.decode(row.session_data))

    @classmethod
    def clear_expired(cls) -> None:
        """Delete what has expired."""
        PortalSession.objects.filter(expire_date__lt=now()).delete()

    def rotate(self) -> Self:
        """Give the session a new key, as after every login; the old one is worth nothing from then on."""
        self.cycle_key()
        return self
