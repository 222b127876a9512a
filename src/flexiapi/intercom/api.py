"""The account types, actions and dictionaries of the API."""

from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import queries as accounts
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.http import pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, STRING, listing_of, mapping

from . import queries, schemas
from .models import AccountAction, AccountType
from .serializers import ActionFields, EntryFields, TypeFields
from .services import actions, dictionary, types

_NO_DTMF = {403: "The account has no DTMF protocol.", 404: ""}


def type_document(found: AccountType) -> dict[str, Any]:
    """An account type on the wire."""
    return {"id": found.pk, "key": found.key}


def action_document(found: AccountAction) -> dict[str, Any]:
    """An action on the wire."""
    return {"id": found.pk, "key": found.key, "code": found.code}


class AccountTypes(AdministratorView):
    """The account types, the same for all Spaces."""

    @describe("List the account types", query=KEYSET, ok={200: listing_of(schemas.TYPE)}, errors=(422,))
    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them."""
        return pagination.listed(request, queries.types(), write=type_document)

    @describe("Create an account type", body=TypeFields, ok={201: schemas.TYPE}, errors=(422,))
    def post(self, request: ApiRequest) -> HttpResponse:
        """Create one."""
        return replies.json(type_document(types.create_type(TypeFields.read(request))), status=201)


class AccountTypeDetail(AdministratorView):
    """One account type."""

    @describe("Show an account type", ok={200: schemas.TYPE}, errors=(404,))
    def get(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """The type."""
        return replies.json(type_document(queries.account_type(type_id)))

    @describe("Rename an account type", body=TypeFields, ok={200: schemas.TYPE}, errors=(404, 422))
    def put(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """Rename it."""
        queries.account_type(type_id)
        return replies.json(type_document(types.change_type(type_id, TypeFields.read(request, type_id=type_id))))

    patch = put

    @describe("Delete an account type", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """Delete it; its accounts stay."""
        return replies.text(types.delete_type(type_id))


class TypeOfAccount(AdministratorView):
    """The membership of an account in a type."""

    @describe("Give an account a type", errors={403: "It has it already.", 404: ""})
    def post(self, request: ApiRequest, account_id: int, type_id: int) -> HttpResponse:
        """Make the account one of the type."""
        types.attach_type(request.scope, account_id, type_id, origin=request.origin)
        return replies.empty()

    @describe("Take a type from an account", ok={200: TEXT}, errors={403: "It does not have it.", 404: ""})
    def delete(self, request: ApiRequest, account_id: int, type_id: int) -> HttpResponse:
        """Make the account no longer one of the type."""
        types.detach_type(request.scope, account_id, type_id, origin=request.origin)
        return replies.text(1)


class Actions(AdministratorView):
    """The actions of an account that has a DTMF protocol."""

    @describe(
        "List the actions of an account",
        query=KEYSET,
        ok={200: listing_of(schemas.ACTION)},
        errors={**_NO_DTMF, 422: ""},
    )
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """All of them."""
        rows = queries.actions(queries.account_with_dtmf(request.scope, account_id))
        return pagination.listed(request, rows, write=action_document)

    @describe("Create an action", body=ActionFields, ok={201: schemas.ACTION}, errors={**_NO_DTMF, 422: ""})
    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Create one."""
        queries.account_with_dtmf(request.scope, account_id)
        texts = ActionFields.read(request)
        created = actions.create_action(request.scope, account_id, texts, origin=request.origin)
        return replies.json(action_document(created), status=201)


class ActionDetail(AdministratorView):
    """One action of an account that has a DTMF protocol."""

    @describe("Show an action", ok={200: schemas.ACTION}, errors=_NO_DTMF)
    def get(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """The action."""
        account = queries.account_with_dtmf(request.scope, account_id)
        return replies.json(action_document(queries.action(account, action_id)))

    @describe("Replace an action", body=ActionFields, ok={200: schemas.ACTION}, errors={**_NO_DTMF, 422: ""})
    def put(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """Replace it."""
        queries.action(queries.account_with_dtmf(request.scope, account_id), action_id)
        texts = ActionFields.read(request)
        changed = actions.change_action(request.scope, account_id, action_id, texts, origin=request.origin)
        return replies.json(action_document(changed))

    patch = put

    @describe("Delete an action", ok={200: TEXT}, errors=_NO_DTMF)
    def delete(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """Delete it."""
        return replies.text(actions.delete_action(request.scope, account_id, action_id, origin=request.origin))


class Dictionary(AdministratorView):
    """The dictionary of an account."""

    @describe("Show the dictionary of an account", ok={200: mapping(STRING)}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """All entries."""
        return replies.json(queries.dictionary(accounts.account(request.scope, account_id)))

    @describe("Clear the dictionary of an account", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Take every entry out; says how many they were."""
        return replies.text(dictionary.clear(request.scope, account_id, origin=request.origin))


class DictionaryEntryDetail(AdministratorView):
    """One entry of the dictionary of an account."""

    @describe("Show a dictionary entry", ok={200: schemas.ENTRY}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int, key: str) -> HttpResponse:
        """What stands under the key."""
        account = accounts.account(request.scope, account_id)
        return replies.json({"value": queries.dictionary_value(account, key)})

    @describe("Set a dictionary entry", body=EntryFields, ok={201: schemas.ENTRY}, errors=(404, 422))
    def post(self, request: ApiRequest, account_id: int, key: str) -> HttpResponse:
        """Write a value under the key, in the place of what stood there."""
        accounts.account(request.scope, account_id)
        value = EntryFields.read(request).value
        dictionary.set_entry(request.scope, account_id, key, value, origin=request.origin)
        return replies.json({"value": value}, status=201)

    @describe("Remove a dictionary entry", ok={200: TEXT}, errors=(404,))
    def delete(self, request: ApiRequest, account_id: int, key: str) -> HttpResponse:
        """Take the key out."""
        return replies.text(dictionary.delete_entry(request.scope, account_id, key, origin=request.origin))


routes = [
    path("account_types", AccountTypes.as_view()),
    path("account_types/<id:type_id>", AccountTypeDetail.as_view()),
    path("accounts/<id:account_id>/types/<id:type_id>", TypeOfAccount.as_view()),
    path("accounts/<id:account_id>/actions", Actions.as_view()),
    path("accounts/<id:account_id>/actions/<id:action_id>", ActionDetail.as_view()),
    path("accounts/<id:account_id>/dictionary", Dictionary.as_view()),
    path("accounts/<id:account_id>/dictionary/<seg:key>", DictionaryEntryDetail.as_view()),
]
