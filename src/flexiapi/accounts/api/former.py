"""The deprecated public endpoints of old Linphone apps; they disclose accounts, and are 404 unless switched on."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.http import HttpResponse

from flexiapi.accounts import documents, queries, schemas
from flexiapi.accounts.models import Account
from flexiapi.accounts.serializers.former import (
    EmailActivation,
    PhoneActivation,
    PublicAccount,
    RecoveryByPhone,
    number_of,
)
from flexiapi.accounts.services import former
from flexiapi.auth import limits
from flexiapi.auth.access import ApiRequest, PublicView
from flexiapi.config import instance
from flexiapi.http import errors, inputs, replies
from flexiapi.http.openapi import describe
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.spaces import queries as spaces

from .answers import document, no_store

_SWITCH = "Served with `APP_DANGEROUS_ENDPOINTS` only."


class FormerView(PublicView):
    """A view that exists with `APP_DANGEROUS_ENDPOINTS` only."""

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Answer as if there were no such route, unless it is switched on."""
        if not instance.current().app_dangerous_endpoints:
            raise errors.NotFound(f"The route {request.path.strip('/')} could not be found.")
        return super().enter(request)


class Info(FormerView):
    """Whether an account exists and is activated."""

    @describe("Tell of an account (deprecated)", ok={200: schemas.ACCOUNT_INFO}, errors=(404,), text=_SWITCH)
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        account = former.account_at(request.space, sip)
        return replies.json({"activated": account.activated, "realm": _realm(request)})


class InfoByPhone(FormerView):
    """Whether a number is an account's phone or name."""

    @describe("Tell of a phone number (deprecated)", ok={200: schemas.PHONE_INFO}, errors=(404, 422), text=_SWITCH)
    def get(self, request: ApiRequest, phone: str) -> HttpResponse:
        number = number_of(phone)
        account = former.account_by_user(request.space, number)
        return replies.json(
            {"activated": account.activated, "realm": _realm(request), "phone": account.username != number}
        )


class PublicCreation(FormerView):
    """Accounts that an app creates with an e-mail address or a phone number."""

    @describe(
        "Create an account (deprecated)",
        body=PublicAccount,
        ok={200: schemas.ACCOUNT},
        errors={403: "The Space is full.", 422: ""},
        text=_SWITCH,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        space = request.space
        if spaces.is_full(space):
            raise errors.Forbidden("This action is unauthorized.")
        with guess_at_a_token(request):
            new = PublicAccount.read(request, domain=space.domain, unique_email=space.unique_email)
            account = former.create(space, new, base_url=base_url(request), origin=request.origin)
        return document(account.pk)


class RecoveryRequest(FormerView):
    """A key by SMS for an account whose password is lost."""

    @describe("Recover an account by phone (deprecated)", body=RecoveryByPhone, errors=(404, 422), text=_SWITCH)
    def post(self, request: ApiRequest) -> HttpResponse:
        with guess_at_a_token(request):
            asked = RecoveryByPhone.read(request)
            former.request_recovery(request.space, asked.phone, asked.account_creation_token, origin=request.origin)
        return replies.empty()


class Recovery(FormerView):
    """The account with its password hashes, for the key that it was sent."""

    @describe(
        "Log in with a recovery key (deprecated)",
        ok={200: schemas.RECOVERED_ACCOUNT},
        errors={403: "The key has expired.", 404: ""},
        text=_SWITCH,
    )
    def get(self, request: ApiRequest, sip: str, key: str) -> HttpResponse:
        account = former.account_at(request.space, sip)
        if request.method != "HEAD":
            activate(request, account, key)
        found = documents.one(account.pk)
        if found is None:
            raise errors.NotFound
        if request.method != "HEAD":
            found["passwords"] = [
                {"algorithm": row.algorithm, "password": row.password} for row in queries.passwords(account)
            ]
        return no_store(replies.json(found))


class ActivationByEmail(FormerView):
    """Activation by the key of a mail."""

    @describe(
        "Activate an account by e-mail (deprecated)",
        body=EmailActivation,
        ok={200: schemas.ACCOUNT},
        errors={403: "The key has expired.", 404: "", 422: ""},
        text=_SWITCH,
    )
    def post(self, request: ApiRequest, sip: str) -> HttpResponse:
        key = EmailActivation.check(_with_alias(request)).confirmation_key
        account = former.account_at(request.space, sip)
        activate(request, account, key)
        return document(account.pk)


class ActivationByPhone(FormerView):
    """Activation by the key of an SMS."""

    @describe(
        "Activate an account by phone (deprecated)",
        body=PhoneActivation,
        ok={200: schemas.ACCOUNT},
        errors={403: "The key has expired.", 404: "", 422: ""},
        text=_SWITCH,
    )
    def post(self, request: ApiRequest, sip: str) -> HttpResponse:
        key = PhoneActivation.check(_with_alias(request)).confirmation_key
        account = former.account_at(request.space, sip)
        activate(request, account, key)
        return document(account.pk)


def guess_at_a_token(request: ApiRequest) -> AbstractContextManager[None]:
    """Count a creation token that is none."""
    return limits.guarded(
        limits.CREATION_TOKENS,
        request.origin,
        space=request.space,
        failures=(errors.Invalid,),
        about="account_creation_token",
    )


def activate(request: ApiRequest, account: Account, key: str) -> None:
    """Activate an account by its key; a wrong one counts for the address, whatever account it is tried at."""
    with limits.guarded(limits.ACTIVATION_KEYS, request.origin, space=request.space, failures=(errors.NotFound,)):
        former.activate(account, key, origin=request.origin)


def _with_alias(request: ApiRequest) -> dict[str, object]:
    """The input, with `code` (Linphone's name) as `confirmation_key`."""
    values = inputs.read(request)
    return {"confirmation_key": values.get("confirmation_key", values.get("code"))}


def _realm(request: ApiRequest) -> str | None:
    return request.space.digest.realm if request.space.digest is not None else None


routes = [
    path("accounts/public", PublicCreation.as_view()),
    path("accounts/recover-by-phone", RecoveryRequest.as_view()),
    path("accounts/<seg:sip>/info", Info.as_view()),
    path("accounts/<seg:phone>/info-by-phone", InfoByPhone.as_view()),
    path("accounts/<seg:sip>/recover/<seg:key>", Recovery.as_view()),
    path("accounts/<seg:sip>/activate/email", ActivationByEmail.as_view()),
    path("accounts/<seg:sip>/activate/phone", ActivationByPhone.as_view()),
]
