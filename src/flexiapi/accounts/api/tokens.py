"""Tokens by which apps create and recover accounts, registration with them, and push notifications."""

from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import schemas
from flexiapi.accounts.models import AccountCreationToken
from flexiapi.accounts.serializers import TokenRegistration
from flexiapi.accounts.serializers.tokens import PushDevice, PushNotification, UsingRequestToken
from flexiapi.accounts.services import creation_tokens, push_notifications, recovery_tokens, registration
from flexiapi.auth import limits
from flexiapi.auth.access import AdministratorView, ApiRequest, PublicView, UserView
from flexiapi.config import instance
from flexiapi.http import dates, errors, inputs, replies
from flexiapi.http.openapi import describe
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.messaging import push
from flexiapi.spaces import queries as spaces

from .answers import document


class CreationRequestTokens(PublicView):
    """Tokens that a person validates in a browser."""

    @describe(
        "Ask for a creation request token",
        ok={201: schemas.CREATION_REQUEST_TOKEN},
        text="Its holder opens `validation_url` in a browser; the app then trades it for a creation token.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        limits.take(limits.REQUEST_TOKENS, request.origin)
        token = creation_tokens.issue_request_token(origin=request.origin).token
        url = f"{base_url(request)}/creation_token/check/{token}"
        return replies.json({"token": token, "validation_url": url}, status=201)


class CreationTokenByRequestToken(PublicView):
    """A creation token for a request token that was validated; apps ask every 2 seconds until it is."""

    @describe(
        "Trade a creation request token for a creation token",
        body=UsingRequestToken,
        ok={201: schemas.CREATION_TOKEN},
        errors={404: "Nobody has validated the token yet.", 422: ""},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        with limits.guarded(limits.CREATION_TOKENS, request.origin, space=request.space, failures=(errors.Invalid,)):
            token = UsingRequestToken.read(request).account_creation_request_token
            created = creation_tokens.exchange_request_token(token, origin=request.origin)
        return replies.json(_issued(created), status=201)


class CreationTokenByPush(PublicView):
    """A creation token, sent to the app that asks."""

    @describe(
        "Send a creation token by push notification",
        body=PushDevice,
        errors={422: "", 429: "The device got one lately.", 503: "The notification could not be sent."},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        creation_tokens.send_by_push(PushDevice.read(request), origin=request.origin)
        return replies.empty()


class CreationTokens(AdministratorView):
    """Creation tokens that administrators hand out."""

    @describe("Issue a creation token", ok={201: schemas.CREATION_TOKEN})
    def post(self, request: ApiRequest) -> HttpResponse:
        return replies.json(_issued(creation_tokens.issue_token(origin=request.origin)), status=201)


class CreationTokenConsumption(UserView):
    """A creation token that vouches for an account which exists already."""

    @describe(
        "Use a creation token for the own account",
        body=schemas.CREATION_TOKEN_TO_CONSUME,
        ok={200: schemas.CONSUMED_CREATION_TOKEN},
        errors=(404,),
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        token = inputs.read(request).get("account_creation_token")
        if not inputs.storable(token):
            raise errors.NotFound
        with limits.guarded(limits.CREATION_TOKENS, request.origin, space=request.space, failures=(errors.NotFound,)):
            used = creation_tokens.consume_for(request.caller, token, origin=request.origin)
        return replies.json(
            {
                "token": used.token,
                "pn_provider": used.pn_provider,
                "pn_param": used.pn_param,
                "pn_prid": used.pn_prid,
                "used": True,
                "account_id": request.caller.account_id,
                "ip": used.ip,
                "user_agent": used.user_agent,
                "expire_at": _expiry(used),
            }
        )


class Registration(PublicView):
    """Accounts that their owners create with a creation token."""

    @describe(
        "Create an account with a creation token",
        body=TokenRegistration,
        ok={200: schemas.ACCOUNT},
        errors={403: "The Space is full.", 422: ""},
        text="Only username, password and DTMF protocol are taken; all else is validated and ignored.",
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        space = request.space
        if spaces.is_full(space):
            raise errors.Forbidden("This action is unauthorized.")
        with limits.guarded(
            limits.CREATION_TOKENS,
            request.origin,
            space=space,
            failures=(errors.Invalid,),
            about="account_creation_token",
        ):
            new = TokenRegistration.read(request, domain=space.domain, unique_email=space.unique_email)
            account = registration.register_with_token(space, new, origin=request.origin)
        return document(account.pk)


class RecoveryTokenByPush(PublicView):
    """A token that lets the app ask for a recovery code, sent to it."""

    @describe(
        "Send a recovery token by push notification",
        body=PushDevice,
        errors={422: "", 429: "The device got one lately.", 503: "The notification could not be sent."},
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        recovery_tokens.send_by_push(PushDevice.read(request), origin=request.origin)
        return replies.empty()


class PushNotifications(UserView):
    """Notifications to devices that sleep, as Flexisip sends them for calls and messages."""

    @describe(
        "Send a push notification",
        body=PushNotification,
        errors={
            422: "",
            429: "The account or its address sent many, or the device got many; not for administrators.",
            503: "The notification could not be sent.",
        },
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        asked = PushNotification.read(request)
        notification = push.Push(asked.device, kind=asked.type, call_id=asked.call_id)
        push_notifications.send(notification, by=request.caller, origin=request.origin)
        return replies.empty()


def _issued(token: AccountCreationToken) -> dict[str, Any]:
    return {"token": token.token, "ip": token.ip, "user_agent": token.user_agent, "expire_at": _expiry(token)}


def _expiry(token: AccountCreationToken) -> str | None:
    minutes = instance.current().app_account_creation_token_expiration_minutes
    return dates.wire(dates.expiry(token.created_at, minutes))


routes = [
    path("account_creation_request_tokens", CreationRequestTokens.as_view()),
    path("account_creation_tokens", CreationTokens.as_view()),
    path("account_creation_tokens/send-by-push", CreationTokenByPush.as_view()),
    path("account_creation_tokens/using-account-creation-request-token", CreationTokenByRequestToken.as_view()),
    path("account_creation_tokens/consume", CreationTokenConsumption.as_view()),
    path("accounts/with-account-creation-token", Registration.as_view()),
    path("account_recovery_tokens/send-by-push", RecoveryTokenByPush.as_view()),
    path("push_notification", PushNotifications.as_view()),
]
