"""The outermost layer: paths as they were sent, CORS, body sizes, and what every answer carries."""

import io
import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from flexiapi.config import instance
from flexiapi.http import errors, proxies, replies
from flexiapi.http.static import with_assets

log = logging.getLogger(__name__)

_SLASHES = re.compile("/{2,}")
_FORM_LIMIT = 2 * 1024 * 1024
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class OuterLayer:
    """Middleware around everything.

    - `path_info` is decoded once from the path that the client sent; repeated slashes collapse (Flexisip
      writes `//api/…` when its URL ends with a slash) and a trailing one does not count.
    - Preflights of `/api/*` are answered before the host is looked at; every answer there allows any origin.
    - Bodies larger than the limit are refused by their declared size, before anything is read; those without a
      declared size as soon as they exceed it.
    - Methods that a URL does not have get 405 with `Allow`, `OPTIONS` lists them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if request.path_info.startswith("/api/"):
            response["Access-Control-Allow-Origin"] = "*"
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-cache, private"
        response["X-Content-Type-Options"] = "nosniff"
        if response.get("Content-Type", "").startswith("text/html"):
            _protect_page(request, response)
        if not response.streaming and "Content-Length" not in response:
            response["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
        return response

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The response, without the headers that all responses share."""
        raw = raw_path(request)
        if raw is None:
            log.error("The WSGI server passes neither RAW_URI nor REQUEST_URI: use `flexiapi serve`, or gunicorn")
            return errors.render(request, errors.Unavailable("The server hides the path as it was sent."))
        request.raw_path = raw  # type: ignore[attr-defined]
        try:
            path = unquote_to_bytes(_SLASHES.sub("/", raw).encode(_encoding(request))).decode()
        except UnicodeError:
            return errors.render(request, errors.BadRequest("Malformed URL."))
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/") or "/"
        request.path_info = request.path = path
        if "\x00" in path:
            return errors.render(request, errors.BadRequest("Malformed URL."))
        if request.method == "OPTIONS" and path.startswith("/api/"):
            wanted = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
            if wanted:
                return _preflight(request, wanted)
        if _too_large(request):
            return errors.render(request, errors.TooLarge())
        try:
            _gather(request)
        except errors.ApiError as error:
            return errors.render(request, error)
        if request.method == "OPTIONS":
            return _options(request, path)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Render the errors that plain views raise."""
        return errors.render(request, exception) if isinstance(exception, errors.ApiError) else None


CONTENT_POLICY = with_assets(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _protect_page(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add what keeps a page from being framed, sniffed or scripted; a view's own header stays.

    `request.form_targets` are origins that forms of the page may end up at besides the own host.
    """
    targets = " ".join(["form-action 'self'", *getattr(request, "form_targets", ())])
    for name, value in (
        ("Content-Security-Policy", CONTENT_POLICY.replace("form-action 'self'", targets)),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ):
        response.setdefault(name, value)
    if proxies.connection(request).scheme == "https":
        response.setdefault("Strict-Transport-Security", "max-age=31536000")


def raw_path(request: HttpRequest) -> str | None:
    """The path exactly as it was sent, percent-encoding included, without the query.

    Servers hand it over as `RAW_URI` (gunicorn) or `REQUEST_URI`; None without either, since a decoded path
    could no longer be told from the one that was sent: `%2F`, `+`, and the `uri` of Digest depend on it.
    """
    sent = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    if not sent:
        return None
    path: str = sent.partition("?")[0]
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    return path or "/"


def _encoding(request: HttpRequest) -> str:
    """How the server made text of the bytes of the request line: gunicorn reads those of HTTP/2 as UTF-8."""
    return "utf-8" if request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2") else "latin-1"


def _too_large(request: HttpRequest) -> bool:
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    if size <= _FORM_LIMIT:
        return False
    multipart = (request.content_type or "").startswith("multipart/")
    return size > (instance.current().upload_max_bytes + 64 * 1024 if multipart else _FORM_LIMIT)


def _gather(request: HttpRequest) -> None:
    """Read a body that came in chunks and give it a length: Django reads nothing of a body without one.

    Files are read by their own views, bit by bit.

    Raises:
        TooLarge: it exceeds the limit; no more of it is read.
        BadRequest: the client went away, or its chunks are none.
    """
    meta = request.META
    if meta.get("CONTENT_LENGTH") or request.method not in _WITH_BODY or not meta.get("wsgi.input_terminated"):
        return
    if (request.content_type or "").startswith("multipart/"):
        return
    body = bytearray()
    try:
        while part := meta["wsgi.input"].read(_FORM_LIMIT + 1 - len(body)):
            body += part
            if len(body) > _FORM_LIMIT:
                raise errors.TooLarge
    except OSError:
        raise errors.BadRequest from None
    meta["CONTENT_LENGTH"] = str(len(body))
    request._stream = LimitedStream(io.BytesIO(body), len(body))  # type: ignore[assignment]


def _preflight(request: HttpRequest, method: str) -> HttpResponseBase:
    reply = replies.nothing()
    reply["Access-Control-Allow-Methods"] = method.upper()[:32]
    reply["Access-Control-Allow-Headers"] = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    reply["Access-Control-Max-Age"] = "0"
    reply["Vary"] = "Access-Control-Request-Method, Access-Control-Request-Headers"
    return reply


def methods_of(view: Callable[..., object]) -> list[str]:
    """The methods that a routed view answers to, without HEAD and OPTIONS."""
    plain = getattr(view, "views", {})
    fallback = getattr(view, "fallback", view)
    view_class = getattr(fallback, "cls", None) or getattr(fallback, "view_class", None)
    if view_class is not None:
        found = {name for name in _METHODS if hasattr(view_class, name.lower())} | set(plain)
    else:
        found = set(plain) | set(getattr(fallback, "methods", ()))
    return [name for name in _METHODS if name in (found or {"GET"})]


def _options(request: HttpRequest, path: str) -> HttpResponseBase:
    try:
        match = resolve(path)
    except Resolver404:
        return errors.page_not_found(request)
    reply = replies.empty()
    names = [name for method in methods_of(match.func) for name in ((method, "HEAD") if method == "GET" else (method,))]
    reply["Allow"] = ",".join(names)
    if path.startswith("/api/"):
        patch_vary_headers(reply, ["Access-Control-Request-Method"])
    return reply
