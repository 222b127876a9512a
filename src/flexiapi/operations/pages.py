"""The documentation of the API, made of its OpenAPI document."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from flexiapi.auth.page_access import Page, PageRequest
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal import handbook

from . import reference


class ApiDocumentation(Page):
    """What the API is, and each of its operations."""

    def get(self, request: PageRequest) -> HttpResponse:
        document = reference.document()
        context = {
            "title": "API",
            "html": handbook.on_host(document.html, base_url(request), panel=request.space.web_panel),
            "contents": document.contents,
            "folded": True,
        }
        return render(request, "portal/guide.html", context)


routes = [path("api", gzip_page(ApiDocumentation.as_view()))]
