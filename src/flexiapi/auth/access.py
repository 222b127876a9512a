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

from . import bearer, certificates, digest, keys, limits
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


class DeviceView(UserView):
    """A view for an account itself, which a device may also prove by its client certificate."""

    def enter(self, request: ApiRequest) -> Sequence[tuple[str, str]]:
        """Authenticate the account."""
        if not certificates.presented(request):
            return super().enter(request)
        request.origin = origin(request)
        with limits.guarded(
            limits.CERTIFICATES, request.origin, space=request.space, failures=(certificates.WrongCertificate,)
        ):
            caller = certificates.authenticate(request, request.space)
        _set_caller(request, caller)
        refuse_blocked(caller)
        return ()


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
    """Set the caller and scope of an account by bearer token, API key or Digest, whichever it sends first.

    Bearer tokens count where the Space has an identity provider; Digest does not where such a Space has no
    digest configuration. Returns the challenge lines that a reply to Digest repeats.

    Raises:
        Unauthenticated: with the challenges of the account (and of the Space's identity provider) as lines.
        Forbidden: a bearer token names nobody of the Space.
        NotFound: `From` names no account.
    """
    space = request.space
    token = bearer.token_of(request.META.get("HTTP_AUTHORIZATION")) if space.oidc is not None else None
    if space.oidc is not None and token is not None:
        with limits.guarded(
            limits.BEARER_TOKENS, request.origin, space=space, failures=(bearer.WrongToken, errors.Forbidden)
        ):
            caller = bearer.authenticate(space, space.oidc, token)
        _set_caller(request, caller)
        return ()
    if request.META.get("HTTP_X_API_KEY"):
        _set_caller(request, _by_key(request))
        return ()
    if space.oidc is not None and space.digest is None:
        raise errors.Unauthenticated(lines=bearer.challenge(space))
    sender = request.META.get("HTTP_FROM")
    try:
        with limits.guarded(limits.PASSWORDS, request.origin, space=space, account=sender, failures=(errors.NotFound,)):
            account = digest.account_of(sender)
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            lines = digest.challenge(account, request.origin.ip)
            raise errors.Unauthenticated("Unauthenticated request", lines=lines)
        with limits.guarded(
            limits.PASSWORDS,
            request.origin,
            space=space,
            account=f"{account.username}@{account.domain}",
            failures=(digest.WrongAnswer,),
        ):
            verified = digest.verify(
                account,
                authorization,
                method=request.method or "",
                path=request.raw_path,
                query=request.META.get("QUERY_STRING", ""),
                address=request.origin.ip,
            )
    except errors.Unauthenticated as error:
        error.lines.extend(bearer.challenge(space))
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


def refuse_blocked(caller: Caller) -> None:
    """Refuse a blocked account.

    Raises:
        Forbidden: `Account blocked` (403).
    """
    if caller.blocked:
        raise errors.Forbidden("Account blocked")


def _by_key(request: ApiRequest) -> Caller:
    with limits.guarded(limits.KEYS, request.origin, space=request.space):
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
