"""The setup wizard: a page that opens the app by a link, and says where to get it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from flexiapi.auth import limits
from flexiapi.auth.page_access import PageRequest, PanelPage
from flexiapi.http import errors
from flexiapi.http.pagination import base_url
from flexiapi.http.routing import path
from flexiapi.provisioning import qr, wizards
from flexiapi.provisioning.wizards import AppLink

from .recovery import private

_ANYWHERE = "https://www.linphone.org/en/download/"
_PLATFORMS = (
    ("Android", None, None),
    ("iPhone", None, None),
    ("iPad", None, None),
    ("Linux", "GNU/Linux", "https://download.linphone.org/releases/linux/latest_app"),
    ("Macintosh", "macOS", "https://download.linphone.org/releases/macos/latest_app"),
    ("Windows", "Windows", "https://download.linphone.org/releases/windows/latest_app"),
)
_PREVIEWS = ("bot", "crawler", "preview", "facebookexternalhit", "whatsapp", "slurp")


class Wizard(PanelPage):
    """The page of a wizard link; looking at it a first time uses the link up, unless a program looks."""

    def get(self, request: PageRequest, token: str | None = None) -> HttpResponse:
        agent = request.META.get("HTTP_USER_AGENT", "")
        link = wizards.from_query(request.GET) if token is None else open_link(request, token, agent)
        name, download = platform(agent)
        headings = {"call": _("Start a call"), "show": _("Open the app")}
        context = {
            "link": link.url,
            "qr": provisioning_code(link.fetch_config) if link.fetch_config else None,
            "title": headings.get(link.action, _("Set up the app")),
            "platform": name,
            "download": download,
            "anywhere": _ANYWHERE if name else None,
        }
        reply = private(render(request, "portal/wizard.html", context))
        reply["X-Robots-Tag"] = "noindex"
        return reply


def open_link(request: PageRequest, token: str, agent: str) -> AppLink:
    """The link of a wizard; an unknown one, which counts as a guess, just shows the app."""
    try:
        with limits.guarded(limits.LINKS, request.origin, space=request.space, failures=(errors.NotFound,)):
            return wizards.open_wizard(
                request.space,
                token,
                request.GET,
                base_url=base_url(request),
                origin=request.origin,
                dry=request.method == "HEAD" or is_preview(request, agent),
            )
    except errors.NotFound:
        return wizards.plain(request.GET)


def provisioning_code(url: str) -> SafeString:
    """The QR code of a provisioning link, for the app of another device."""
    return SafeString(qr.svg(url, label=_("QR code of the provisioning link")))


def is_preview(request: PageRequest, agent: str) -> bool:
    """Whether a program looks ahead: a prefetch, a crawler, a messenger's link preview."""
    purpose = request.META.get("HTTP_SEC_PURPOSE") or request.META.get("HTTP_PURPOSE") or ""
    return "prefetch" in purpose or any(word in agent.lower() for word in _PREVIEWS)


def platform(agent: str) -> tuple[str | None, str]:
    """The visitor's platform and where its app is."""
    for word, name, url in _PLATFORMS:
        if word in agent:
            return name, url or _ANYWHERE
    return None, _ANYWHERE


routes = [
    path("wizard", Wizard.as_view()),
    path("wizard/<seg:token>", Wizard.as_view()),
]
