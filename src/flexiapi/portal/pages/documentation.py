"""The documentation pages that come with the product; the API's own is made of its OpenAPI document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from flexiapi.auth.page_access import Page, PageRequest, PanelPage
from flexiapi.http import replies
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.portal import handbook
from flexiapi.spaces.models import Space


class Documentation(Page):
    """What people and administrators do in the portal."""

    def get(self, request: PageRequest) -> HttpResponse:
        html = handbook.with_notices(handbook.document("documentation").html, notices(request.space))
        return shown(request, "documentation", "Documentation", html)


class Provisioning(Page):
    """Remote provisioning."""

    def get(self, request: PageRequest) -> HttpResponse:
        return shown(request, "provisioning", "Provisioning", handbook.document("provisioning").html)


class Wizard(PanelPage):
    """Links that open the app."""

    def get(self, request: PageRequest) -> HttpResponse:
        return shown(request, "wizard", "Wizard", handbook.document("wizard").html)


def shown(request: PageRequest, name: str, title: str, html: str) -> HttpResponse:
    """The page of a document."""
    context = {
        "title": title,
        "html": handbook.on_host(html, base_url(request), panel=request.space.web_panel),
        "contents": handbook.document(name).contents,
    }
    return render(request, "portal/guide.html", context)


def notices(space: Space) -> dict[str, str]:
    """What is said at the sections of features that a Space has switched off."""
    off = {
        "registration": not space.public_registration,
        "phone": not space.phone_registration,
        "password": space.digest is None,
        "intercom": not space.intercom_features,
        "panel": not space.web_panel,
    }
    return {feature: "This is switched off on this host." for feature, is_off in off.items() if is_off}


def accounts_example(request: HttpRequest) -> HttpResponse:
    """A file of accounts in the form that imports take, to fill in."""
    return replies.Reply(
        handbook.example("accounts_example.csv"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=accounts_example.csv"},
    )


routes = [
    path("accounts_example.csv", accounts_example),
    path("documentation", gzip_page(Documentation.as_view())),
    path("wizard/documentation", gzip_page(Wizard.as_view())),
]

routes_before_provisioning = [path("provisioning/documentation", gzip_page(Provisioning.as_view()))]
