"""Where an account is logged in to the portal, for its administrators."""

from django.http import HttpResponse

from flexiapi.accounts import queries
from flexiapi.auth import queries as credentials
from flexiapi.auth import sessions
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.http import dates, replies
from flexiapi.http.openapi import describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import MOMENT, STRING, array, nullable, obj

_SESSION = obj(
    {
        "id": STRING,
        "ip": nullable(STRING),
        "user_agent": nullable(STRING),
        "created_at": MOMENT,
        "last_seen_at": MOMENT,
        "expire_at": MOMENT,
    }
)


class AccountSessions(AdministratorView):
    """The portal sessions of an account."""

    @describe("List the portal sessions of an account", ok={200: array(_SESSION)}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Those that have not expired, the latest used first."""
        account = queries.account(request.scope, account_id)
        found = [
            {
                "id": row.handle,
                "ip": row.ip,
                "user_agent": row.user_agent,
                "created_at": dates.wire(row.created_at),
                "last_seen_at": dates.wire(row.last_seen_at),
                "expire_at": dates.wire(row.expire_date),
            }
            for row in credentials.living_sessions(account.pk)
        ]
        reply = replies.json(found)
        reply["Cache-Control"] = "no-store"
        return reply

    @describe("End all portal sessions of an account", errors=(404,))
    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """The browsers are logged out with their next request."""
        account = queries.account(request.scope, account_id)
        sessions.end_for(account, by=request.caller, origin=request.origin)
        return replies.empty()


class AccountSession(AdministratorView):
    """One portal session of an account."""

    @describe("End a portal session of an account", errors=(404,))
    def delete(self, request: ApiRequest, account_id: int, session: str) -> HttpResponse:
        """The browser is logged out with its next request."""
        account = queries.account(request.scope, account_id)
        sessions.end(account.pk, session, by=request.caller, origin=request.origin)
        return replies.empty()


routes = [
    path("accounts/<id:account_id>/sessions", AccountSessions.as_view()),
    path("accounts/<id:account_id>/sessions/<seg:session>", AccountSession.as_view()),
]
