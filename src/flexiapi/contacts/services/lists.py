"""Contacts lists of a Space: their texts, who is in them, who sees them."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.services import belongings
from flexiapi.auth.scope import Scope
from flexiapi.contacts import queries
from flexiapi.contacts.events import ListChanged, list_changed, list_created, list_deleted
from flexiapi.contacts.models import ContactsList, ContactsListMember, ContactsListViewer
from flexiapi.contacts.serializers import ListTexts
from flexiapi.http.errors import Forbidden, Invalid, NotFound
from flexiapi.http.messages import sentence
from flexiapi.spaces.models import Space


@transaction.atomic
def create_list(space: Space, texts: ListTexts) -> ContactsList:
    """Create an empty list.

    Raises:
        Invalid: the title was taken meanwhile.
    """
    made = _save(ContactsList(space_id=space.pk, title=texts.title, description=texts.description))
    list_created.announce(ListChanged(made.pk, space.domain, made.title))
    return made


@transaction.atomic
def change_list(space: Space, list_id: int, texts: ListTexts) -> ContactsList:
    """Replace the texts of a list.

    Raises:
        NotFound: the Space has no such list.
        Invalid: the title was taken meanwhile.
    """
    found = _locked(space.pk, list_id)
    former = found.title, found.description
    found.title, found.description = texts.title, texts.description
    _save(found)
    pairs = zip(("title", "description"), zip(former, (texts.title, texts.description), strict=True), strict=True)
    _changed(space, found, **{name: values for name, values in pairs if values[0] != values[1]})
    return found


@transaction.atomic
def delete_list(space: Space, list_id: int) -> int:
    """Delete a list; its members and viewers stay accounts. Returns how many lists that were: 1 or 0."""
    found = ContactsList.objects.select_for_update().filter(space_id=space.pk, pk=list_id).first()
    if found is None:
        return 0
    gone = ListChanged(found.pk, space.domain, found.title)
    found.delete()
    list_deleted.announce(gone)
    return 1


@transaction.atomic
def add_member(scope: Scope, space: Space, list_id: int, contact_id: int) -> None:
    """Put an account into a list; once more changes nothing.

    Raises:
        NotFound: no such list in the Space, or no such account within reach.
    """
    contact = accounts.locked(scope, contact_id)
    found = _locked(space.pk, list_id)
    _, added = ContactsListMember.objects.get_or_create(contacts_list=found, contact=contact)
    if added:
        _changed(space, found, members=(None, [contact.pk]))


@transaction.atomic
def add_members(scope: Scope, space: Space, list_id: int, contact_ids: Collection[int]) -> int:
    """Put accounts of the Space into a list; returns how many were not in it yet.

    Raises:
        NotFound: no such list in the Space.
        Invalid: one of them is no account of the Space.
    """
    rows = accounts.visible(scope).filter(space__domain=space.domain, pk__in=contact_ids)
    known = set(rows.select_for_update().values_list("pk", flat=True))
    if known != set(contact_ids):
        raise Invalid({"contacts_ids": [sentence("exists", "contacts_ids")]})
    found = _locked(space.pk, list_id)
    added = sorted(known - queries.member_ids(found, known))
    ContactsListMember.objects.bulk_create(ContactsListMember(contacts_list=found, contact_id=one) for one in added)
    if added:
        _changed(space, found, members=(None, added))
    return len(added)


@transaction.atomic
def remove_members(space: Space, list_id: int, contact_ids: Collection[int]) -> int:
    """Take accounts out of a list; returns how many were in it.

    Raises:
        NotFound: no such list in the Space.
    """
    found = _locked(space.pk, list_id)
    removed = sorted(queries.member_ids(found, contact_ids))
    ContactsListMember.objects.filter(contacts_list=found, contact_id__in=removed).delete()
    if removed:
        _changed(space, found, members=(removed, None))
    return len(removed)


@transaction.atomic
def remove_member(space: Space, list_id: int, contact_id: int) -> None:
    """Take an account out of a list.

    Raises:
        NotFound: no such list in the Space, or the account is not in it.
    """
    found = _locked(space.pk, list_id)
    if not ContactsListMember.objects.filter(contacts_list=found, contact_id=contact_id).delete()[0]:
        raise NotFound
    _changed(space, found, members=([contact_id], None))


@transaction.atomic
def attach_list(scope: Scope, account_id: int, list_id: int) -> None:
    """Let an account see a list of its own Space.

    Raises:
        NotFound: no such account within reach, or its Space has no such list.
        Forbidden: it sees the list already.
    """
    account = accounts.locked(scope, account_id)
    found = _locked(accounts.space_of(account).pk, list_id)
    _, attached = ContactsListViewer.objects.get_or_create(account=account, contacts_list=found)
    if not attached:
        raise Forbidden("Already attached")
    belongings.tell(account, "contacts list", found.title)


@transaction.atomic
def detach_list(scope: Scope, account_id: int, list_id: int) -> None:
    """Take a list out of an account's sight.

    Raises:
        NotFound: no such account within reach.
        Forbidden: it does not see the list.
    """
    account = accounts.account(scope, account_id)
    if not ContactsListViewer.objects.filter(account=account, contacts_list_id=list_id).delete()[0]:
        raise Forbidden("Not attached")
    belongings.tell(account, "contacts list", f"{list_id} taken away")


def _changed(space: Space, found: ContactsList, **differences: tuple[Any, Any]) -> None:
    if differences:
        list_changed.announce(ListChanged(found.pk, space.domain, found.title, differences))


def _locked(space_id: int, list_id: int) -> ContactsList:
    found = ContactsList.objects.select_for_update().filter(space_id=space_id, pk=list_id).first()
    if found is None:
        raise NotFound
    return found


def _save(found: ContactsList) -> ContactsList:
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise Invalid({"title": [sentence("unique", "title")]}) from None
    return found
