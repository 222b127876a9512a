"""The countries whose phone numbers may be accepted."""

from typing import Any

from django.http import HttpResponse

from flexiapi.accounts import queries, schemas
from flexiapi.accounts.models import PhoneCountry
from flexiapi.accounts.services import countries
from flexiapi.auth.access import ApiRequest, PublicView, SuperAdministratorView
from flexiapi.http import pagination, replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import KEYSET, listing_of


def country_document(row: PhoneCountry) -> dict[str, Any]:
    """A country on the wire."""
    return {"code": row.code, "country_code": row.country_code, "activated": row.activated}


class PhoneCountries(PublicView):
    """The countries whose phone numbers may be accepted."""

    @describe("List the phone countries", query=KEYSET, ok={200: listing_of(schemas.PHONE_COUNTRY)}, errors=(422,))
    def get(self, request: ApiRequest) -> HttpResponse:
        return pagination.listed(request, queries.phone_countries(), write=country_document)


class PhoneCountryState(SuperAdministratorView):
    """Accepting or refusing new numbers of a country; `activated` says which."""

    activated: bool = False

    @describe(
        "Activate or deactivate a phone country",
        ok={200: TEXT},
        errors=(404,),
        text="Counts for every country with the same calling code; answers their number.",
    )
    def post(self, request: ApiRequest, code: str) -> HttpResponse:
        return replies.text(countries.set_activated(code, self.activated, by=request.caller))


routes = [
    path("phone_countries", PhoneCountries.as_view()),
    path("phone_countries/<seg:code>/activate", PhoneCountryState.as_view(activated=True)),
    path("phone_countries/<seg:code>/deactivate", PhoneCountryState.as_view(activated=False)),
]
