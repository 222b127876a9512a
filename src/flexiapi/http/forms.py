"""Forms of pages: method override, the CSRF token's names, going back, and what a refused form leaves behind."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware, RejectRequest
from django.urls import Resolver404, resolve

from flexiapi.http import errors, inputs, negotiation, outer, proxies

_OVERRIDES = ("PUT", "PATCH", "DELETE")
_ERRORS, _OLD, _FLASHES = "form_errors", "form_old", "flashes"
_NEVER_KEPT = inputs.UNTRIMMED | {
    "_token",
    "_method",
    "h-captcha-response",
    "client_secret",
    "one_time_code",
    "credential",
}


class PageForms(CsrfViewMiddleware):
    """Middleware of pages: `_method` in a form stands for PUT, PATCH or DELETE, and every write needs the token.

    The token comes in the field `_token`, or in `X-CSRF-TOKEN` or `X-XSRF-TOKEN` (the value of the cookie
    `XSRF-TOKEN`). Requests without session (the API, provisioning) are exempt: they read no cookies.

    What the framework compares `Origin` and `Referer` with is its own side of the connection, which behind a proxy
    is not what the browser sees: scheme and host are those that the client used.
    """

    def __call__(self, request: HttpRequest) -> Any:
        """What has no session passes by."""
        return super().__call__(request) if hasattr(request, "session") else self.get_response(request)

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], callback_args: Any, callback_kwargs: Any
    ) -> Any:
        """Check the token."""
        if not hasattr(request, "session"):
            return None
        override = request.POST.get("_method", "").upper() if request.method == "POST" else ""
        meta = request.META
        token = _token_of(request) or meta.get("HTTP_X_CSRF_TOKEN") or meta.get("HTTP_X_XSRF_TOKEN")
        if token:
            meta["HTTP_X_CSRFTOKEN"] = token
        request.csrf_processing_done = False  # type: ignore[attr-defined]
        meta["wsgi.url_scheme"] = proxies.connection(request).scheme
        refused = super().process_view(request, _checked, callback_args, callback_kwargs)
        if refused is None and override in _OVERRIDES:
            request.method = override
        return refused

    def _origin_verified(self, request: HttpRequest) -> bool:
        scheme, _, authority = request.META["HTTP_ORIGIN"].partition("://")
        return proxies.connection(request).is_at(scheme, authority)

    def _check_referer(self, request: HttpRequest) -> None:
        if own_place(request, request.META.get("HTTP_REFERER", "")) is None:
            raise RejectRequest("the form comes from elsewhere")

    def _set_csrf_cookie(self, request: HttpRequest, response: HttpResponseBase) -> None:
        super()._set_csrf_cookie(request, response)  # type: ignore[misc]
        if proxies.secure_cookies(request):
            response.cookies[settings.CSRF_COOKIE_NAME]["secure"] = True


def _token_of(request: HttpRequest) -> str | None:
    """The token in the body of a form, also of one that is really sent by PUT, PATCH or DELETE."""
    if request.method == "POST":
        return request.POST.get("_token")
    if request.method not in _OVERRIDES:
        return None
    try:
        token = inputs.read(request).get("_token")
    except errors.BadRequest:
        return None
    return token if isinstance(token, str) else None


def _checked() -> HttpResponseBase:
    """Stands in for the view, so that no view is exempt; it is looked at and never called."""
    return HttpResponse()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """419, as the form's senders know it."""
    return errors.render(request, errors.PageExpired())


def go(url: str) -> HttpResponse:
    """Redirect within the own host."""
    return HttpResponseRedirect(url)


def back(request: HttpRequest, default: str = "/") -> HttpResponse:
    """Redirect to the page that the form was sent from, if it is one of ours that can be looked at."""
    place = own_place(request, request.META.get("HTTP_REFERER", ""))
    return go(place if place is not None and _can_be_seen(place.partition("?")[0]) else default)


def own_place(request: HttpRequest, url: str) -> str | None:
    """Path and query of a URL that begins with the scheme and host that the client used; None for all others.

    A path never starts with two slashes: browsers would take what follows for a host.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not (proxies.connection(request).is_at(parts.scheme, parts.netloc) and parts.path.startswith("/")):
        return None
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def _can_be_seen(path: str) -> bool:
    """Whether a path answers to GET: the answer to a form may stand at an address that takes nothing else."""
    try:
        return path.startswith("/") and "GET" in outer.methods_of(resolve(unquote(path)).func)
    except Resolver404:
        return False


def refuse(
    request: HttpRequest, error: errors.Invalid, default: str = "/", *, keep_input: bool = True
) -> HttpResponseBase:
    """Send a refused form back with its messages and input (never passwords); 422 for clients that ask for JSON."""
    if negotiation.accepts_json(request):
        return errors.render(request, error)
    request.session[_ERRORS] = error.errors
    if keep_input:
        kept = {key: value for key, value in inputs.read(request).items() if key not in _NEVER_KEPT}
        request.session[_OLD] = kept
    return back(request, default)


def leave_errors(request: HttpRequest, found: dict[str, list[str]]) -> None:
    """Leave messages for the next page by field, without input."""
    request.session[_ERRORS] = found


def state(request: HttpRequest) -> dict[str, Any]:
    """What a refused form left for this page: `errors` by field and the `old` input; given once."""
    session = getattr(request, "session", None)
    if session is None:
        return {"errors": {}, "old": {}}
    return {"errors": session.pop(_ERRORS, None) or {}, "old": session.pop(_OLD, None) or {}}


def flash(request: HttpRequest, text: str, kind: str = "success") -> None:
    """Show a sentence on the next page."""
    request.session[_FLASHES] = [*request.session.get(_FLASHES, []), {"text": str(text), "kind": kind}]


def flashes(request: HttpRequest) -> list[dict[str, str]]:
    """The sentences to show now; given once."""
    session = getattr(request, "session", None)
    return list(session.pop(_FLASHES, [])) if session is not None else []
