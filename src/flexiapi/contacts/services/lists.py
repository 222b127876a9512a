"""Contacts lists of a Space: their texts, who is in them, who sees them."""

from django.db import IntegrityError, transaction

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.services import belongings
from flexiapi.auth.scope import Scope
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
    return _save(ContactsList(space_id=space.pk, title=texts.title, description=texts.description))


@transaction.atomic
def change_list(space: Space, list_id: int, texts: ListTexts) -> ContactsList:
    """Replace the texts of a list.

    Raises:
        NotFound: the Space has no such list.
        Invalid: the title was taken meanwhile.
    """
    found = _locked(space.pk, list_id)
    found.title, found.description = texts.title, texts.description
    return _save(found)


@transaction.atomic
def delete_list(space: Space, list_id: int) -> int:
    """Delete a list; its members and viewers stay accounts. Returns how many lists that were: 1 or 0."""
    return ContactsList.objects.filter(space_id=space.pk, pk=list_id).delete()[0]


@transaction.atomic
def add_member(scope: Scope, space: Space, list_id: int, contact_id: int) -> None:
    """Put an account into a list; once more changes nothing.

    Raises:
        NotFound: no such list in the Space, or no such account within reach.
    """
    contact = accounts.locked(scope, contact_id)
    found = _locked(space.pk, list_id)
    ContactsListMember.objects.get_or_create(contacts_list=found, contact=contact)


@transaction.atomic
def remove_member(space: Space, list_id: int, contact_id: int) -> None:
    """Take an account out of a list.

    Raises:
        NotFound: no such list in the Space, or the account is not in it.
    """
    found = _locked(space.pk, list_id)
    if not ContactsListMember.objects.filter(contacts_list=found, contact_id=contact_id).delete()[0]:
        raise NotFound


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
