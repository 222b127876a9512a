"""The general limit on requests to the API: so many a minute and address.

Requests are counted in the process's memory; what was counted is added to the shared counters in batches, which
gives the total of all processes back. An address that asks now and then costs no statement at all.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from flexiapi.config import instance
from flexiapi.http import errors, proxies
from flexiapi.http.dates import now

from . import keys, limit_store, limits
from .gate import HEADER

WINDOW_SECONDS = 60
MOST_KEPT_BACK = 30
_FEW = 5
_KEPT_BACK_SECONDS = 1.0
_MOST_ADDRESSES = 100_000
_LOOKED_AT = "_flexiapi_limit_looked_at"
# Apps ask every two seconds whether their owner has solved the captcha.
_POLLED = "/api/account_creation_tokens/using-account-creation-request-token"


@dataclass(slots=True)
class Count:
    """The requests of an address within the present minute: the total that was shared, and what was not yet."""

    name: str
    shared_at: float
    shared: int = 0
    kept_back: int = 0

    @property
    def total(self) -> int:
        """All that this process knows of."""
        return self.shared + self.kept_back


_lock = threading.Lock()
_counts: dict[str, Count] = {}
_window = 0


class ApiLimit:
    """Middleware that counts the requests below `/api/` and refuses those beyond the limit, before the gate.

    Whoever sends a key is looked at once the gate knows it: an administrator's (the SIP proxy's) is not counted.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = instance.current().rate_limit_api_per_minute
        if not limit or not request.path_info.startswith("/api/"):
            return self.get_response(request)
        address = limits.network(proxies.connection(request).address)
        counted = not request.META.get(HEADER) and request.path_info != _POLLED
        refused = counted and count(address, limit) > limit
        response = refusal(request) if refused else self.get_response(request)
        if request.META.get(HEADER) and not hasattr(request, _LOOKED_AT) and _is_one_too_many(request, limit):
            response = refusal(request)  # no route or no Space: the view's turn never came
        response["X-RateLimit-Limit"] = str(limit)
        response["X-RateLimit-Remaining"] = str(max(0, limit - known(address)))
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponseBase | None:
        """Count a request with a key, now that its row was read."""
        limit = instance.current().rate_limit_api_per_minute
        if not limit or not request.path_info.startswith("/api/") or not request.META.get(HEADER):
            return None
        setattr(request, _LOOKED_AT, True)
        return refusal(request) if _is_one_too_many(request, limit) else None


def _is_one_too_many(request: HttpRequest, limit: int) -> bool:
    """Count a request with a key, unless it is an administrator's or a poll; whether that is beyond the limit."""
    address = proxies.connection(request).address
    row = getattr(request, "key_row", None)
    trusted = row is not None and row.admin and not row.blocked and keys.is_good(row, address)
    if trusted or request.path_info == _POLLED:
        return False
    return count(limits.network(address), limit) > limit


def count(address: str, limit: int) -> int:
    """Count a request; the requests of all processes within this minute, as far as this one knows."""
    moment = now().timestamp()
    with _lock:
        found = _count(address, moment)
        found.kept_back += 1
        waited = moment - found.shared_at >= _KEPT_BACK_SECONDS
        if found.kept_back < min(MOST_KEPT_BACK, max(1, limit // 4)) and not (waited and found.kept_back >= _FEW):
            return found.total
        if found.shared > limit:
            return found.total
        hits, found.kept_back = found.kept_back, 0
        found.shared += hits
        found.shared_at = moment
    _share(found, hits)
    return found.total


def known(address: str) -> int:
    """How many requests of an address this process knows of within the present minute."""
    with _lock:
        found = _counts.get(address)
        return found.total if found is not None and _window == _window_of(now().timestamp()) else 0


def refusal(request: HttpRequest) -> HttpResponseBase:
    """429, with the moment from which requests are answered again."""
    moment = now().timestamp()
    end = (_window_of(moment) + 1) * WINDOW_SECONDS
    reply = errors.render(request, errors.TooManyRequests())
    reply["Retry-After"] = str(max(1, -int((moment - end) // 1)))
    reply["X-RateLimit-Reset"] = str(end)
    return reply


def forget() -> None:
    """Forget what was counted."""
    with _lock:
        _counts.clear()


def _count(address: str, moment: float) -> Count:
    """The count of an address; those of former minutes are forgotten."""
    global _window
    window = _window_of(moment)
    if window != _window or len(_counts) >= _MOST_ADDRESSES:
        _counts.clear()
        _window = window
    found = _counts.get(address)
    if found is None:
        found = _counts[address] = Count(limits.name_of("api", window, address), moment)
    return found


def _window_of(moment: float) -> int:
    return int(moment) // WINDOW_SECONDS


def _share(found: Count, hits: int) -> None:
    """Add what was kept back to the shared counter; where that fails, this process counts for itself."""
    end = datetime.fromtimestamp((_window_of(found.shared_at) + 1) * WINDOW_SECONDS, UTC)
    try:
        total = limit_store.current().add(found.name, hits, expires_at=end)
    except DatabaseError:
        return
    with _lock:
        found.shared = max(found.shared, total)
