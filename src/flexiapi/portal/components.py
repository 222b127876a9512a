"""Template tags of the portal's components (`/components` shows them in development)."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.safestring import SafeString
from heroicons.templatetags.heroicons import heroicon_outline
from markdown_it import MarkdownIt

from flexiapi.http.dates import now

from .paging import Pager

_FRESH = timedelta(minutes=1)

register = template.Library()
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """An icon beside a text; it says nothing itself."""
    return SafeString(heroicon_outline(name, size=size, **{"aria-hidden": "true", "class": "icon"}))


@register.inclusion_tag("components/field.html", takes_context=True)
def field(context: dict[str, Any], name: str, label: str, **options: Any) -> dict[str, Any]:
    """A labelled input with its help and errors.

    Options: `type`, `value`, `help`, `required`, `autocomplete`, `choices` (pairs: a select), `rows` (a text
    area), `inputmode`, `maxlength`, `size` (as wide as so many characters), `pattern`, `readonly`, `autofocus`.
    """
    old, errors = context.get("old") or {}, context.get("errors") or {}
    value = options.pop("value", "")
    known, typed = _typed(old, name)
    if known and options.get("type") != "password":
        value = typed
    messages = errors.get(_dotted(name), [])
    first = next(iter(errors), None)
    return {
        "name": name,
        "label": label,
        "value": "" if value is None else value,
        "messages": messages,
        "focus": _dotted(name) == first if errors else options.pop("autofocus", False),
        "type": "text",
        **options,
    }


@register.inclusion_tag("components/toggle.html", takes_context=True)
def toggle(context: dict[str, Any], name: str, label: str, on: bool = False, help: str = "") -> dict[str, Any]:
    """A switch for something that is on or off; sends `on` or nothing."""
    old, errors = context.get("old") or {}, context.get("errors") or {}
    if old:
        on = _typed(old, name)[1] == "on"
    return {"name": name, "label": label, "on": on, "help": help, "messages": errors.get(_dotted(name), [])}


def _dotted(name: str) -> str:
    """The name under which a field's messages are: `always[sip_uri]` is `always.sip_uri`."""
    return name.replace("]", "").replace("[", ".")


def _typed(old: dict[str, Any], name: str) -> tuple[bool, Any]:
    """Whether a field was sent, and what stood in it."""
    found: Any = old
    for key in _dotted(name).split("."):
        if not isinstance(found, dict) or key not in found:
            return False, None
        found = found[key]
    return True, found


@register.inclusion_tag("components/pager.html")
def pager(page: Pager) -> dict[str, Any]:
    """Links to the pages of a list; nothing where there is one page only."""
    return {"pager": page}


@register.inclusion_tag("components/moment.html")
def moment(when: datetime | None) -> dict[str, Any]:
    """How long ago something was; the date itself shows on hover."""
    return {"when": when, "fresh": when is not None and now() - when < _FRESH}


@register.inclusion_tag("components/form_token.html", takes_context=True)
def form_token(context: dict[str, Any], method: str = "") -> dict[str, Any]:
    """The hidden fields of every form: the CSRF token and, for PUT and DELETE, the method."""
    return {"csrf_token": context["csrf_token"], "method": method}


@register.filter
def markdown(text: str | None) -> SafeString:
    """Markdown as HTML; raw HTML in it is shown, not obeyed."""
    return SafeString(_markdown.render(text or ""))
