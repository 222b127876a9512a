"""The cards of the dashboard that other rooms fill."""

from typing import Any

from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope


def of(account: Account, scope: Scope) -> dict[str, Any]:
    """The context of the cards: what there is of devices, voicemails, calls and forwardings."""
    return {}
