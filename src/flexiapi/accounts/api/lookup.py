"""Whether the server answers, and who is behind an address: what SIP proxies ask."""

from django.http import HttpResponse

from flexiapi.accounts import documents, queries, schemas
from flexiapi.accounts.documents import Variant
from flexiapi.auth.access import AdministratorView, ApiRequest, PublicView
from flexiapi.http import errors, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path


class Ping(PublicView):
    """Whether the server answers."""

    @describe("Ping", ok={200: TEXT}, text="Answers `pong`.")
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.text("pong")


class SearchByAddress(AdministratorView):
    """An account by its SIP address."""

    @describe("Find an account by its SIP address", ok={200: schemas.FOUND_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        return replies.json(documents.by_address(request.scope, sip))


class SearchByEmail(AdministratorView):
    """An account by its e-mail address."""

    @describe("Find an account by its e-mail address", ok={200: schemas.FOUND_ACCOUNT}, errors=(404,))
    def get(self, request: ApiRequest, email: str) -> HttpResponse:
        found = documents.one(queries.by_email(request.scope, email), Variant.FOUND)
        if found is None:
            raise errors.NotFound("Email address not found")
        return replies.json(documents.for_proxy(found))


class Resolve(AdministratorView):
    """What a SIP address is, as Flexisip asks for each call."""

    @describe("Resolve a SIP address", ok={200: schemas.RESOLVED}, errors=(404,))
    def get(self, request: ApiRequest, sip: str) -> HttpResponse:
        return replies.json({"type": "account", "payload": documents.by_address(request.scope, sip)})


routes = [
    path("ping", Ping.as_view()),
    path("accounts/<seg:sip>/search", SearchByAddress.as_view()),
    path("accounts/<seg:email>/search-by-email", SearchByEmail.as_view()),
    path("resolve/<seg:sip>", Resolve.as_view()),
]
