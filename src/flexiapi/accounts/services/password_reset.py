"""New passwords by the link of a mail."""

from django.db import transaction

from flexiapi.accounts import queries
from flexiapi.accounts.models import ResetPasswordEmailToken
from flexiapi.auth.gate import hashed
from flexiapi.auth.scope import Origin
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.http.errors import Forbidden, NotFound
from flexiapi.spaces.models import Space

from . import passwords


def usable_token(space: Space, token: str) -> ResetPasswordEmailToken:
    """A reset token of an account of this Space, as its link presents it.

    Raises:
        NotFound: unknown, or the account's address has changed since.
        Forbidden: it was used or has expired.
    """
    found = queries.reset_token(hashed(token))
    if found is None or found.account.domain != space.domain or found.account.email != found.email:
        raise NotFound
    if found.used or found.expired(now(), instance.current().app_reset_password_email_token_expiration_minutes):
        raise Forbidden("Token expired")
    return found


@transaction.atomic
def reset(space: Space, token: str, password: str, *, origin: Origin) -> None:
    """Set a password by a reset token, which is used up with all others of the account.

    Every way in that the old password opened ends.

    Raises:
        NotFound: unknown.
        Forbidden: used, perhaps by a request that was faster, or expired.
    """
    found = usable_token(space, token)
    account = queries.held(found.account_id)
    moment = now()
    if ResetPasswordEmailToken.objects.filter(pk=found.pk, used=False).update(used=True, updated_at=moment) != 1:
        raise Forbidden("Token expired")
    ResetPasswordEmailToken.objects.filter(account_id=account.pk).update(used=True, updated_at=moment)
    passwords.replace_password(account, password, space=space, by=None, origin=origin)
