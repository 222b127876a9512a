"""The account types, actions and dictionaries of the API."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import queries as accounts
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.http import pagination, replies
from flexiapi.http.routing import path

from . import queries
from .models import AccountAction, AccountType
from .serializers import ActionFields, EntryFields, TypeFields
from .services import actions, dictionary, types


def type_document(found: AccountType) -> dict[str, Any]:
    """An account type on the wire."""
    return {"id": found.pk, "key": found.key}


def action_document(found: AccountAction) -> dict[str, Any]:
    """An action on the wire."""
    return {"id": found.pk, "key": found.key, "code": found.code}


class AccountTypes(AdministratorView):
    """The account types, the same for all Spaces."""

    def get(self, request: ApiRequest) -> HttpResponse:
        """All of them."""
        rows = queries.types()

        def write(ids: Sequence[int]) -> list[dict[str, Any]]:
            return [type_document(found) for found in rows.filter(pk__in=ids)]

        return pagination.listing(request, rows, write=write)

    def post(self, request: ApiRequest) -> HttpResponse:
        """Create one."""
        return replies.json(type_document(types.create_type(TypeFields.read(request))), status=201)


class AccountTypeDetail(AdministratorView):
    """One account type."""

    def get(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """The type."""
        return replies.json(type_document(queries.account_type(type_id)))

    def put(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """Rename it."""
        queries.account_type(type_id)
        return replies.json(type_document(types.change_type(type_id, TypeFields.read(request, type_id=type_id))))

    patch = put

    def delete(self, request: ApiRequest, type_id: int) -> HttpResponse:
        """Delete it; its accounts stay."""
        return replies.text(types.delete_type(type_id))


class TypeOfAccount(AdministratorView):
    """The membership of an account in a type."""

    def post(self, request: ApiRequest, account_id: int, type_id: int) -> HttpResponse:
        """Make the account one of the type."""
        types.attach_type(request.scope, account_id, type_id, origin=request.origin)
        return replies.empty()

    def delete(self, request: ApiRequest, account_id: int, type_id: int) -> HttpResponse:
        """Make the account no longer one of the type."""
        types.detach_type(request.scope, account_id, type_id, origin=request.origin)
        return replies.text(1)


class Actions(AdministratorView):
    """The actions of an account that has a DTMF protocol."""

    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """All of them."""
        rows = queries.actions(queries.account_with_dtmf(request.scope, account_id))

        def write(ids: Sequence[int]) -> list[dict[str, Any]]:
            return [action_document(found) for found in rows.filter(pk__in=ids)]

        return pagination.listing(request, rows, write=write)

    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Create one."""
        queries.account_with_dtmf(request.scope, account_id)
        texts = ActionFields.read(request)
        created = actions.create_action(request.scope, account_id, texts, origin=request.origin)
        return replies.json(action_document(created), status=201)


class ActionDetail(AdministratorView):
    """One action of an account that has a DTMF protocol."""

    def get(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """The action."""
        account = queries.account_with_dtmf(request.scope, account_id)
        return replies.json(action_document(queries.action(account, action_id)))

    def put(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """Replace it."""
        queries.action(queries.account_with_dtmf(request.scope, account_id), action_id)
        texts = ActionFields.read(request)
        changed = actions.change_action(request.scope, account_id, action_id, texts, origin=request.origin)
        return replies.json(action_document(changed))

    patch = put

    def delete(self, request: ApiRequest, account_id: int, action_id: int) -> HttpResponse:
        """Delete it."""
        return replies.text(actions.delete_action(request.scope, account_id, action_id, origin=request.origin))


class Dictionary(AdministratorView):
    """The dictionary of an account."""

    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """All entries."""
        return replies.json(queries.dictionary(accounts.account(request.scope, account_id)))

    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Take every entry out; says how many they were."""
        return replies.text(dictionary.clear(request.scope, account_id, origin=request.origin))


class DictionaryEntryDetail(AdministratorView):
    """One entry of the dictionary of an account."""

    def get(self, request: ApiRequest, account_id: int, key: str) -> HttpResponse:
        """What stands under the key."""
        account = accounts.account(request.scope, account_id)
        return replies.json({"value": queries.dictionary_value(account, key)})

    def post(self, request: ApiRequest, account_id: int, key: str) -> HttpResponse:
        """Write a value under the key, in the place of what stood there."""
        accounts.account(request.scope, account_id)
        value = EntryFields.read(request).value
        dictionary.set_entry(request.scope, account_id, key, value, origin=request.origin)
        return replies.json({"value": value}, status=201)

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
