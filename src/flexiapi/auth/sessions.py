"""Sessions of the portal: the middleware of pages, logging in and out, ending sessions.

Requests to the API and to provisioning never create or read one.
"""

import hmac
import re
from collections.abc import Callable
from datetime import timedelta

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http import proxies
from flexiapi.http.dates import now
from flexiapi.http.errors import NotFound

from . import queries
from .events import WayInEvent, logged_in, logged_out, sessions_ended
from .gate import hashed
from .models import PortalSession
from .scope import Caller, Origin
from .second_factor import queries as factors
from .session_store import SessionStore

_STATELESS = re.compile(r"^/(api|provisioning|contacts|vcards-storage|f|up|static|storage|theme|css)(/|$)")
_DOCUMENTED = ("/api", "/provisioning/documentation")
_TOUCH_AFTER = timedelta(minutes=1)
_HANDLE_LENGTH = 32

SECOND_FACTOR_PAGE = "/login/second_factor"
AT_PROVIDER = "openid connect"
VOUCHED = (AT_PROVIDER, "passkey")
"""Ways of logging in that are enough alone: the provider asks for what it wants, a passkey is both factors."""

_WAITING = "second_factor_of"
_PATIENCE = timedelta(minutes=10)
_RECOVERY_HOLDS = timedelta(minutes=30)
_OF_LOGIN = ("account_id", "method", "recovered")


def keeps_session(path: str) -> bool:
    """Whether a path is a page, which may have a session."""
    return path in _DOCUMENTED or not _STATELESS.match(path)


def cookie_name() -> str:
    """The cookie of the session."""
    return instance.current().session_cookie


class PageSession:
    """Middleware that gives pages a session and writes it back when it changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not keeps_session(request.path_info):
            return self.get_response(request)
        key = request.COOKIES.get(cookie_name())
        session = SessionStore(key)
        connection = proxies.connection(request)
        agent = request.META.get("HTTP_USER_AGENT")
        session.origin = (connection.address, agent.replace("\x00", "")[:255] if agent else None)
        request.session = session
        response = self.get_response(request)
        self._write_back(request, session, response, key)
        return response

    def _write_back(
        self, request: HttpRequest, session: SessionStore, response: HttpResponseBase, key: str | None
    ) -> None:
        settings = instance.current()
        if session.is_empty():
            if key:
                response.delete_cookie(cookie_name(), domain=settings.session_domain, samesite="Lax")
            return
        if not session.modified and not _rested(session):
            return
        try:
            session.save()
        except UpdateError:
            response.delete_cookie(cookie_name(), domain=settings.session_domain, samesite="Lax")
            return
        response.set_cookie(
            cookie_name(),
            session.session_key or "",
            max_age=settings.session_lifetime * 60,
            domain=settings.session_domain,
            secure=proxies.secure_cookies(request),
            httponly=True,
            samesite="Lax",
        )


def _rested(session: SessionStore) -> bool:
    """Whether the session was last written long enough ago to note that it is in use."""
    seen = getattr(session, "last_seen_at", None)
    return seen is not None and now() - seen > _TOUCH_AFTER


def log_in(request: HttpRequest, account: Account, *, method: str, to: str = "/", recovered: bool = False) -> str:
    """Let an account in that has proven itself by `method`, or ask it for its second factor first.

    Returns where the browser goes: `to`, or the page that asks. A `recovered` account may choose a new password
    without the old one for a while.
    """
    if method in VOUCHED or not factors.is_set_up(account.pk):
        _enter(request, account, method=method, recovered=recovered)
        return to
    request.session.cycle_key()
    for key in _OF_LOGIN:
        request.session.pop(key, None)
    request.session[_WAITING] = {
        "account_id": account.pk,
        "method": method,
        "to": to,
        "recovered": recovered,
        "until": (now() + _PATIENCE).timestamp(),
        "stamp": factors.password_stamp(account.pk),
    }
    rotate_token(request)
    return SECOND_FACTOR_PAGE


def waiting(request: HttpRequest) -> Account | None:
    """The account whose second factor is asked for, which may do nothing else yet.

    Nobody once ten minutes are over, the password is another one, or the account belongs to another Space.
    """
    kept = request.session.get(_WAITING)
    if kept is None or kept["until"] < now().timestamp():
        return None
    if not hmac.compare_digest(kept["stamp"], factors.password_stamp(kept["account_id"])):
        return None
    return queries.account_of_space(request.space, kept["account_id"])  # type: ignore[attr-defined]


def finish(request: HttpRequest, account: Account, *, factor: str) -> str:
    """Let the waiting account in, which has shown its second factor; returns where the browser goes."""
    kept = request.session.pop(_WAITING)
    _enter(request, account, method=f"{kept['method']} + {factor}", recovered=kept["recovered"])
    return str(kept["to"])


def lacks_factor(request: HttpRequest, caller: Caller) -> bool:
    """Whether an administrator has yet to set up the second factor that the Space wants.

    Not who has logged in through an identity provider: what that asks for is its own affair.
    """
    space = request.space  # type: ignore[attr-defined]
    if not (caller.admin and space.require_second_factor) or request.session.get("method") == AT_PROVIDER:
        return False
    return not factors.is_set_up(caller.account_id)


def _enter(request: HttpRequest, account: Account, *, method: str, recovered: bool) -> None:
    """Make the request's session one of an account; its id changes, what else it held stays."""
    request.session.cycle_key()
    for key in (*_OF_LOGIN, _WAITING):
        request.session.pop(key, None)
    request.session["account_id"] = account.pk
    request.session["method"] = method
    if recovered:
        request.session["recovered"] = now().timestamp()
    rotate_token(request)
    logged_in.announce(WayInEvent(account.pk, method, None, _origin(request)))


def has_just_recovered(request: HttpRequest) -> bool:
    """Whether the account was recovered in this session, half an hour ago at most: the old password is unknown."""
    recovered_at = request.session.get("recovered")
    return recovered_at is not None and now().timestamp() - recovered_at < _RECOVERY_HOLDS.total_seconds()


def log_out(request: HttpRequest) -> None:
    """End the request's session."""
    account_id = request.session.get("account_id")
    request.session.flush()
    rotate_token(request)
    if account_id is not None:
        logged_out.announce(WayInEvent(account_id, "portal", None, _origin(request)))


def account_of(request: HttpRequest) -> Account | None:
    """The account that is logged in, if it belongs to the Space of the request's host."""
    account_id = request.session.get("account_id")
    if account_id is None:
        return None
    space = request.space  # type: ignore[attr-defined]
    return queries.account_of_space(space, account_id)


def caller_of(request: HttpRequest, account: Account) -> Caller:
    """The caller of a session; pages live on the host of the account's own Space."""
    return Caller(
        account_id=account.pk,
        username=account.username,
        domain=account.domain,
        admin=account.admin,
        super_admin=account.admin and request.space.super,  # type: ignore[attr-defined]
        blocked=account.blocked,
        method="session",
    )


def end_all(account_id: int, *, but: str | None = None) -> int:
    """End all sessions of an account, but the one whose key is given; returns how many."""
    present = hashed(but) if but is not None else ""
    return PortalSession.objects.filter(account_id=account_id).exclude(session_key=present).delete()[0]


def end_for(account: Account, *, by: Caller, origin: Origin) -> None:
    """End all sessions of an account on the wish of an administrator."""
    end_all(account.pk)
    sessions_ended.announce(WayInEvent(account.pk, "portal", by, origin))


def end_others(request: HttpRequest) -> None:
    """End all sessions of the account that is logged in, but the present one."""
    account_id = request.session["account_id"]
    end_all(account_id, but=request.session.session_key)
    sessions_ended.announce(WayInEvent(account_id, "portal, all others", None, _origin(request)))


def end(account_id: int, handle: str, *, by: Caller, origin: Origin) -> None:
    """End one session of an account by the first half of its stored key.

    Raises:
        NotFound: there is none.
    """
    if len(handle) != _HANDLE_LENGTH:
        raise NotFound
    if not PortalSession.objects.filter(account_id=account_id, session_key__startswith=handle).delete()[0]:
        raise NotFound
    sessions_ended.announce(WayInEvent(account_id, "portal, one", by, origin))


def _origin(request: HttpRequest) -> Origin:
    found: Origin | None = getattr(request, "origin", None)
    return found or Origin(ip=proxies.connection(request).address, user_agent=None)
