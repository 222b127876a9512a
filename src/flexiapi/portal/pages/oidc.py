"""Logging in at the Space's identity provider; also where the Space has no web panel."""

from django.http import HttpResponse

from flexiapi.accounts.services import sso
from flexiapi.auth import limits, oidc, sessions
from flexiapi.auth.page_access import Page, PageRequest
from flexiapi.http import errors, forms
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.spaces.models import OidcConfiguration

_KEPT = "oidc_login"


class LoginPage(Page):
    """What both steps share: the provider, and the way back to the login page."""

    access = "identity provider"
    form_page = "/login"
    provider: OidcConfiguration

    def enter(self, request: PageRequest) -> None:
        """The Space has a provider that people can log in at."""
        if request.space.oidc is None or not oidc.offers_login(request.space):
            raise errors.Forbidden("OIDC is not enabled on this space")
        self.provider = request.space.oidc


class Start(LoginPage):
    """The browser is sent to the provider."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.method == "HEAD":
            return forms.go("/login")
        try:
            attempt, url = oidc.start(self.provider, base_url=base_url(request))
        except oidc.LoginFailed as failure:
            return refused(request, failure)
        request.session[_KEPT] = attempt.kept()
        return private(forms.go(url))


class Return(LoginPage):
    """The browser comes back from the provider, and is logged in."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.method == "HEAD":
            return forms.go("/login")
        kept = request.session.pop(_KEPT, None)
        try:
            with limits.guarded(
                limits.PROVIDER_LOGINS, request.origin, space=request.space, failures=(oidc.LoginRefused,)
            ):
                identity = oidc.finish(self.provider, request.GET.dict(), kept, base_url=base_url(request))
                account = sso.log_in(request.space, identity, origin=request.origin)
        except oidc.LoginFailed as failure:
            return refused(request, failure)
        asked_for = request.session.pop("asked_for", "/")
        return private(forms.go(sessions.log_in(request, account, method=sessions.AT_PROVIDER, to=asked_for)))


def refused(request: PageRequest, failure: oidc.LoginFailed) -> HttpResponse:
    """Back to the login page, with the reason."""
    forms.leave_errors(request, {"sso_not_found": [str(failure)]})
    return private(forms.go("/login"))


def private(reply: HttpResponse) -> HttpResponse:
    """An answer that nobody keeps, and that tells nobody where the browser came from."""
    reply["Cache-Control"] = "no-store"
    reply["Referrer-Policy"] = "no-referrer"
    return reply


routes = [
    path("login/oidc", Start.as_view()),
    path("login/oidc/redirect", Return.as_view()),
]
