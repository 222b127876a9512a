"""The second step of logging in, and passkeys that take both steps at once."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from flexiapi.auth import oidc, sessions
from flexiapi.auth.page_access import PageRequest, PanelPage, WaitingPage
from flexiapi.auth.second_factor import challenges, codes, passkeys
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor.serializers import OneTimeCodeForm, UsedPasskeyForm
from flexiapi.http import errors, forms, replies
from flexiapi.http.routing import path

from .proving import has_passkey, party_of

_SECOND, _ALONE = "second step", "log in"


class SecondStep(WaitingPage):
    """The page that asks, and the check of a code."""

    form_page = sessions.SECOND_FACTOR_PAGE

    def get(self, request: PageRequest) -> HttpResponse:
        account = request.waiting
        context = {
            "account": account,
            "state": factors.state(account.pk),
            "passkey": has_passkey(request, account.pk),
        }
        return render(request, "portal/second_login.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        account = request.waiting
        code = OneTimeCodeForm.read(request).one_time_code
        kind = codes.spend(account, code, space=request.space, origin=request.origin)
        after = sessions.finish(request, account, factor=kind)
        if kind == "recovery code":
            left = factors.recovery_codes_left(account.pk)
            text = ngettext("%(left)d recovery code is left.", "%(left)d recovery codes are left.", left)
            forms.flash(request, text % {"left": left})
        return forms.go(after)


class SecondStepOptions(WaitingPage):
    """What the browser needs to use a passkey of the account."""

    def post(self, request: PageRequest) -> HttpResponse:
        challenge = challenges.put(request.session, _SECOND)
        return replies.json(passkeys.request_options(party_of(request), challenge, account_id=request.waiting.pk))


class SecondStepPasskey(WaitingPage):
    """The check of a passkey in place of a code."""

    form_page = sessions.SECOND_FACTOR_PAGE

    def post(self, request: PageRequest) -> HttpResponse:
        account = passkeys.use(
            party_of(request),
            challenge=challenges.take(request.session, _SECOND),
            credential=UsedPasskeyForm.read(request).credential,
            account=request.waiting,
            origin=request.origin,
        )
        return forms.go(sessions.finish(request, account, factor="passkey"))


class PasskeyLogin(PanelPage):
    """A passkey in place of name, password and code, where people log in with passwords."""

    form_page = "/login"
    stored_by_browsers = False

    def enter(self, request: PageRequest) -> None:
        """Accounts are not those of an identity provider alone."""
        super().enter(request)
        if not oidc.passwords_count(request.space):
            raise errors.Forbidden

    def post(self, request: PageRequest) -> HttpResponse:
        account = passkeys.use(
            party_of(request),
            challenge=challenges.take(request.session, _ALONE),
            credential=UsedPasskeyForm.read(request).credential,
            account=None,
            origin=request.origin,
        )
        asked_for = request.session.pop("asked_for", "/")
        return forms.go(sessions.log_in(request, account, method="passkey", to=asked_for))


class PasskeyLoginOptions(PasskeyLogin):
    """What the browser needs to use whatever passkey it has for this host."""

    def post(self, request: PageRequest) -> HttpResponse:
        party = party_of(request)
        return replies.json(passkeys.request_options(party, challenges.put(request.session, _ALONE), account_id=None))


routes = [
    path("login/second_factor", SecondStep.as_view()),
    path("login/second_factor/passkey", SecondStepPasskey.as_view()),
    path("login/second_factor/passkey/options", SecondStepOptions.as_view()),
    path("login/passkey", PasskeyLogin.as_view()),
    path("login/passkey/options", PasskeyLoginOptions.as_view()),
]
