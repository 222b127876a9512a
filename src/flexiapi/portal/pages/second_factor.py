"""The second factor of somebody's own account: authenticator app and recovery codes."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from flexiapi.accounts import queries as accounts
from flexiapi.accounts.services import proofs
from flexiapi.auth.page_access import PageRequest, UserPage
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor import recovery_codes, totp
from flexiapi.auth.second_factor.serializers import AppConfirmationForm, ProofForm
from flexiapi.http import errors, forms
from flexiapi.http.routing import path
from flexiapi.provisioning import qr

_OVERVIEW = "/second_factor"


class Overview(UserPage):
    """What is set up, and what can be."""

    def get(self, request: PageRequest) -> HttpResponse:
        context = {"state": factors.state(request.caller.account_id), "provider": request.space.oidc is not None}
        return render(request, "portal/second_factor.html", context)


class NewSecret(UserPage):
    """The first step of setting up an authenticator app."""

    form_page = _OVERVIEW

    def post(self, request: PageRequest) -> HttpResponse:
        totp.begin(request.caller.account_id)
        return forms.go("/second_factor/app")


class App(UserPage):
    """The secret to scan, the check of its first code, and the end of the app."""

    form_page = "/second_factor/app"

    def get(self, request: PageRequest) -> HttpResponse:
        account = accounts.own(request.scope)
        secret = totp.unconfirmed_secret(account.pk)
        if secret is None:
            return forms.go(_OVERVIEW)
        uri = totp.uri(secret, issuer=request.space.name, name=account.identifier)
        context = {
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "uri": uri,
            "qr": SafeString(qr.svg(uri, label=_("QR code for the authenticator app"))),
            "asks_for_proof": proofs.is_possible(account),
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
        return forms.go(_OVERVIEW)


class AppDeletion(UserPage):
    """The question before the app is removed."""

    def get(self, request: PageRequest) -> HttpResponse:
        if factors.confirmed_totp(request.caller.account_id) is None:
            raise errors.NotFound
        context = {
            "heading": _("Remove the authenticator app?"),
            "text": _("Codes of it are good for nothing afterwards."),
            "action": "/second_factor/app",
            "method": "DELETE",
            "button": _("Remove"),
        }
        return render(request, "portal/second_factor_proof.html", context)


class RecoveryCodes(UserPage):
    """New recovery codes, behind a proof."""

    form_page = "/second_factor/recovery_codes"

    def get(self, request: PageRequest) -> HttpResponse:
        if not factors.is_set_up(request.caller.account_id):
            return forms.go(_OVERVIEW)
        context = {
            "heading": _("Make new recovery codes?"),
            "text": _("The former ones are good for nothing afterwards."),
            "action": "/second_factor/recovery_codes",
            "method": "",
            "button": _("Make new ones"),
        }
        return render(request, "portal/second_factor_proof.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        account = proven(request)
        return done(request, "", recovery_codes.replace(account, by=request.caller, origin=request.origin))


def proven(request: PageRequest) -> Any:
    """The account of the caller, who has shown once more that it is theirs.

    Raises:
        Invalid: the proof is missing or wrong.
    """
    account = accounts.own(request.scope)
    proof = ProofForm.read(request, asks_for_proof=proofs.is_possible(account))
    proofs.check(account, proof.current_password, space=request.space, origin=request.origin)
    return account


def done(request: PageRequest, text: str, codes: list[str]) -> HttpResponse:
    """Show new recovery codes, the only time; without new ones back to the overview."""
    if text:
        forms.flash(request, text)
    if not codes:
        return forms.go(_OVERVIEW)
    return render(request, "portal/recovery_codes.html", {"codes": codes, "text": "\n".join(codes)})


routes = [
    path("second_factor", Overview.as_view()),
    path("second_factor/app", App.as_view()),
    path("second_factor/app/secret", NewSecret.as_view()),
    path("second_factor/app/delete", AppDeletion.as_view()),
    path("second_factor/recovery_codes", RecoveryCodes.as_view()),
]
