"""The contacts resources of the API."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.models import Account
from flexiapi.accounts.schemas import ACCOUNT
from flexiapi.auth.access import AdministratorView, ApiRequest, UserView
from flexiapi.http import pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, listing_by_name, listing_of

from . import documents, queries, schemas
from .serializers import ListFields, VcardInput
from .services import contacts, lists, vcards


class Contacts(AdministratorView):
    """The contacts that were added to an account itself."""

    @describe("List the contacts of an account", query=KEYSET, ok={200: listing_of(ACCOUNT)}, errors=(404, 422))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """All of them, as whole accounts."""
        account = accounts.account(request.scope, account_id)
        return pagination.listing(request, queries.direct(request.scope, account), write=documents.administered)


class ContactDetail(AdministratorView):
    """One contact of an account."""

    @describe("Show a contact of an account", ok={200: ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int, contact_id: int) -> HttpResponse:
        """The contact, as a whole account."""
        account = accounts.account(request.scope, account_id)
        contact = queries.direct_contact(request.scope, account, contact_id)
        return replies.json(documents.administered_contact(contact.pk))

    @describe("Add a contact", errors=(404,))
    def post(self, request: ApiRequest, account_id: int, contact_id: int) -> HttpResponse:
        """Add the contact; once more changes nothing."""
        contacts.add_contact(request.scope, account_id, contact_id, origin=request.origin)
        return replies.empty()

    @describe("Remove a contact", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, account_id: int, contact_id: int) -> HttpResponse:
        """Take the contact away."""
        contacts.remove_contact(request.scope, account_id, contact_id, origin=request.origin)
        return replies.text(1)


class MyContacts(UserView):
    """The contacts that the account sees: its own and the members of its contacts lists."""

    @describe("List the own contacts", query=KEYSET, ok={200: listing_of(schemas.CONTACT)}, errors=(422,))
    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them, of any Space, each once."""
        own = request.caller.account_id

        def read(after: int = 0, most: int = queries.ALL) -> list[dict[str, Any]]:
            return [documents.contact(found) for found in queries.effective(own, after=after, most=most)]

        if pagination.wants_keyset(request):
            return replies.json(pagination.keyset_of_ids(request, read))
        return replies.json(read())


class MyContact(UserView):
    """One contact that the account sees."""

    @describe("Show an own contact", ok={200: schemas.CONTACT}, errors=(404,))
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        """The contact with a SIP address."""
        return replies.json(documents.contact(queries.effective_contact(request.caller.account_id, sip)))


class ContactsLists(AdministratorView):
    """The contacts lists of a Space."""

    @describe("List the contacts lists", query=KEYSET, ok={200: listing_of(schemas.LIST)}, errors=(422,))
    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them."""
        return pagination.listed(request, queries.lists(request.space), write=documents.contacts_list)

    @describe("Create a contacts list", body=ListFields, ok={201: schemas.LIST}, errors=(422,))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Create an empty list."""
        created = lists.create_list(request.space, ListFields.read(request, space=request.space))
        return replies.json(documents.contacts_list(created), status=201)


class ContactsListDetail(AdministratorView):
    """One contacts list of a Space."""

    @describe("Show a contacts list", ok={200: schemas.LIST}, errors=(404,))
    def get(self, request: ApiRequest, list_id: int) -> HttpResponse:
        """The list."""
        return replies.json(_contacts_list(request, list_id))

    @describe("Replace a contacts list", body=ListFields, ok={200: schemas.LIST}, errors=(404, 422))
    def put(self, request: ApiRequest, list_id: int) -> HttpResponse:
        """Replace its texts."""
        queries.contacts_list(request.space, list_id)
        texts = ListFields.read(request, space=request.space, list_id=list_id)
        lists.change_list(request.space, list_id, texts)
        return replies.json(_contacts_list(request, list_id))

    patch = put

    @describe("Delete a contacts list", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, list_id: int) -> HttpResponse:
        """Delete it; the accounts in it stay."""
        return replies.text(lists.delete_list(request.space, list_id))


class ContactsListMembers(AdministratorView):
    """An account in a contacts list."""

    @describe("Put an account into a contacts list", errors=(404,))
    def post(self, request: ApiRequest, list_id: int, contact_id: int) -> HttpResponse:
        """Put the account into the list; once more changes nothing."""
        lists.add_member(request.scope, request.space, list_id, contact_id)
        return replies.empty()

    @describe("Take an account out of a contacts list", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, list_id: int, contact_id: int) -> HttpResponse:
        """Take the account out of the list."""
        lists.remove_member(request.space, list_id, contact_id)
        return replies.text(1)


class AccountContactsList(AdministratorView):
    """A contacts list that an account sees."""

    @describe("Let an account see a contacts list", errors={403: "It sees it already.", 404: ""})
    def post(self, request: ApiRequest, account_id: int, list_id: int) -> HttpResponse:
        """Let the account see the list."""
        lists.attach_list(request.scope, account_id, list_id)
        return replies.empty()

    @describe("Hide a contacts list from an account", ok={200: TEXT}, errors={403: "It does not see it.", 404: ""})
    def delete(self, request: ApiRequest, account_id: int, list_id: int) -> HttpResponse:
        """Take the list out of the account's sight."""
        lists.detach_list(request.scope, account_id, list_id)
        return replies.text(1)


class _VcardsIndex:
    """All vCards of the account that `owner` names."""

    owner: Callable[..., Account]

    @describe("List vCards", query=KEYSET, ok={200: listing_by_name(schemas.VCARD)}, errors=(404, 422))
    def get(self, request: ApiRequest, **url: Any) -> HttpResponse:
        """All of them by UID."""
        rows = queries.vcards(self.owner(request, **url).pk)

        def write(ids: Any) -> list[dict[str, Any]]:
            return [{found.uuid: documents.vcard(found)} for found in rows.filter(pk__in=ids)]

        if pagination.wants_keyset(request):
            page = pagination.keyset(request, rows, write=write)
            return replies.json({**page, "data": {uid: card for one in page["data"] for uid, card in one.items()}})
        return replies.json({found.uuid: documents.vcard(found) for found in rows})

    @describe("Store a vCard", body=VcardInput, ok={201: schemas.VCARD}, errors=(404, 409, 422))
    def post(self, request: ApiRequest, **url: Any) -> HttpResponse:
        """Keep one more."""
        owner = self.owner(request, **url)
        stored = vcards.store_vcard(owner, VcardInput.read(request).vcard)
        return replies.json(documents.vcard(stored), status=201)


class _VcardDetail:
    """One vCard of the account that `owner` names."""

    owner: Callable[..., Account]

    @describe("Show a vCard", ok={200: schemas.VCARD}, errors=(404,))
    def get(self, request: ApiRequest, uuid: str, **url: Any) -> HttpResponse:
        """The card with a UID."""
        return replies.json(documents.vcard(queries.vcard(self.owner(request, **url).pk, uuid)))

    @describe("Replace a vCard", body=VcardInput, ok={200: schemas.VCARD}, errors=(404, 422))
    def put(self, request: ApiRequest, uuid: str, **url: Any) -> HttpResponse:
        """Replace the card; its UID stays."""
        owner = self.owner(request, **url)
        return replies.json(documents.vcard(vcards.replace_vcard(owner, uuid, VcardInput.read(request).vcard)))

    patch = put

    @describe("Delete a vCard", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, uuid: str, **url: Any) -> HttpResponse:
        """Forget the card."""
        vcards.delete_vcard(self.owner(request, **url), uuid)
        return replies.text(1)


def _own(request: ApiRequest) -> Account:
    return accounts.own(request.scope)


def _administered(request: ApiRequest, account_id: int) -> Account:
    return accounts.account(request.scope, account_id)


class MyVcards(_VcardsIndex, UserView):
    """The vCards that the account keeps."""

    owner = staticmethod(_own)


class MyVcard(_VcardDetail, UserView):
    """One vCard that the account keeps."""

    owner = staticmethod(_own)


class AccountVcards(_VcardsIndex, AdministratorView):
    """The vCards that an account keeps, for its administrator."""

    owner = staticmethod(_administered)


class AccountVcard(_VcardDetail, AdministratorView):
    """One vCard that an account keeps, for its administrator."""

    owner = staticmethod(_administered)


def _contacts_list(request: ApiRequest, list_id: int) -> dict[str, Any]:
    return documents.contacts_list(queries.contacts_list(request.space, list_id))


routes = [
    path("accounts/me/contacts", MyContacts.as_view()),
    path("accounts/me/contacts/<seg:sip>", MyContact.as_view()),
    path("accounts/me/vcards-storage", MyVcards.as_view()),
    path("accounts/me/vcards-storage/<path:uuid>", MyVcard.as_view()),
    path("accounts/<id:account_id>/contacts", Contacts.as_view()),
    path("accounts/<id:account_id>/contacts/<id:contact_id>", ContactDetail.as_view()),
    path("accounts/<id:account_id>/contacts_lists/<id:list_id>", AccountContactsList.as_view()),
    path("accounts/<id:account_id>/vcards-storage", AccountVcards.as_view()),
    path("accounts/<id:account_id>/vcards-storage/<path:uuid>", AccountVcard.as_view()),
    path("contacts_lists", ContactsLists.as_view()),
    path("contacts_lists/<id:list_id>", ContactsListDetail.as_view()),
    path("contacts_lists/<id:list_id>/contacts/<id:contact_id>", ContactsListMembers.as_view()),
]
