"""What operators' tools ask a running server, and the API's description of itself."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from flexiapi.auth.access import AdministratorView, ApiRequest, PublicView
from flexiapi.http import pagination, replies
from flexiapi.http.openapi import HTML, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import ANY_OBJECT
from flexiapi.http.static import with_assets

from . import audit_reading, openapi

# Swagger UI sets styles on elements; nothing is loaded from elsewhere.
_POLICY = with_assets(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def up(request: HttpRequest) -> HttpResponse:
    """Whether the process answers, on any host."""
    return replies.Reply("<!doctype html><title>Up</title><p>Up</p>", content_type="text/html; charset=utf-8")


class OpenApi(PublicView):
    """This document, OpenAPI 3.1."""

    @describe("Describe the API", ok={200: ANY_OBJECT})
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.ready_json(openapi.encoded())


class Docs(PublicView):
    """The document as a page on which requests can be tried."""

    @describe("Browse the API", ok={200: HTML})
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.Reply(render_to_string("operations/api_docs.html"), headers={"Content-Security-Policy": _POLICY})


class Audit(AdministratorView):
    """The audit log of a Space."""

    @describe(
        "List audit records",
        query=audit_reading.PARAMETERS,
        ok={200: audit_reading.PAGE},
        errors=(422,),
        text="The latest first. Records are kept for a year.",
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = audit_reading.filtered(request, audit_reading.visible(request.scope))
        reply = replies.json(pagination.keyset(request, rows, write=audit_reading.documents))
        reply["Cache-Control"] = "no-store"
        return reply


routes = [path("up", up)]

api_routes = [path("openapi.json", OpenApi.as_view()), path("docs", Docs.as_view()), path("audit", Audit.as_view())]
