"""What people call the browser that a `User-Agent` header names."""

from django.utils.translation import gettext as _

# The first that fits: most browsers name others too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def named(user_agent: str) -> str:
    """Such as `Firefox on Windows`; a header that names no known browser as it is."""
    if not user_agent:
        return _("Unknown browser")
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if not user_agent.startswith("Mozilla/") or browser is None:
        return user_agent
    return browser if system is None else _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def icon(user_agent: str) -> str:
    """The icon of what it runs on."""
    mobile = any(mark in user_agent for mark in ("Android", "iPhone", "iPad", "Mobile"))
    return "device-phone-mobile" if mobile else "computer-desktop"
