"""What the services of other rooms tell of things that belong to an account."""

from flexiapi.accounts.events import BelongingChanged, belonging_changed
from flexiapi.accounts.models import Account


def tell(account: Account, what: str, value: object) -> None:
    """Announce, after the commit, that something of an account was set to a value, or `removed`; no secrets here."""
    belonging_changed.announce(BelongingChanged(account.pk, account.identifier, account.domain, what, str(value)))
