"""What follows here from changes elsewhere, after their commit."""

from flexiapi.accounts.events import AccountDeleted, account_deleted

from .services.forgetting import forget_received


def connect() -> None:
    """Connect all receivers."""
    account_deleted.connect(deleted)


def deleted(event: AccountDeleted) -> None:
    """An account is gone."""
    forget_received(event.username, event.domain)
