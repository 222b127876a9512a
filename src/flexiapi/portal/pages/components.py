"""The components that pages are made of, each shown once: for those who write pages, in development only."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from flexiapi.auth.page_access import Page, PageRequest, require
from flexiapi.config import instance
from flexiapi.http import errors, forms
from flexiapi.http.dates import now
from flexiapi.http.routing import path
from flexiapi.portal.paging import pager_at
from flexiapi.provisioning import qr

_SHADES = [f"{name}-{number}" for name, count in (("main", 7), ("grey", 9)) for number in range(1, count + 1)]


class Components(Page):
    """The component page; it exists where `APP_ENV` is `local`."""

    def enter(self, request: PageRequest) -> None:
        """This is somebody's development instance."""
        require(instance.current().app_env == "local", errors.NotFound())

    def get(self, request: PageRequest) -> HttpResponse:
        context = {
            "shades": _SHADES,
            "errors": {"refused": ["The refused field is required."], "off": ["The off must be accepted."]},
            "old": {},
            "choices": [("one", "One"), ("two", "Two")],
            "pager": pager_at(4, total=870, per_page=30, query=request.GET),
            "moments": [now(), now() - timedelta(hours=3), None],
            "qr": SafeString(qr.svg("https://example.org/", label="QR code of an example")),
            "icons": ["home", "phone", "device-phone-mobile", "clock", "key", "trash", "clipboard", "arrow-path"],
        }
        return render(request, "portal/components.html", context)

    def post(self, request: PageRequest) -> HttpResponse:
        """Leaves a message, to show how it looks."""
        forms.flash(request, "This is how success is told.")
        return forms.go("/components")


routes = [path("components", Components.as_view())]
