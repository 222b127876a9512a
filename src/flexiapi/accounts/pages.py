"""The page that a person passes before an app may create an account."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.auth import limits
from flexiapi.auth.page_access import PageRequest, PanelPage
from flexiapi.http import errors, forms
from flexiapi.http.routing import path

from . import captcha, queries
from .serializers.tokens import UsingRequestToken
from .services import creation_tokens

_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


class CreationTokenCheck(PanelPage):
    """The form that a creation request token is validated with; looking at it changes nothing."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        with limits.guarded(limits.CREATION_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
            if queries.request_token(token) is None:
                raise errors.NotFound
        return _page(request, "accounts/creation_token.html", {"token": token, "captcha": captcha.gateway()})


class CreationTokenValidation(PanelPage):
    """What the form sends."""

    def post(self, request: PageRequest) -> HttpResponse:
        with limits.guarded(limits.CREATION_TOKENS, request.origin, space=request.space, failures=(errors.Invalid,)):
            token = UsingRequestToken.read(request).account_creation_request_token
        try:
            captcha.check(request, address=request.origin.ip)
        except errors.Invalid as error:
            return forms.refuse(request, error, f"/creation_token/check/{token}")  # type: ignore[return-value]
        creation_tokens.validate_request_token(token)
        return _page(request, "accounts/creation_token_validated.html", {})


def _page(request: PageRequest, template: str, context: dict[str, object]) -> HttpResponse:
    reply = render(request, template, context)
    for name, value in {**_PRIVATE, "Content-Security-Policy": captcha.content_policy()}.items():
        reply[name] = value
    return reply


routes = [
    path("creation_token/check/<seg:token>", CreationTokenCheck.as_view()),
    path("creation_token/validate", CreationTokenValidation.as_view()),
]
