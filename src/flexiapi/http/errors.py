"""Errors that know their status and message, and the one renderer that makes JSON or a page of them."""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext
from rest_framework import exceptions as drf

from flexiapi.http import negotiation, replies

log = logging.getLogger(__name__)

MISSING = "Missing elements to perform the request"


class ApiError(Exception):
    """What a request is refused with.

    `message` is shown to the caller, `lines` are extra header lines (several of one name are kept apart).
    """

    status: ClassVar[int] = 500
    default: ClassVar[str] = ""

    def __init__(self, message: str | None = None, *, lines: Sequence[tuple[str, str]] = ()) -> None:
        self.message = self.default if message is None else message
        self.lines = list(lines)
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"message": self.message}


class BadRequest(ApiError):
    """400: the request cannot be read."""

    status = 400
    default = "Bad request."


class Unauthenticated(ApiError):
    """401: who is calling is unknown or not proven; `lines` carry the challenges."""

    status = 401
    default = "Unauthenticated."


class Forbidden(ApiError):
    """403: known, and not allowed."""

    status = 403
    default = "Unauthorized area"


class NotFound(ApiError):
    """404: no such thing within the caller's reach."""

    status = 404
    default = MISSING


class MethodNotAllowed(ApiError):
    """405: the URL exists, for other methods."""

    status = 405


class Conflict(ApiError):
    """409: it exists already."""

    status = 409


class Gone(ApiError):
    """410: it existed and has expired."""

    status = 410
    default = "Expired"


class TooLarge(ApiError):
    """413: the body is larger than the limit."""

    status = 413
    default = "The POST data is too large."


class PageExpired(ApiError):
    """419: the form's token does not match, or what it confirms has expired."""

    status = 419
    default = "CSRF token mismatch."


class Unprocessable(ApiError):
    """422 without a field."""

    status = 422


class TooManyRequests(ApiError):
    """429: asked too often."""

    status = 429
    default = "Too Many Attempts."


class SpaceExpired(ApiError):
    """The Space of the host has expired: 490 for pages, 403 for JSON clients."""

    status = 490
    default = "The related Space has expired"


class Unavailable(ApiError):
    """503: a service that the request needs does not answer, or nothing is configured yet."""

    status = 503


class Invalid(ApiError):
    """422: the input breaks rules; `errors` holds every message by field, dotted for nested fields."""

    status = 422

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {field: [str(text) for text in texts] for field, texts in errors.items() if texts}
        texts = [text for found in self.errors.values() for text in found]
        more = len(texts) - 1
        suffix = "" if more < 1 else " (and 1 more error)" if more == 1 else f" (and {more} more errors)"
        super().__init__((texts[0] if texts else "") + suffix)

    def body(self) -> dict[str, Any]:
        """The JSON body with `errors`, an object of lists."""
        return {"message": self.message, "errors": self.errors} if self.errors else {"message": self.message}


def render(request: HttpRequest, error: ApiError) -> HttpResponse:
    """Answer with an error: JSON below `/api` and for clients that ask for it, a page for all others."""
    if negotiation.sends_json_errors(request):
        status = 403 if isinstance(error, SpaceExpired) else error.status
        reply = replies.json(error.body(), status=status)
    elif isinstance(error, Unauthenticated):
        reply = replies.text(error.message, status=401)
    else:
        reply = page(request, error)
    reply.lines.extend(error.lines)
    return reply


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Not found",
    409: "Conflict",
    410: "Expired resource",
    413: "Content Too Large",
    419: "Page Expired",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    490: "Expired Space",
    500: "Server Error",
    503: "Service Unavailable",
}
_SHOWN = {400, 403, 419, 422, 503}
_FIXED = {405: "Method not allowed", 410: "The resource you requested is expired"}


def page(request: HttpRequest, error: ApiError) -> replies.Reply:
    """The HTML page of an error."""
    title = _TITLES.get(error.status, "Error")
    shown = error.message if error.status in _SHOWN and error.message else _FIXED.get(error.status, title)
    content = render_to_string(
        "http/error.html",
        {"code": error.status, "title": gettext(title), "text": gettext(shown)},
        request=request,
    )
    return replies.Reply(content, status=error.status)


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """Render what an API view raises; None lets the server's error page answer."""
    view = context["view"]
    request = view.request._request if hasattr(view.request, "_request") else view.request
    if isinstance(error, ApiError):
        return render(request, error)
    if isinstance(error, drf.MethodNotAllowed):
        return method_not_allowed(request, [name.upper() for name in view.allowed_methods if name != "OPTIONS"])
    return None


def method_not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    """405 with the `Allow` header; `HEAD` is allowed wherever `GET` is."""
    written = [name for method in allowed for name in ((method, "HEAD") if method == "GET" else (method,))]
    names = list(dict.fromkeys(written))
    path = request.path.strip("/")
    text = f"The {request.method} method is not supported for route {path}. Supported methods: {', '.join(names)}."
    reply = render(request, MethodNotAllowed(text))
    reply["Allow"] = ", ".join(names)
    return reply


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a URL that no route matches."""
    return render(request, NotFound(f"The route {request.path.strip('/')} could not be found."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a request that the framework itself finds suspicious."""
    return render(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer for a refusal raised by the framework."""
    return render(request, Forbidden())


class ServerError(ApiError):
    """500: our fault."""

    status = 500
    default = "Server Error"


_DATABASE_AWAY = (OperationalError, InterfaceError)
_SECONDS_UNTIL_IT_IS_BACK = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer for an unexpected error: neutral, whatever went wrong.

    While the database does not answer it is 503, so that proxies and apps come back.
    """
    if isinstance(sys.exception(), _DATABASE_AWAY):
        again = [("Retry-After", str(_SECONDS_UNTIL_IT_IS_BACK))]
        return render(request, Unavailable(gettext("The database does not answer."), lines=again))
    return render(request, ServerError())
