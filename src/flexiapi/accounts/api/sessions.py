"""Where an account is logged in to the portal, for its administrators."""

from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import queries
from flexiapi.auth import queries as credentials
from flexiapi.auth import sessions
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.auth.models import PortalSession
from flexiapi.http import dates, pagination, replies
from flexiapi.http.openapi import describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, MOMENT, STRING, listing_of, nullable, obj

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


def session_document(row: PortalSession) -> dict[str, Any]:
    """A session on the wire."""
    return {
        "id": row.handle,
        "ip": row.ip,
        "user_agent": row.user_agent,
        "created_at": dates.wire(row.created_at),
        "last_seen_at": dates.wire(row.last_seen_at),
        "expire_at": dates.wire(row.expire_date),
    }


class AccountSessions(AdministratorView):
    """The portal sessions of an account."""

    @describe("List the portal sessions of an account", query=KEYSET, ok={200: listing_of(_SESSION)}, errors=(404, 422))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Those that have not expired, the latest used first."""
        account = queries.account(request.scope, account_id)
        reply = pagination.listed(request, credentials.living_sessions(account.pk), write=session_document)
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
