"""Accounts as their administrators see and change them."""

from django.http import HttpResponse

from flexiapi.accounts import documents, filters, queries, schemas
from flexiapi.accounts.documents import Variant
from flexiapi.accounts.queries.administration import target_space
from flexiapi.accounts.serializers import AdministratorsChange, AdministratorsNewAccount, administrators_context
from flexiapi.accounts.services import change, creation, deletion, mails, provisioning_tokens
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.http import errors, inputs, pagination, replies
from flexiapi.http.openapi import describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import PAGED, page_of
from flexiapi.spaces import links
from flexiapi.spaces import queries as spaces

from .answers import document, no_store


class Accounts(AdministratorView):
    """The accounts of a Space."""

    @describe(
        "List accounts",
        query={**PAGED, **filters.PARAMETERS},
        ok={200: page_of(schemas.LISTED_ACCOUNT)},
        errors=(422,),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = queries.filtered(request.scope, **filters.read(request))
        return pagination.answer(request, rows, per_page=20, write=lambda ids: documents.many(ids, Variant.LISTED))

    @describe(
        "Create an account",
        body=AdministratorsNewAccount,
        ok={200: schemas.CREATED_ACCOUNT},
        errors={403: "The Space is full or unknown.", 422: ""},
        text="`domain` counts for super administrators only.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        space = target_space(request.scope, inputs.read(request).get("domain"))
        if space is None or spaces.is_full(space):
            raise errors.Forbidden("This action is unauthorized.")
        new = AdministratorsNewAccount.read(request, **administrators_context(space))
        account = creation.create_by_administrator(space, new, by=request.caller, origin=request.origin)
        if account.confirmation_key is None:
            return document(account.pk)
        expires = new.confirmation_key_expires
        return document(
            account.pk,
            confirmation_key=account.confirmation_key,
            confirmation_key_expires=expires.strftime("%Y-%m-%d %H:%M:%S") if expires else None,
        )


class AccountDetail(AdministratorView):
    """One account that the caller may administer."""

    @describe("Show an account", ok={200: schemas.SHOWN_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        return document(queries.account(request.scope, account_id).pk, Variant.SHOWN)

    @describe(
        "Change an account",
        body=AdministratorsChange,
        ok={200: schemas.ACCOUNT},
        errors={403: "The Space is full or unknown.", 404: "", 422: ""},
        text="Texts that are not sent become null; flags, domain, password and dictionary stay.",
    )
    def put(self, request: ApiRequest, account_id: int) -> HttpResponse:
        present = queries.find(request.scope, account_id)
        current = queries.space_of(present) if present is not None else request.space
        space = target_space(request.scope, inputs.read(request).get("domain"), current) or current
        data = AdministratorsChange.read(request, **administrators_context(space), account_id=account_id)
        account = change.change_account(request.scope, account_id, data, space=space, origin=request.origin)
        return document(account.pk)

    @describe("Delete an account", errors=(404,), text="The username stays reserved.")
    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = queries.account(request.scope, account_id)
        deletion.delete_account(account, by=request.caller, origin=request.origin)
        return replies.empty()


class AccountState(AdministratorView):
    """Activation and blocking of an account; `changes` says which flag becomes what."""

    changes: dict[str, bool] = {}

    @describe("Activate, deactivate, block or unblock an account", ok={200: schemas.ACCOUNT}, errors=(404,))
    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = change.set_state(request.scope, account_id, origin=request.origin, **self.changes)
        return document(account.pk)


class AccountProvision(AdministratorView):
    """A new provisioning token for an account; `GET` is what deployed tools send."""

    @describe("Issue a provisioning token for an account", ok={200: schemas.ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = queries.account(request.scope, account_id)
        if request.method != "HEAD":
            provisioning_tokens.provision(account, by=request.caller, origin=request.origin)
        return no_store(document(account.pk))

    post = get


class AccountProvisioningMail(AdministratorView):
    """The mail that sets an account's app up."""

    @describe("Mail the provisioning links to an account", errors={403: "The account has no e-mail address.", 404: ""})
    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = queries.account(request.scope, account_id)
        url = links.base(request, request.space, queries.space_of(account))
        mails.send_provisioning(account, base_url=url, by=request.caller, origin=request.origin)
        return replies.empty()


class AccountPasswordMail(AdministratorView):
    """The mail that lets an account set a new password."""

    @describe("Mail a password reset link to an account", errors={403: "The account has no e-mail address.", 404: ""})
    def post(self, request: ApiRequest, account_id: int) -> HttpResponse:
        account = queries.account(request.scope, account_id)
        url = links.base(request, request.space, queries.space_of(account))
        mails.send_password_reset(account, base_url=url, by=request.caller, origin=request.origin)
        return replies.empty()


routes = [
    path("accounts", Accounts.as_view()),
    path("accounts/<id:account_id>", AccountDetail.as_view()),
    path("accounts/<id:account_id>/activate", AccountState.as_view(changes={"activated": True})),
    path("accounts/<id:account_id>/deactivate", AccountState.as_view(changes={"activated": False})),
    path("accounts/<id:account_id>/block", AccountState.as_view(changes={"blocked": True})),
    path("accounts/<id:account_id>/unblock", AccountState.as_view(changes={"blocked": False})),
    path("accounts/<id:account_id>/provision", AccountProvision.as_view()),
    path("accounts/<id:account_id>/send_provisioning_email", AccountProvisioningMail.as_view()),
    path("accounts/<id:account_id>/send_reset_password_email", AccountPasswordMail.as_view()),
]
