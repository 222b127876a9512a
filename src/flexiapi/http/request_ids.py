"""The id of the request that is being answered: on the answer, in log lines and in the audit records."""

import os
import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from flexiapi.http import proxies

HEADER = "X-Request-Id"
_GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")

_present: ContextVar[tuple[str, HttpRequest] | None] = ContextVar("request", default=None)


class RequestIds:
    """Outermost middleware: takes the id that a trusted proxy gave, else makes one, and sends it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        known = _GOOD.fullmatch(sent) is not None and proxies.comes_from_trusted_proxy(request)
        request_id = sent if known else os.urandom(16).hex()
        token = _present.set((request_id, request))
        try:
            response = self.get_response(request)
        finally:
            _present.reset(token)
        response[HEADER] = request_id
        return response


def current() -> str | None:
    """The id of the request that this thread answers; None outside of requests."""
    present = _present.get()
    return present[0] if present is not None else None


def request() -> HttpRequest | None:
    """The request that this thread answers."""
    present = _present.get()
    return present[1] if present is not None else None
