"""Pages of the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path


def start(request: HttpRequest) -> HttpResponse:
    """The first page: what this server is and what to do next."""
    return render(request, "portal/start.html", {"space": request.space, "base": base_url(request)})  # type: ignore[attr-defined]


routes = [path("", start)]
