"""The doors' base views: they read who is calling, refuse who may not, and hand over a Scope.

Order of refusals: JSON syntax, authentication, role, blocked; validation comes later, in the operation's input.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.views import APIView

from flexiapi import hooks
from flexiapi.http import errors, inputs, proxies
from flexiapi.spaces.models import Space

from . import digest, keys
from .gate import KeyRow
from .scope import Caller, Method, Origin, Scope

_USER_AGENT_COLUMN = 255


class ApiRequest(HttpRequest):
    """A request after the gate and the access check (a type only)."""

    space: Space
    scope: Scope
    caller: Caller
    origin: Origin
    raw_path: str
    key_row: KeyRow | None


class PublicView(APIView):
    """A view for anybody."""

    access: ClassVar[str] = "public"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check access, then hand over to the method's handler."""
        self.request = request
        self.args, self.kwargs = args, kwargs
        name = (request.method or "").lower()
        handler = getattr(self, "get" if name == "head" else name, None)
        if name not in self.http_method_names or handler is None:
            return errors.method_not_allowed(request, [item for item in self.allowed_methods if item != "OPTIONS"])
        try:
            inputs.check_json(request)
            lines = self.enter(request)
            response: HttpResponseBase = handler(request, *args, **kwargs)
        except errors.ApiError as error:
            return errors.render(request, error)
        if lines:
            response.lines.extend(lines)  # type: ignore[attr-defined]
        return response

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Authenticate and authorise; returns header lines that a successful reply repeats."""
        request.origin = origin(request)
        request.scope = Scope(request.space)
        return ()


class UserView(PublicView):
    """A view for an account itself: bearer token, Digest or API key; not blocked."""

    access = "user"

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Authenticate the account."""
        request.origin = origin(request)
        lines = authenticate_user(request)
        refuse_blocked(request.caller)
        return lines


class AdministratorView(PublicView):
    """A view for administrators of the host's Space and super administrators, by API key only."""

    access = "administrator"

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Authenticate and check the role."""
        request.origin = origin(request)
        authenticate_administrator(request)
        return ()


class SuperAdministratorView(AdministratorView):
    """A view for super administrators, by API key only."""

    access = "super administrator"

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Authenticate and check the role."""
        super().enter(request)
        if not request.caller.super_admin:
            raise errors.Forbidden
        return ()


def origin(request: HttpRequest) -> Origin:
    """The address and the cut user agent of a request, and how hooks see it."""
    agent = request.META.get("HTTP_USER_AGENT")
    return Origin(
        ip=proxies.connection(request).address,
        user_agent=agent.replace("\x00", "")[:_USER_AGENT_COLUMN] if agent else None,
        view=lambda: hook_context(request),
    )


def hook_context(request: Any) -> hooks.HookContext:
    """What hooks may see of a request."""
    connection = proxies.connection(request)
    scope: Scope | None = getattr(request, "scope", None)
    caller = scope.caller if scope is not None else None
    return hooks.HookContext(
        method=request.method or "",
        host=connection.host,
        path=request.path,
        query=request.GET.dict(),
        headers=request.headers,
        address=connection.address,
        space=request.space,
        caller=caller.identifier if caller else None,
    )


def authenticate_administrator(request: ApiRequest) -> None:
    """Set the caller and scope of an administrator by API key.

    Raises:
        Unauthenticated: no key, or an invalid one.
        Forbidden: not an administrator here, or blocked.
    """
    if "HTTP_X_API_KEY" not in request.META:
        raise errors.Unauthenticated
    _set_caller(request, _by_key(request))
    caller = request.caller
    if not caller.admin or not (caller.super_admin or caller.domain == request.space.domain):
        raise errors.Forbidden
    refuse_blocked(caller)


def authenticate_user(request: ApiRequest) -> Sequence[tuple[str, str]]:
    """Set the caller and scope of an account by API key or Digest.

    Returns the challenge lines that a reply to Digest repeats.

    Raises:
        Unauthenticated: with the challenges of the account (and of the Space's identity provider) as lines.
        NotFound: `From` names no account.
    """
    if request.META.get("HTTP_X_API_KEY"):
        _set_caller(request, _by_key(request))
        return ()
    bearer = bearer_challenge(request.space)
    try:
        account = digest.account_of(request.META.get("HTTP_FROM"))
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            lines = digest.challenge(account, request.origin.ip)
            raise errors.Unauthenticated("Unauthenticated request", lines=lines)
        verified = digest.verify(
            account,
            authorization,
            method=request.method or "",
            path=request.raw_path,
            query=request.META.get("QUERY_STRING", ""),
            address=request.origin.ip,
        )
    except errors.Unauthenticated as error:
        error.lines.extend(bearer)
        raise
    _set_caller(
        request,
        Caller(
            account_id=account.account_id,
            username=account.username,
            domain=account.domain,
            admin=account.admin,
            super_admin=account.admin and account.super_space,
            blocked=account.blocked,
            method="digest",
        ),
    )
    return verified.lines


def bearer_challenge(space: Space) -> list[tuple[str, str]]:
    """The challenge line of the Space's identity provider, if it has one; it follows the Digest lines.

    Linphone 5.1 gives up at the first scheme that it does not know.
    """
    provider = space.oidc
    if provider is None or not provider.server_url:  # a key alone, for issuers that have no login server
        return []
    server, realm = _quoted(provider.server_url), _quoted(provider.realm)
    return [("WWW-Authenticate", f'Bearer authz_server="{server}realms/{realm}",realm="{realm}"')]


def refuse_blocked(caller: Caller) -> None:
    """Refuse a blocked account.

    Raises:
        Forbidden: `Account blocked` (403).
    """
    if caller.blocked:
        raise errors.Forbidden("Account blocked")


def _by_key(request: ApiRequest) -> Caller:
    row = keys.check(request.key_row, request.origin.ip)
    method: Method = "key"
    return Caller(
        account_id=row.account_id,
        username=row.username,
        domain=row.domain,
        admin=bool(row.admin),
        super_admin=bool(row.admin and row.super_space),
        blocked=bool(row.blocked),
        method=method,
    )


def _set_caller(request: ApiRequest, caller: Caller) -> None:
    request.caller = caller
    request.scope = Scope(request.space, caller)


def _quoted(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
