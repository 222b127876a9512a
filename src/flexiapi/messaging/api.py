"""Mails and SMS on their way out, for administrators."""

from django.http import HttpResponse

from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.http import pagination, replies
from flexiapi.http.openapi import describe
from flexiapi.http.routing import path

from . import documents, queries, services


class Deliveries(AdministratorView):
    """The messages of a Space."""

    @describe(
        "List deliveries",
        query=documents.PARAMETERS,
        ok={200: documents.PAGE},
        errors=(422,),
        text="The latest first, for 30 days. Recipients are masked, contents are never shown.",
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = queries.listed(request.scope, **documents.filters(request))
        return replies.json(pagination.keyset(request, rows, write=documents.many))


class DeliveryDetail(AdministratorView):
    """One message."""

    @describe("Show a delivery", ok={200: documents.DELIVERY}, errors=(404,))
    def get(self, request: ApiRequest, delivery_id: int) -> HttpResponse:
        return replies.json(documents.document(queries.delivery(request.scope, delivery_id)))


class DeliveryResending(AdministratorView):
    """Another try for a message that failed, or waits for its next attempt."""

    @describe(
        "Send a delivery again",
        ok={200: documents.DELIVERY},
        errors={404: "", 409: "It was sent, so that its content is gone, or is being sent."},
    )
    def post(self, request: ApiRequest, delivery_id: int) -> HttpResponse:
        delivery = services.resend(request.scope, delivery_id, by=request.caller)
        return replies.json(documents.document(delivery))


routes = [
    path("deliveries", Deliveries.as_view()),
    path("deliveries/<id:delivery_id>", DeliveryDetail.as_view()),
    path("deliveries/<id:delivery_id>/resend", DeliveryResending.as_view()),
]
