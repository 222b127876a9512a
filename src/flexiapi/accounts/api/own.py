"""Accounts as they see and change themselves."""

from django.http import HttpResponse

from flexiapi.accounts import queries, schemas
from flexiapi.accounts.documents import Variant
from flexiapi.accounts.serializers import PasswordChange
from flexiapi.accounts.serializers.addresses import Confirmation, EmailChange, PhoneChange
from flexiapi.accounts.services import address_changes, deletion, passwords, provisioning_tokens
from flexiapi.auth import limits
from flexiapi.auth.access import ApiRequest, UserView
from flexiapi.http import errors, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path

from .answers import document, no_store


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
        return no_store(document(account.pk))

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
        with limits.guarded(
            limits.PASSWORDS,
            request.origin,
            space=request.space,
            account=account.identifier,
            failures=(errors.Invalid,),
        ):
            passwords.change_own_password(
                account,
                password=new.password,
                old_password=new.old_password,
                by=request.caller,
                origin=request.origin,
            )
        return document(account.pk)


class MyEmailRequest(UserView):
    """A code to an address that the account wants to have."""

    @describe(
        "Ask for a code to change the own e-mail address",
        body=EmailChange,
        errors={403: "Blocked, or no creation token vouches for the account.", 422: ""},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        address_changes.open_request(account, origin=request.origin)
        space = queries.space_of(account)
        new = EmailChange.read(
            request, domain=account.domain, unique_email=space.unique_email, email=account.email, account_id=account.pk
        )
        address_changes.request_email(account, new.email, origin=request.origin)
        return replies.empty()


class MyEmail(UserView):
    """The e-mail address of the account."""

    @describe(
        "Confirm the own e-mail address by its code",
        body=Confirmation,
        ok={200: schemas.ACCOUNT},
        errors={404: "No code is pending.", 410: "The code has expired or was tried three times.", 422: ""},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        address_changes.confirm_email(
            account, Confirmation.read(request).code, by=request.caller, origin=request.origin
        )
        return document(account.pk)


class MyPhoneRequest(UserView):
    """A code to a number that the account wants to have."""

    @describe(
        "Ask for a code to change the own phone number",
        body=PhoneChange,
        errors={403: "Blocked, or no creation token vouches for the account.", 422: ""},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        address_changes.open_request(account, origin=request.origin)
        new = PhoneChange.read(request, domain=account.domain)
        address_changes.request_phone(account, new.phone, origin=request.origin)
        return replies.empty()


class MyPhone(UserView):
    """The phone number of the account."""

    @describe(
        "Confirm the own phone number by its code",
        body=Confirmation,
        ok={200: schemas.PHONE_CHANGED_ACCOUNT},
        errors={404: "No code is pending.", 410: "The code has expired or was tried three times.", 422: ""},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        account = queries.own(request.scope)
        address_changes.confirm_phone(
            account, Confirmation.read(request).code, by=request.caller, origin=request.origin
        )
        return document(account.pk, Variant.PHONE_CHANGED)


routes = [
    path("accounts/me", Me.as_view()),
    path("accounts/me/provision", MyProvision.as_view()),
    path("accounts/me/password", MyPassword.as_view()),
    path("accounts/me/email/request", MyEmailRequest.as_view()),
    path("accounts/me/email", MyEmail.as_view()),
    path("accounts/me/phone/request", MyPhoneRequest.as_view()),
    path("accounts/me/phone", MyPhone.as_view()),
]
