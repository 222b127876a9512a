"""Reads of contacts, contacts lists and stored vCards.

What an account itself sees is read by compiled statements: its contacts in one, and their types, actions
and dictionaries in one for each thousand contacts that have any.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, QuerySet

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.addresses import without_scheme
from flexiapi.accounts.models import Account
from flexiapi.auth.scope import Scope
from flexiapi.db.statements import Statement
from flexiapi.http import inputs
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import Space

from .models import ContactsList, ContactsListMember, ContactsListViewer, Vcard

ALL = 2**31 - 1
_CHOICES = 500
_BATCH = 1000  # SQLite takes 32,766 parameters


class ContactRow(NamedTuple):
    """One effective contact, and what else is known of it."""

    id: int
    username: str
    domain: str
    activated: bool
    display_name: str | None
    dtmf_protocol: str | None
    has_dictionary: bool
    has_types: bool
    has_actions: bool


@dataclass(frozen=True, slots=True)
class EffectiveContact:
    """A contact as its owner may see it; `types` are (id, key), `actions` (id, key, code)."""

    row: ContactRow
    types: list[tuple[int, str]] = field(default_factory=list)
    actions: list[tuple[int, str, str]] = field(default_factory=list)
    dictionary: dict[str, str] = field(default_factory=dict)


_EFFECTIVE = """
       SELECT a.id, a.username, a.domain, a.activated, a.display_name, a.dtmf_protocol,
              EXISTS(SELECT 1 FROM account_dictionary_entries x WHERE x.account_id = a.id),
              EXISTS(SELECT 1 FROM account_account_type x WHERE x.account_id = a.id),
              EXISTS(SELECT 1 FROM account_actions x WHERE x.account_id = a.id)
         FROM (SELECT contact_id FROM contacts WHERE account_id = %(account)s
               UNION
               SELECT m.contact_id FROM account_contacts_list v
                 JOIN contacts_list_contact m ON m.contacts_list_id = v.contacts_list_id
                WHERE v.account_id = %(account)s) e
         JOIN accounts a ON a.id = e.contact_id"""
_PAGE = Statement(f"{_EFFECTIVE} WHERE a.id > %(after)s ORDER BY a.id LIMIT %(most)s", ContactRow)
_BY_ADDRESS = Statement(f"{_EFFECTIVE} WHERE a.username = %(username)s AND a.domain = %(domain)s", ContactRow)
_DICTIONARY = Statement(
    "SELECT account_id, {key}, value FROM account_dictionary_entries WHERE account_id IN %(ids)s ORDER BY id"
)
_TYPES = Statement(
    """SELECT m.account_id, t.id, t.{key} FROM account_account_type m JOIN account_types t ON t.id = m.account_type_id
        WHERE m.account_id IN %(ids)s ORDER BY t.id"""
)
_ACTIONS = Statement("SELECT account_id, id, {key}, code FROM account_actions WHERE account_id IN %(ids)s ORDER BY id")


def effective(
    account_id: int, *, after: int = 0, most: int = ALL, dictionary: bool = True
) -> Sequence[EffectiveContact]:
    """The contacts of an account and the members of the lists that it sees, each once, by id, of any Space.

    At most `most` of those whose id is greater than `after`; without their dictionaries on request.
    """
    return _complete(_PAGE.rows(account=account_id, after=after, most=most), dictionary=dictionary)


def effective_contact(account_id: int, address: str, *, dictionary: bool = True) -> EffectiveContact:
    """An effective contact of an account by its SIP address (`user@domain`, a scheme is taken off).

    Raises:
        NotFound: it is none.
    """
    username, _, domain = without_scheme(address).lower().rpartition("@")
    rows = _BY_ADDRESS.rows(account=account_id, username=username, domain=domain)
    if not rows:
        raise NotFound
    return _complete(rows, dictionary=dictionary)[0]


def _complete(rows: Sequence[ContactRow], *, dictionary: bool) -> Sequence[EffectiveContact]:
    found = {row.id: EffectiveContact(row) for row in rows}
    for ids in batches([row.id for row in rows if row.has_types]):
        for account_id, type_id, key in _TYPES.rows(ids=ids):
            found[account_id].types.append((type_id, key))
    for ids in batches([row.id for row in rows if row.has_actions and row.dtmf_protocol]):
        for account_id, action_id, key, code in _ACTIONS.rows(ids=ids):
            found[account_id].actions.append((action_id, key, code))
    for ids in batches([row.id for row in rows if row.has_dictionary and dictionary]):
        for account_id, key, value in _DICTIONARY.rows(ids=ids):
            found[account_id].dictionary[key] = value
    return list(found.values())


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in portions that one statement takes."""
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def direct(scope: Scope, account: Account) -> QuerySet[Account]:
    """The contacts that were added to an account itself and that the caller may address."""
    return accounts.visible(scope).filter(contact_of__account=account).order_by("id")


def direct_contact(scope: Scope, account: Account, contact_id: int) -> Account:
    """A contact that was added to an account itself.

    Raises:
        NotFound: it is none, or lies out of reach.
    """
    found = direct(scope, account).filter(pk=contact_id).first()
    if found is None:
        raise NotFound
    return found


def lists(space: Space) -> QuerySet[ContactsList]:
    """The contacts lists of a Space, each with its `contacts_count`."""
    counted = ContactsList.objects.annotate(contacts_count=Count("members"))
    return counted.filter(space_id=space.pk).order_by("id")


def members(scope: Scope, found: ContactsList, *, search: str = "", domain: str = "") -> QuerySet[Account]:
    """The accounts in a list that the caller may address, by username; on request some of them."""
    rows = _matching(accounts.visible(scope).filter(list_memberships__contacts_list=found), search)
    return (rows.filter(space__domain=domain) if domain else rows).order_by("username", "id")


def member_ids(found: ContactsList, among: Collection[int]) -> set[int]:
    """Which of some accounts are in a list."""
    rows = ContactsListMember.objects.filter(contacts_list=found, contact_id__in=among)
    return set(rows.values_list("contact_id", flat=True))


def others(scope: Scope, space: Space, found: ContactsList, *, search: str = "") -> QuerySet[Account]:
    """The accounts of a Space that are not in one of its lists; on request some of them."""
    inside = ContactsListMember.objects.filter(contacts_list=found).values("contact_id")
    return _matching(accounts.visible(scope).filter(space__domain=space.domain).exclude(pk__in=inside), search)


def _matching(rows: QuerySet[Account], search: str) -> QuerySet[Account]:
    text = without_scheme(search).partition("@")[0].lower()
    return rows.filter(username__contains=text) if inputs.storable(text) and text else rows


def list_choices(scope: Scope, domain: str | None) -> Sequence[ContactsList]:
    """The contacts lists of a Space within reach, or (`domain` is None) of all of them, by title; at most 500."""
    reach = scope.reach
    rows = ContactsList.objects.all() if reach is None else ContactsList.objects.filter(space__domain__in=reach)
    if domain is not None:
        rows = rows.filter(space__domain=domain)
    return list(rows.order_by("title", "id")[:_CHOICES])


def viewed(account: Account) -> Sequence[ContactsList]:
    """The lists that an account sees, by title, each with its `contacts_count`."""
    counted = ContactsList.objects.annotate(contacts_count=Count("members"))
    seen = ContactsListViewer.objects.filter(account=account).values("contacts_list_id")
    return list(counted.filter(pk__in=seen).order_by("title", "id"))


def not_viewed(account: Account) -> Sequence[ContactsList]:
    """The other lists of the account's Space, by title; at most 500."""
    seen = ContactsListViewer.objects.filter(account=account).values("contacts_list_id")
    rows = ContactsList.objects.filter(space__domain=account.domain).exclude(pk__in=seen)
    return list(rows.order_by("title", "id")[:_CHOICES])


def viewed_list(account: Account, list_id: int) -> ContactsList:
    """A list that an account sees.

    Raises:
        NotFound: it does not.
    """
    found = ContactsList.objects.filter(viewers__account=account, pk=list_id).first()
    if found is None:
        raise NotFound
    return found


def contacts_list(space: Space, list_id: int) -> ContactsList:
    """A contacts list of a Space, with its `contacts_count`.

    Raises:
        NotFound: the Space has no such list.
    """
    found = lists(space).filter(pk=list_id).first()
    if found is None:
        raise NotFound
    return found


def title_taken(space: Space, title: str, *, but: int | None = None) -> bool:
    """Whether another list of the Space has this title."""
    rows = ContactsList.objects.filter(space_id=space.pk, title=title)
    return (rows if but is None else rows.exclude(pk=but)).exists()


def vcards(account_id: int) -> QuerySet[Vcard]:
    """The vCards that an account keeps, by age."""
    return Vcard.objects.filter(account_id=account_id).order_by("id")


def vcard(account_id: int, uuid: str) -> Vcard:
    """A vCard that an account keeps.

    Raises:
        NotFound: there is none with this UID.
    """
    found = Vcard.objects.filter(account_id=account_id, uuid=uuid).first()
    if found is None:
        raise NotFound
    return found
