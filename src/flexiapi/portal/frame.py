"""The frame around every page: who is here, where they can go, and how the Space looks."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from flexiapi.auth.scope import Caller
from flexiapi.config import instance
from flexiapi.http import forms
from flexiapi.spaces import texts
from flexiapi.spaces.models import Space

DEFAULT_HUE = 22

# Pages that belong to an entry of the navigation though their paths do not begin with its own.
_BELOW = {
    "/dashboard": (
        "/email",
        "/phone",
        "/password",
        "/api_key",
        "/sessions",
        "/second_factor",
        "/link_device",
        "/auth_tokens",
        "/delete",
    ),
    "/telephony": ("/files",),
    "/admin/spaces/me": ("/admin/spaces",),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    text: str
    url: str
    icon: str
    current: str = ""
    """What `aria-current` says: `page`, `true` on pages below it, or nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout shows around a page."""

    space: Space | None
    caller: Caller | None
    name: str
    hue: int
    logo: str | None
    theme: str
    custom_theme: str | None
    copyright: str | None
    languages: list[tuple[str, str]]
    links: list[Link]
    idle_minutes: int


def context(request: HttpRequest) -> dict[str, Any]:
    """The context that all templates share: `frame`, `errors`, `old`, `flashes` and `csrf_token`."""
    state = SimpleLazyObject(lambda: forms.state(request))
    return {
        "frame": SimpleLazyObject(lambda: frame_of(request)),
        "errors": SimpleLazyObject(lambda: state["errors"]),
        "old": SimpleLazyObject(lambda: state["old"]),
        "flashes": SimpleLazyObject(lambda: forms.flashes(request)),
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
    }


def frame_of(request: HttpRequest) -> Frame:
    """The frame of a request's page; a minimal one where no Space is known."""
    space: Space | None = getattr(request, "space", None)
    caller: Caller | None = getattr(request, "caller", None)
    path = request.path_info
    return Frame(
        space=space,
        caller=caller,
        name=space.name if space is not None else instance.current().app_name,
        hue=DEFAULT_HUE if space is None or space.theme_hue is None else space.theme_hue,
        logo=f"/storage/img/{space.logo}" if space is not None and space.logo else None,
        theme=request.COOKIES.get("theme", "auto"),
        custom_theme=custom_theme(),
        copyright=texts.copyright_text(space) if space is not None else None,
        languages=list(settings.LANGUAGES),
        idle_minutes=instance.current().session_lifetime,
        links=[] if caller is None or caller.blocked or confined(request) else navigation(caller, path),
    )


def confined(request: HttpRequest) -> bool:
    """Whether nothing opens but the setting up of a second factor."""
    return getattr(request, "lacks_factor", False)


def custom_theme() -> str | None:
    """The operator's own style sheet of this instance, linked after ours where it exists."""
    current = instance.current()
    if not current.instance_custom_theme:
        return None
    name = f"{current.app_env}.style.css"
    return f"/css/{name}" if (current.flexiapi_config_dir / "css" / name).is_file() else None


def navigation(caller: Caller, path: str) -> list[Link]:
    """The pages that a role may open; the one that is open, or above it, is marked."""
    entries = [
        (_("Dashboard"), "/dashboard", "home"),
        (_("Telephony"), "/telephony", "phone"),
        (_("Devices"), "/devices", "device-phone-mobile"),
        (_("Call logs"), "/statistics/call_logs", "clock"),
    ]
    if caller.admin:
        spaces = (_("Spaces"), "/admin/spaces") if caller.super_admin else (_("My Space"), "/admin/spaces/me")
        entries += [
            (_("Accounts"), "/admin/accounts", "users"),
            (*spaces, "building-office-2"),
            (_("Statistics"), "/admin/statistics", "chart-bar"),
            (_("API keys"), "/admin/api_keys", "key"),
        ]
    if caller.super_admin:
        entries.append((_("Phone countries"), "/admin/phone_countries", "globe-alt"))
    return [Link(text, url, icon, current=_current(url, path)) for text, url, icon in entries]


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if any(f"{path}/".startswith(f"{above}/") for above in (url, *_BELOW.get(url, ()))) else ""
