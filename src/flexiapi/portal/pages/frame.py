"""Pages of the frame itself: the entry, language and theme."""

import re
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from flexiapi.auth.page_access import Page, PageRequest, home_of
from flexiapi.config import instance
from flexiapi.http import errors, forms, proxies, replies
from flexiapi.http.locale import COOKIE
from flexiapi.http.routing import path

_YEAR = int(timedelta(days=365).total_seconds())


class Home(Page):
    """The entry: everybody is sent where they belong."""

    def get(self, request: PageRequest) -> HttpResponse:
        return forms.go(home_of(request.caller))

    post = put = patch = delete = get


class Preferences(Page):
    """Language and theme of this browser."""

    def post(self, request: PageRequest) -> HttpResponse:
        reply = forms.back(request)
        secure = proxies.secure_cookies(request)
        language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
        if language in dict(settings.LANGUAGES):
            reply.set_cookie(COOKIE, language, max_age=_YEAR, samesite="Lax", secure=secure)
        if theme in ("auto", "light", "dark"):
            reply.set_cookie("theme", theme, max_age=_YEAR, samesite="Lax", secure=secure)
        return reply


def hue_sheet(request: HttpRequest, hue: int) -> HttpResponse:
    """The Space's colour, as a style sheet, since no style stands in a page."""
    return replies.Reply(
        f":root{{--hue:{hue % 361}}}", content_type="text/css", headers={"Cache-Control": "public, max-age=86400"}
    )


def custom_sheet(request: HttpRequest, name: str) -> HttpResponse:
    """An operator's own style sheet from the configuration directory."""
    folder = instance.current().flexiapi_config_dir / "css"
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)*\.css", name) or not (folder / name).is_file():
        raise errors.NotFound(_("Not Found"))
    return replies.Reply((folder / name).read_bytes(), content_type="text/css")


routes = [
    path("", csrf_exempt(Home.as_view())),
    path("language", Preferences.as_view()),
    path("theme/<id:hue>.css", hue_sheet),
    path("css/<seg:name>", custom_sheet),
]
