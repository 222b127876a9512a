"""The provisioning routes: XML documents for apps, QR codes for people."""

from typing import Any

from django.http import HttpResponse

from flexiapi.auth import limits
from flexiapi.auth.access import AdministratorView, ApiRequest, DeviceView, PublicView, hook_context
from flexiapi.config import instance
from flexiapi.http import errors, proxies, replies
from flexiapi.http.openapi import describe
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path

from . import qr, services, wizards
from .schemas import WIZARD
from .serializers import WizardInput

_MISSES = (errors.NotFound,)
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def fetch_of(request: ApiRequest) -> services.Fetch:
    """What the services need to know of a request."""
    return services.Fetch(
        scope=request.scope,
        origin=request.origin,
        base_url=base_url(request),
        scheme=proxies.connection(request).scheme,
        view=lambda: hook_context(request),
    )


def check_header(request: ApiRequest) -> None:
    """Require `X-Linphone-Provisioning` (any value) unless the instance does without; refuse prefetches.

    The header keeps crawlers and link previews from consuming one-time URLs.

    Raises:
        BadRequest: it is missing, or the request is a prefetch (400).
    """
    if (
        "HTTP_X_LINPHONE_PROVISIONING" not in request.META
        and instance.current().account_provisioning_use_x_linphone_provisioning_header
    ):
        raise errors.BadRequest("x-linphone-provisioning header is missing")
    purpose = request.META.get("HTTP_SEC_PURPOSE") or request.META.get("HTTP_PURPOSE") or ""
    if "prefetch" in purpose:
        raise errors.BadRequest("Prefetching is not served")


def xml(content: bytes) -> HttpResponse:
    """A document; apps compare nothing but status and body, caches must not keep it."""
    return replies.Reply(content, content_type="application/xml", headers=_PRIVATE)


class Anonymous(PublicView):
    """The configuration of a Space, for anybody."""

    def get(self, request: ApiRequest) -> HttpResponse:
        check_header(request)
        return xml(services.anonymous(fetch_of(request)))


class ByToken(PublicView):
    """The configuration of an account, once."""

    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        check_header(request)
        with limits.guarded(limits.PROVISIONING_TOKENS, request.origin, space=request.space, failures=_MISSES):
            content = services.by_token(
                fetch_of(request),
                token,
                reset_password="reset_password" in request.GET,
                dry=request.method == "HEAD",
            )
        return xml(content)


class ByAuthToken(PublicView):
    """The configuration of the account that another device attached, once."""

    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        check_header(request)
        with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=_MISSES):
            content = services.by_auth_token(fetch_of(request), token, dry=request.method == "HEAD")
        return xml(content)


class Mine(DeviceView):
    """The configuration of the account that authenticates, as often as it asks."""

    def get(self, request: ApiRequest) -> HttpResponse:
        check_header(request)
        return xml(services.own(fetch_of(request), request.caller.account_id))


class QrCode(PublicView):
    """A token's provisioning URL as a picture; SVG with `?format=svg`."""

    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        with limits.guarded(limits.PROVISIONING_TOKENS, request.origin, space=request.space, failures=_MISSES):
            services.usable_token(token)
        suffix = "?reset_password=1" if "reset_password" in request.GET else ""
        url = f"{base_url(request)}/provisioning/{token}{suffix}"
        headers: dict[str, Any] = {**_PRIVATE, "X-Qrcode-URL": url}
        if request.GET.get("format") == "svg":
            return replies.Reply(qr.svg(url), content_type="image/svg+xml", headers=headers)
        return replies.Reply(qr.png(url), content_type="image/png", headers=headers)


class Wizards(AdministratorView):
    """Links that open the app and set it up."""

    @describe("Make a wizard link", body=WizardInput, ok={201: WIZARD}, errors=(422,))
    def post(self, request: ApiRequest) -> HttpResponse:
        """The link, which works once."""
        new = WizardInput.read(request, scope=request.scope)
        made = wizards.create_wizard(new, by=request.caller)
        return replies.json(
            {
                "provisioning_account_id": made.provisioning_account_id,
                "sip": made.sip,
                "linphone_action": made.linphone_action,
                "linphone_use_sips": made.linphone_use_sips,
                "token": made.token,
                "url": f"{base_url(request)}/wizard/{made.token}",
            },
            status=201,
        )


api_routes = [path("wizard", Wizards.as_view())]

routes = [
    path("provisioning", Anonymous.as_view()),
    path("provisioning/me", Mine.as_view()),
    path("provisioning/auth_token/<seg:token>", ByAuthToken.as_view()),
    path("provisioning/qrcode/<seg:token>", QrCode.as_view()),
    path("provisioning/<seg:token>", ByToken.as_view()),
]
