"""The second factor of somebody's own account: authenticator app and recovery codes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.services import proofs
from flexiapi.auth.page_access import PageRequest
from flexiapi.auth.second_factor import passkeys, recovery_codes, totp
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor.serializers import AppConfirmationForm
from flexiapi.http import errors, forms, proxies
from flexiapi.http.routing import path
from flexiapi.provisioning import qr

from .proving import OVERVIEW, FactorPage, ask, done, proven


class Overview(FactorPage):
    """What is set up, and what can be."""

    def get(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        context = {
            "state": factors.state(account.pk),
            "lacks_factor": request.lacks_factor,
            "provider": request.space.oidc is not None,
            "passkeys_possible": passkeys.relying_party(request.space, proxies.connection(request)) is not None,
            "asks_for_proof": proofs.is_possible(account),
        }
        return render(request, "portal/second_factor.html", context)


class NewSecret(FactorPage):
    """The first step of setting up an authenticator app."""

    form_page = OVERVIEW

    def post(self, request: PageRequest) -> HttpResponse:
        totp.begin(request.caller.account_id)
        return forms.go("/second_factor/app")


class App(FactorPage):
    """The secret to scan, the check of its first code, and the end of the app."""

    form_page = "/second_factor/app"

    def get(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        secret = totp.unconfirmed_secret(account.pk)
        if secret is None:
            return forms.go(OVERVIEW)
        uri = totp.uri(secret, issuer=request.space.name, name=account.identifier)
        context = {
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "uri": uri,
            "qr": SafeString(qr.svg(uri, label=_("QR code for the authenticator app"))),
            "asks_for_proof": proofs.is_possible(account),
            "has_factor": factors.is_set_up(account.pk),
        }
        return render(request, "portal/second_factor_app.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        form = AppConfirmationForm.read(request, asks_for_proof=proofs.is_possible(account))
        proofs.check(account, form.current_password, space=request.space, origin=request.origin)
        codes = totp.confirm(account, "".join(form.one_time_code.split()), by=request.caller, origin=request.origin)
        return done(request, _("The authenticator app is set up."), codes)

    def delete(self, request: PageRequest) -> HttpResponse:
        self.form_page = "/second_factor/app/delete"
        account = proven(request)
        totp.remove(account, by=request.caller, origin=request.origin)
        forms.flash(request, _("The authenticator app was removed."))
        return forms.go(OVERVIEW)


class AppDeletion(FactorPage):
    """The question before the app is removed."""

    def get(self, request: PageRequest) -> HttpResponse:
        if factors.confirmed_totp(request.caller.account_id) is None:
            raise errors.NotFound
        return ask(
            request,
            heading=_("Remove the authenticator app?"),
            text=_("Its codes stop working."),
            action="/second_factor/app",
            method="DELETE",
            button=_("Remove"),
        )


class RecoveryCodes(FactorPage):
    """New recovery codes, behind a proof."""

    form_page = "/second_factor/recovery_codes"

    def get(self, request: PageRequest) -> HttpResponse:
        if not factors.is_set_up(request.caller.account_id):
            return forms.go(OVERVIEW)
        return ask(
            request,
            heading=_("Make new recovery codes?"),
            text=_("The old codes stop working."),
            action="/second_factor/recovery_codes",
            method="",
            button=_("Make new ones"),
        )

    def post(self, request: PageRequest) -> HttpResponse:
        account = proven(request)
        return done(request, "", recovery_codes.replace(account, by=request.caller, origin=request.origin))


routes = [
    path("second_factor", Overview.as_view()),
    path("second_factor/app", App.as_view()),
    path("second_factor/app/secret", NewSecret.as_view()),
    path("second_factor/app/delete", AppDeletion.as_view()),
    path("second_factor/recovery_codes", RecoveryCodes.as_view()),
]
