"""Reads that only pages need."""

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space


def login_account(space: Space, name: str, phone: str | None) -> Account | None:
    """The account of a Space with this username, else with this phone (E.164)."""
    rows = Account.objects.filter(space__domain=space.domain)
    found = rows.filter(username=name.lower()).first()
    if found is None and phone is not None:
        found = rows.filter(phone=phone).first()
    return found


def activated_accounts(space: Space) -> int:
    """How many accounts of a Space are activated."""
    return Account.objects.filter(space__domain=space.domain, activated=True).count()


def is_fresh(space: Space) -> bool:
    """Whether nobody but administrators has an account yet."""
    return not Account.objects.filter(space__domain=space.domain, admin=False).exists()
