"""Call forwardings: created, changed and removed while the account's row is locked.

`always` excludes `busy` and `no_answer`: two requests at once must not enable both sides, so what the input
checked is checked again under the lock.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.http.dates import now
from flexiapi.http.errors import Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.telephony import queries, rules
from flexiapi.telephony.models import CallForwarding
from flexiapi.telephony.serializers import ForwardingData


@transaction.atomic
def create_forwarding(account: Account, data: ForwardingData) -> CallForwarding:
    """Create a call forwarding.

    Raises:
        NotFound: the account was deleted meanwhile.
        Invalid: it has one of this type meanwhile, or one that excludes it.
    """
    accounts.held(account.pk)
    others = queries.forwardings(account)
    assert data.type is not None  # noqa: S101 - a required field of the input
    if any(other.type == data.type for other in others):
        raise Invalid({"type": [sentence("unique", "type")]})
    row = CallForwarding(account=account, type=data.type, created_at=now())
    return _write(account, row, data, others)


@transaction.atomic
def change_forwarding(account: Account, forwarding_id: int, data: ForwardingData) -> CallForwarding:
    """Replace target and state of a call forwarding; its type stays.

    Raises:
        NotFound: account or forwarding were deleted meanwhile.
        Invalid: one that excludes it was enabled meanwhile.
    """
    accounts.held(account.pk)
    rows = queries.forwardings(account)
    row = next((row for row in rows if row.pk == forwarding_id), None)
    if row is None:
        raise NotFound
    return _write(account, row, data, [other for other in rows if other.pk != forwarding_id])


@transaction.atomic
def replace_forwardings(account: Account, wanted: Mapping[str, ForwardingData]) -> None:
    """Set the forwardings of some types at once, as a form with a block for each type does.

    Raises:
        NotFound: the account was deleted meanwhile.
        Invalid: the enabled ones exclude each other.
    """
    accounts.held(account.pk)
    rows = {row.type: row for row in queries.forwardings(account)}
    planned = [
        CallForwarding(type=kind, enabled=wanted[kind].enabled if kind in wanted else rows[kind].enabled)
        for kind in {**rows, **wanted}
    ]
    for kind, data in wanted.items():
        others = [plan for plan in planned if plan.type != kind]
        row = rows.get(kind) or CallForwarding(account=account, type=kind, created_at=now())
        _write(account, row, data, others)


def remove_forwarding(account: Account, forwarding_id: int) -> int:
    """Remove a call forwarding; returns the number removed."""
    removed, _ = CallForwarding.objects.filter(account=account, pk=forwarding_id).delete()
    if removed:
        belongings.tell(account, "call forwarding", "removed")
    return removed


def _write(
    account: Account, row: CallForwarding, data: ForwardingData, others: Iterable[CallForwarding]
) -> CallForwarding:
    if data.enabled and not rules.exclusive(row.type, others):
        raise Invalid({"enabled": [sentence("forwarding", "enabled")]})
    row.forward_to, row.enabled = data.forward_to, data.enabled
    row.sip_uri, row.contact_id = data.sip_uri, data.contact_id
    row.updated_at = now()
    row.save()
    value = f"{row.forward_to} {row.sip_uri or row.contact_id or ''}".strip() if row.enabled else "off"
    belongings.tell(account, f"call forwarding {row.type}", value)
    return row
