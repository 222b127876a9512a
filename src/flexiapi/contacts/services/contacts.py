"""Contacts that administrators give to accounts."""

from django.db import transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.services import belongings
from flexiapi.auth.scope import Origin, Scope
from flexiapi.contacts import queries
from flexiapi.contacts.events import ContactEvent, contact_added, contact_removed
from flexiapi.contacts.models import Contact
from flexiapi.http.errors import NotFound


@transaction.atomic
def add_contact(scope: Scope, account_id: int, contact_id: int, *, origin: Origin) -> None:
    """Add an account to another one's contacts; adding it again changes nothing.

    Raises:
        NotFound: one of them does not exist or lies out of reach.
    """
    # Both in one order, so that two administrators who add A to B and B to A do not wait for each other.
    rows = accounts.visible(scope).filter(pk__in=(account_id, contact_id)).order_by("pk").select_for_update()
    found = {row.pk: row for row in rows}
    if account_id not in found or contact_id not in found:
        raise NotFound
    _, added = Contact.objects.get_or_create(account_id=account_id, contact_id=contact_id)
    if added:
        belongings.tell(found[account_id], "contact", found[contact_id].identifier)
        contact_added.announce(_event(scope, found[account_id], found[contact_id], origin))


@transaction.atomic
def remove_contact(scope: Scope, account_id: int, contact_id: int, *, origin: Origin) -> None:
    """Take an account away from another one's contacts.

    Raises:
        NotFound: no such account, or it has no such contact.
    """
    account = accounts.account(scope, account_id)
    contact = queries.direct_contact(scope, account, contact_id)
    if not Contact.objects.filter(account_id=account_id, contact_id=contact_id).delete()[0]:
        raise NotFound
    belongings.tell(account, "contact", f"{contact.identifier} removed")
    contact_removed.announce(_event(scope, account, contact, origin))


def _event(scope: Scope, account: Account, contact: Account, origin: Origin) -> ContactEvent:
    return ContactEvent(
        account.pk, account.username, account.domain, scope.caller, origin, contact.pk, contact.identifier
    )
