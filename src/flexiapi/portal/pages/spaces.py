"""Spaces at a glance, for those who administer them."""

from django.http import HttpResponse
from django.shortcuts import render

from flexiapi.auth.page_access import AdministratorPage, PageRequest
from flexiapi.http.routing import path
from flexiapi.portal import lines, queries
from flexiapi.spaces.models import Space


class OwnSpace(AdministratorPage):
    """The Space of the host."""

    def get(self, request: PageRequest) -> HttpResponse:
        return information(request, request.space.pk)


def list_of_spaces(request: PageRequest) -> HttpResponse:
    """The page of all Spaces that the caller administers."""
    found = [lines.space(space, accounts) for space, accounts in queries.spaces_with_counts(request.scope)]
    return render(request, "portal/spaces.html", {"spaces": found})


def information(request: PageRequest, space_id: int) -> HttpResponse:
    """The page of a Space: its seats, its expiry, its administrators, what it is connected to."""
    space: Space = queries.administered_space(request.scope, space_id)
    line = lines.space(space, queries.accounts_of(space))
    context = {
        "space": space,
        "line": line,
        "full": line.most is not None and line.accounts >= line.most,
        "administrators": queries.administrators(space),
    }
    return render(request, "portal/space.html", context)


routes = [path("admin/spaces/me", OwnSpace.as_view())]
