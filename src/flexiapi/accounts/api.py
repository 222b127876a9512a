"""The account resources of the API."""

from typing import Any

from django.http import HttpResponse

from flexiapi.auth.access import AdministratorView, ApiRequest, PublicView, UserView
from flexiapi.http import errors, inputs, pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import PAGED, array, page_of
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space

from . import documents, filters, queries, schemas
from .documents import Variant
from .serializers import AdministratorsChange, AdministratorsNewAccount, PasswordChange
from .services import change, creation, deletion, passwords, provisioning_tokens


def document(account_id: int, variant: Variant = Variant.FULL) -> HttpResponse:
    """An account for itself or its administrator; gone meanwhile is 404."""
    found = documents.one(account_id, variant, with_token=True)
    if found is None:
        raise errors.NotFound
    return replies.json(found)


class Ping(PublicView):
    """Whether the server answers."""

    @describe("Ping", ok={200: TEXT}, text="Answers `pong`.")
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.text("pong")


class PhoneCountries(PublicView):
    """The countries whose phone numbers may be accepted."""

    @describe("List the phone countries", ok={200: array(schemas.PHONE_COUNTRY)})
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.json(
            [
                {"code": row.code, "country_code": row.country_code, "activated": row.activated}
                for row in queries.phone_countries()
            ]
        )


class Me(UserView):
    """The account itself."""

    @describe("Show the own account", ok={200: schemas.ACCOUNT})
    def get(self, request: ApiRequest) -> HttpResponse:
        return document(request.caller.account_id)

    @describe("Delete the own account", ok={200: TEXT}, text="Answers `1`. The username stays reserved.")
    def delete(self, request: ApiRequest) -> HttpResponse:
        deletion.delete_account(queries.own(request.scope), by=request.caller, origin=request.origin)
        return replies.text(1)


class MyProvision(UserView):
    """A new provisioning token for the account itself; `GET` is what deployed apps send."""

    @describe("Issue a provisioning token for the own account", ok={200: schemas.ACCOUNT})
    def get(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        if request.method != "HEAD":
            provisioning_tokens.provision(account, by=request.caller, origin=request.origin)
        return _no_store(document(account.pk))

    post = get


class MyPassword(UserView):
    """The password of the account itself."""

    @describe(
        "Set or change the own password",
        body=PasswordChange,
        ok={200: schemas.ACCOUNT},
        errors={403: "Digest is not enabled on the account's Space.", 422: ""},
        text="`old_password` is required where the account has a password.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        digest = queries.space_of(account).digest
        if digest is None:
            raise errors.Forbidden("Digest is not enabled on this space")
        new = PasswordChange.read(
            request,
            algorithm=digest.default_password_algorithm,
            has_password=queries.has_password(account),
        )
        passwords.change_own_password(
            account,
            password=new.password,
            old_password=new.old_password,
            by=request.caller,
            origin=request.origin,
        )
        return document(account.pk)


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
        ok={200: schemas.ACCOUNT},
        errors={403: "The Space is full or unknown.", 422: ""},
        text="`domain` counts for super administrators only.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        space = target_space(request)
        if space is None or queries.space_is_full(space):
            raise errors.Forbidden("This action is unauthorized.")
        new = AdministratorsNewAccount.read(request, **field_context(space))
        account = creation.create_by_administrator(space, new, by=request.caller, origin=request.origin)
        return document(account.pk)


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
        present = queries.visible(request.scope).filter(pk=account_id).first()
        asked = target_space(request) if "domain" in inputs.read(request) else None
        current = queries.space_of(present) if present is not None else request.space
        space = asked if asked is not None and request.scope.super_admin else current
        data = AdministratorsChange.read(request, **field_context(space), account_id=account_id)
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
        return _no_store(document(account.pk))

    post = get


class SearchByAddress(AdministratorView):
    """An account by its SIP address."""

    @describe("Find an account by its SIP address", ok={200: schemas.FOUND_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        return replies.json(documents.by_address(request.scope, sip))


class SearchByEmail(AdministratorView):
    """An account by its e-mail address."""

    @describe("Find an account by its e-mail address", ok={200: schemas.FOUND_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, email: str) -> HttpResponse:
        found = documents.one(queries.by_email(request.scope, email), Variant.FOUND)
        if found is None:
            raise errors.NotFound("Email address not found")
        return replies.json(documents.for_proxy(found))


class Resolve(AdministratorView):
    """What a SIP address is, as Flexisip asks for each call."""

    @describe("Resolve a SIP address", ok={200: schemas.RESOLVED}, errors=(404,))
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        return replies.json({"type": "account", "payload": documents.by_address(request.scope, sip)})


def target_space(request: ApiRequest) -> Space | None:
    """The Space that a creation or change aims at: `domain` counts for super administrators only.

    None when a super administrator names a domain that no Space has.
    """
    domain: Any = inputs.read(request).get("domain")
    if domain is None or not request.scope.super_admin:
        return request.space
    return spaces.complete().filter(domain=domain).first() if isinstance(domain, str) else request.space


def field_context(space: Space) -> dict[str, Any]:
    """What the field rules need to know of the resulting Space."""
    return {
        "domain": space.domain,
        "unique_email": space.unique_email,
        "algorithm": space.digest.default_password_algorithm if space.digest else None,
        "as_administrator": True,
    }


def _no_store(reply: HttpResponse) -> HttpResponse:
    reply["Cache-Control"] = "no-store"
    return reply


routes = [
    path("ping", Ping.as_view()),
    path("phone_countries", PhoneCountries.as_view()),
    path("accounts", Accounts.as_view()),
    path("accounts/me", Me.as_view()),
    path("accounts/me/provision", MyProvision.as_view()),
    path("accounts/me/password", MyPassword.as_view()),
    path("accounts/<id:account_id>", AccountDetail.as_view()),
    path("accounts/<id:account_id>/activate", AccountState.as_view(changes={"activated": True})),
    path("accounts/<id:account_id>/deactivate", AccountState.as_view(changes={"activated": False})),
    path("accounts/<id:account_id>/block", AccountState.as_view(changes={"blocked": True})),
    path("accounts/<id:account_id>/unblock", AccountState.as_view(changes={"blocked": False})),
    path("accounts/<id:account_id>/provision", AccountProvision.as_view()),
    path("accounts/<seg:sip>/search", SearchByAddress.as_view()),
    path("accounts/<seg:email>/search-by-email", SearchByEmail.as_view()),
    path("resolve/<seg:sip>", Resolve.as_view()),
]
