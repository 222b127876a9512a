"""Reads of credentials."""

from datetime import datetime

from flexiapi.spaces.models import Space

from .models import AuthToken


def attached_token(space: Space, token: str, *, since: datetime) -> AuthToken | None:
    """A token made after `since` that was attached to an account of a Space, with that account."""
    rows = AuthToken.objects.select_related("account")
    return rows.filter(token=token, created_at__gt=since, account__domain=space.domain).first()
