"""QR codes that let one device in by another, in both directions."""

from dataclasses import dataclass
from math import ceil

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flexiapi.auth import auth_tokens, limits, sessions
from flexiapi.auth import queries as tokens
from flexiapi.auth.models import AuthToken
from flexiapi.auth.page_access import PageRequest, PanelPage, UserPage
from flexiapi.http import errors, forms, replies
from flexiapi.http.dates import now
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.provisioning import qr

from .recovery import private

_MINE, _OFFERED = "qr_token", "offered_token"


class Start(PanelPage):
    """A browser without login makes a token of its own."""

    def get(self, request: PageRequest) -> HttpResponse:
        if request.caller is not None:
            return forms.go("/")
        limits.take(limits.NEW_AUTH_TOKENS, request.origin)
        token = auth_tokens.create(origin=request.origin)
        request.session[_MINE] = token.token
        return forms.go(f"/authenticate/qrcode/{token.token}")


class Wait(PanelPage):
    """The browser shows its code and waits; only the browser that made the token is let in by it."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        found = tokens.living_token(token)
        if found is None or request.session.get(_MINE) != token:
            return forms.go("/authenticate/qrcode")
        if found.account_id is not None:
            return enter(request, token)
        url = f"{base_url(request)}/auth_tokens/auth/external/{token}"
        context = {"qr": SafeString(qr.svg(url, label=_("QR code to log in with")))}
        reply = private(render(request, "portal/qr_wait.html", context))
        reply["Refresh"] = "5"
        return reply


class Picture(PanelPage):
    """The code of a token as PNG: it leads a device to log in, or to let this one in."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        found = scanned(request, token)
        if found.account is not None and found.account.domain != request.space.domain:
            raise errors.NotFound
        kind = "auth" if found.account_id is not None else "auth/external"
        content = qr.png(f"{base_url(request)}/auth_tokens/{kind}/{token}")
        return private(replies.Reply(content, content_type="image/png"))


class Attach(UserPage):
    """Somebody who is logged in scanned the code of another device, and confirms that it may in."""

    form_page = "/dashboard"

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        found = scanned(request, token)
        if found.account_id is not None:
            return forms.go("/")
        return private(render(request, "portal/qr_attach.html", {"token": found}))

    def post(self, request: PageRequest, token: str) -> HttpResponse:
        with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
            auth_tokens.attach(token, request.caller)
        forms.flash(request, _("The other device is logged in now."))
        return forms.go("/")


class Offer(UserPage):
    """Somebody who is logged in makes a code for another device to scan."""

    form_page = "/dashboard"

    def post(self, request: PageRequest) -> HttpResponse:
        token = auth_tokens.create(origin=request.origin, account_id=request.caller.account_id)
        request.session[_OFFERED] = token.token
        forms.flash(request, _("A code for another device is ready."))
        return forms.back(request, "/link_device")


class Offered(UserPage):
    """The code for the other device; the page shows that it is over as soon as it is."""

    def get(self, request: PageRequest) -> HttpResponse:
        found = offered(request)
        reply = private(render(request, "portal/link_device.html", {"offered": found}))
        if found is not None:
            reply["Refresh"] = str(found.seconds + 1)
        return reply


@dataclass(frozen=True, slots=True)
class OfferedCode:
    """The code that lets another device in, and how long it still does."""

    qr: SafeString
    seconds: int

    @property
    def left(self) -> str:
        """The remaining time in words."""
        minutes = ceil(self.seconds / 60)
        text = ngettext(
            "It works once, for another minute.", "It works once, for another %(minutes)d minutes.", minutes
        )
        return text % {"minutes": minutes}


def offered(request: PageRequest) -> OfferedCode | None:
    """The code that this browser made and that nobody has used yet."""
    token = request.session.get(_OFFERED)
    found = tokens.living_token(token) if token else None
    if found is None:
        request.session.pop(_OFFERED, None)
        return None
    url = f"{base_url(request)}/auth_tokens/auth/{token}"
    left = found.created_at + auth_tokens.LIFETIME - now() if found.created_at else auth_tokens.LIFETIME
    picture = SafeString(qr.svg(url, label=_("QR code that logs another device in")))
    return OfferedCode(picture, max(1, int(left.total_seconds())))


class LogIn(PanelPage):
    """The other device opens the code, and confirms that it wants in."""

    def get(self, request: PageRequest, token: str) -> HttpResponse:
        found = scanned(request, token)
        if found.account is None or found.account.domain != request.space.domain:
            raise errors.NotFound
        return private(render(request, "portal/qr_enter.html", {"account": found.account}))

    def post(self, request: PageRequest, token: str) -> HttpResponse:
        return enter(request, token)


def scanned(request: PageRequest, token: str) -> AuthToken:
    """The living token that somebody scanned, attached or not.

    Raises:
        NotFound: there is none, which counts as a guess.
    """
    with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
        found = tokens.living_token(token)
        if found is None:
            raise errors.NotFound
    return found


def enter(request: PageRequest, token: str) -> HttpResponse:
    """Log the browser in by a token, which is gone afterwards; it stands for the password, not for a second factor.

    An app that knows no more than the password can attach a token, too.

    Raises:
        NotFound: somebody was faster.
        Forbidden: the account is blocked.
    """
    with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
        account = auth_tokens.redeem(request.space, token)
    return forms.go(sessions.log_in(request, account, method="qr code"))


routes = [
    path("authenticate/qrcode", Start.as_view()),
    path("authenticate/qrcode/<seg:token>", Wait.as_view()),
    path("auth_tokens", Offer.as_view()),
    path("link_device", Offered.as_view()),
    path("auth_tokens/qrcode/<seg:token>", Picture.as_view()),
    path("auth_tokens/auth/external/<seg:token>", Attach.as_view()),
    path("auth_tokens/auth/<seg:token>", LogIn.as_view()),
]
