"""The countries whose phone numbers may be accepted."""

from django.http import HttpResponse

from flexiapi.accounts import queries, schemas
from flexiapi.accounts.services import countries
from flexiapi.auth.access import ApiRequest, PublicView, SuperAdministratorView
from flexiapi.http import replies
from flexiapi.http.openapi import TEXT, describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import array


class PhoneCountries(PublicView):
    """The countries whose phone numbers may be accepted."""

    @describe("List the phone countries", ok={200: array(schemas.PHONE_COUNTRY)})
    def get(self, request: ApiRequest) -> HttpResponse:
        return replies.json(
            [
                {"code": row.code, "country_code": row.country_code, "activated": row.activated}
                for row in queries.phone_countries()
            ]
        )


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
