"""API keys and auth tokens over the API."""

from django.http import HttpResponse

from flexiapi.config import instance
from flexiapi.http import dates, errors, proxies, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import INTEGER, MOMENT, STRING, nullable, obj

from . import auth_tokens, keys, limits
from .access import ApiRequest, PublicView, UserView

COOKIE = "x-api-key"


class MyKey(UserView):
    """The personal API key of the account; `GET` is what deployed apps send."""

    @describe(
        "Replace the own API key",
        ok={200: TEXT},
        errors={403: "Blocked, or Digest of an administrator who has a second factor."},
        text="Answers the new key, bound to the caller's address. The former one is dead.",
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        refuse_prefetch(request)
        if request.method == "HEAD":
            return no_store(replies.text(""))
        if request.caller.method == "digest":
            keys.refuse_password_alone(request.caller.account_id, admin=request.caller.admin)
        key = keys.issue_personal_key(request.caller.account_id, ip=request.origin.ip)
        return with_cookie(request, replies.text(key), key)

    post = get


class KeyByAuthToken(PublicView):
    """An API key for an auth token that was attached; `GET` is what deployed apps send."""

    @describe(
        "Trade an auth token for an API key",
        ok={200: obj({"api_key": STRING})},
        errors={
            403: "Blocked, or an administrator's who has a second factor.",
            404: "Unknown, older than five minutes, or not attached.",
        },
    )
    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        refuse_prefetch(request)
        if request.method == "HEAD":
            return no_store(replies.json({}))
        with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
            key = auth_tokens.redeem_for_key(request.space, token, origin=request.origin)
        return with_cookie(request, replies.json({"api_key": key}), key)

    post = get


class AuthTokens(PublicView):
    """Tokens by which a device is let in by another."""

    @describe(
        "Create an auth token",
        ok={
            201: obj(
                {
                    "token": STRING,
                    "ip": STRING,
                    "user_agent": nullable(STRING),
                    "updated_at": MOMENT,
                    "created_at": MOMENT,
                    "id": INTEGER,
                }
            )
        },
        text="It lives for five minutes.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        limits.take(limits.NEW_AUTH_TOKENS, request.origin)
        token = auth_tokens.create(origin=request.origin)
        content = {
            "token": token.token,
            "ip": token.ip,
            "user_agent": token.user_agent,
            "updated_at": dates.wire(token.updated_at),
            "created_at": dates.wire(token.created_at),
            "id": token.pk,
        }
        return no_store(replies.json(content, status=201))


class AuthTokenAttachment(UserView):
    """Letting another device in; `GET` is what deployed apps send."""

    @describe(
        "Attach an auth token to the own account",
        errors={404: "Unknown, older than five minutes, or attached already."},
    )
    def get(self, request: ApiRequest, token: str) -> HttpResponse:
        refuse_prefetch(request)
        if request.method != "HEAD":
            with limits.guarded(limits.AUTH_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
                auth_tokens.attach(token, request.caller)
        return no_store(replies.empty())

    post = get


def refuse_prefetch(request: ApiRequest) -> None:
    """Refuse a browser that only looks ahead: it would use the link up.

    Raises:
        BadRequest: the request is a prefetch.
    """
    purpose = request.META.get("HTTP_SEC_PURPOSE") or request.META.get("HTTP_PURPOSE") or ""
    if "prefetch" in purpose:
        raise errors.BadRequest("Prefetching is not served")


def no_store(reply: HttpResponse) -> HttpResponse:
    """Keep a reply that holds a secret out of caches."""
    reply["Cache-Control"] = "no-store"
    return reply


def with_cookie(request: ApiRequest, reply: HttpResponse, key: str) -> HttpResponse:
    """Add the key as a plain cookie, which some apps read; the server itself never does."""
    settings = instance.current()
    minutes = settings.app_api_key_expiration_minutes
    reply.set_cookie(
        COOKIE,
        key,
        max_age=minutes * 60 if minutes > 0 else None,
        domain=settings.session_domain,
        secure=proxies.secure_cookies(request),
        httponly=True,
    )
    return no_store(reply)


routes = [
    path("accounts/me/api_key", MyKey.as_view()),
    path("accounts/me/api_key/<seg:token>", KeyByAuthToken.as_view()),
    path("accounts/auth_token", AuthTokens.as_view()),
    path("accounts/auth_token/<seg:token>/attach", AuthTokenAttachment.as_view()),
]
