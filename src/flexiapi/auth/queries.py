"""Reads of credentials."""

from datetime import datetime, timedelta

from flexiapi.http.dates import now
from flexiapi.spaces.models import Space

from .models import ApiKey, AuthToken

AUTH_TOKEN_LIFETIME = timedelta(minutes=5)


def attached_token(space: Space, token: str, *, since: datetime) -> AuthToken | None:
    """A token made after `since` that was attached to an account of a Space, with that account."""
    rows = AuthToken.objects.select_related("account")
    return rows.filter(token=token, created_at__gt=since, account__space__domain=space.domain).first()


def living_token(token: str) -> AuthToken | None:
    """A token that is not older than five minutes, attached or not."""
    rows = AuthToken.objects.select_related("account")
    return rows.filter(token=token[:64], created_at__gt=now() - AUTH_TOKEN_LIFETIME).first()


def overdue_managed_keys(moment: datetime) -> list[ApiKey]:
    """The managed keys that were not used within their idle time, with their accounts."""
    keys = ApiKey.objects.filter(expires_after_last_used_minutes__gt=0).select_related("account").order_by("id")
    return [
        key
        for key in keys.iterator()
        if key.last_used_at + timedelta(minutes=key.expires_after_last_used_minutes or 0) < moment
    ]
