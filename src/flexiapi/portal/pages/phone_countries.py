"""The countries whose phone numbers the instance accepts, for super administrators."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from flexiapi.accounts import queries
from flexiapi.accounts.models import PhoneCountry
from flexiapi.accounts.services import countries
from flexiapi.auth.page_access import PageRequest, SuperAdministratorPage
from flexiapi.http import forms
from flexiapi.http.routing import path
from flexiapi.portal import paging
from flexiapi.portal.countries import name
from flexiapi.portal.filters import given

_PLACE = "/admin/phone_countries"
_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class CountryLine:
    """A country and its name."""

    name: str
    country: PhoneCountry


class PhoneCountries(SuperAdministratorPage):
    """The countries by name, or those that a search finds: by name, ISO code or calling code."""

    def get(self, request: PageRequest) -> HttpResponse:
        found = lines(queries.phone_countries())
        search = given(request, ("search",)).get("search", "")
        shown, pager = paging.part(request, [line for line in found if matches(line, search)], per_page=_PER_PAGE)
        context = {
            "countries": shown,
            "pager": pager,
            "search": search,
            "total": len(found),
            "activated": sum(line.country.activated for line in found),
        }
        return render(request, "portal/phone_countries.html", context)


class AllCountries(SuperAdministratorPage):
    """All countries at once; a link asks first, since links are followed by more than people."""

    activated: bool = False

    def get(self, request: PageRequest) -> HttpResponse:
        return render(request, "portal/phone_countries_change.html", {"activated": self.activated})

    def post(self, request: PageRequest) -> HttpResponse:
        return done(request, countries.set_all_activated(self.activated, by=request.caller), self.activated)


class OneCountry(SuperAdministratorPage):
    """A country and all that share its calling code."""

    activated: bool = False

    def get(self, request: PageRequest, code: str) -> HttpResponse:
        country = queries.phone_country(code)
        context = {
            "activated": self.activated,
            "country": country,
            "name": name(country.code),
            "others": [line for line in lines(queries.sharing_code(country)) if line.country.code != country.code],
        }
        return render(request, "portal/phone_countries_change.html", context)

    def post(self, request: PageRequest, code: str) -> HttpResponse:
        return done(request, countries.set_activated(code, self.activated, by=request.caller), self.activated)


def lines(rows: Iterable[PhoneCountry]) -> list[CountryLine]:
    """Countries by name, accents aside."""
    return sorted((CountryLine(name(row.code), row) for row in rows), key=lambda line: _plain(line.name))


def matches(line: CountryLine, search: str) -> bool:
    """Whether a search finds a country."""
    text = _plain(search).removeprefix("+")
    return text in _plain(line.name) or text in (line.country.code.casefold(), line.country.country_code)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def done(request: PageRequest, number: int, activated: bool) -> HttpResponse:
    """Tell how many countries are accepted or refused now."""
    if activated:
        text = ngettext(
            "Phone numbers of %(number)s country are accepted now.",
            "Phone numbers of %(number)s countries are accepted now.",
            number,
        )
    else:
        text = ngettext(
            "New phone numbers of %(number)s country are refused now.",
            "New phone numbers of %(number)s countries are refused now.",
            number,
        )
    forms.flash(request, text % {"number": number})
    return forms.go(_PLACE)


routes = [
    path("admin/phone_countries", PhoneCountries.as_view()),
    path("admin/phone_countries/activate_all", AllCountries.as_view(activated=True)),
    path("admin/phone_countries/deactivate_all", AllCountries.as_view(activated=False)),
    path("admin/phone_countries/<seg:code>/activate", OneCountry.as_view(activated=True)),
    path("admin/phone_countries/<seg:code>/deactivate", OneCountry.as_view(activated=False)),
]
