"""Spaces at a glance, for those who administer them."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.auth.page_access import AdministratorPage, PageRequest, SuperAdministratorPage
from flexiapi.http.routing import path
from flexiapi.portal import lines, queries
from flexiapi.spaces.models import Space


class Spaces(SuperAdministratorPage):
    """All Spaces."""

    def get(self, request: PageRequest) -> HttpResponse:
        found = [lines.space(space, accounts) for space, accounts in queries.spaces_with_counts(request.scope)]
        return render(request, "portal/spaces.html", {"spaces": found})


class OwnSpace(AdministratorPage):
    """The Space of the host."""

    def get(self, request: PageRequest) -> HttpResponse:
        return information(request, request.space.pk)


class OneSpace(SuperAdministratorPage):
    """Any Space."""

    def get(self, request: PageRequest, space_id: int) -> HttpResponse:
        return information(request, space_id)


def information(request: PageRequest, space_id: int) -> HttpResponse:
    """The page of a Space: its seats, its expiry, its administrators, what it is connected to."""
    space: Space = queries.administered_space(request.scope, space_id)
    context = {
        "space": space,
        "line": lines.space(space, queries.accounts_of(space)),
        "administrators": queries.administrators(space),
    }
    return render(request, "portal/space.html", context)


routes = [
    path("admin/spaces", Spaces.as_view()),
    path("admin/spaces/me", OwnSpace.as_view()),
    path("admin/spaces/<id:space_id>", OneSpace.as_view()),
]
