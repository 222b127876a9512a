"""Template tags of the portal's components (`/components` shows them in development)."""

import functools
import re
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from heroicons.templatetags.heroicons import heroicon_outline
from markdown_it import MarkdownIt

from flexiapi.http.dates import now

from . import browsers
from .paging import Around, Pager

_FRESH = timedelta(minutes=1)
# Messages (or none) that stand at no field: the field that has the focus at first has it again.
_OF_THE_WHOLE_FORM = (None, "authentication", "code", "credential", "identifier", "sso_not_found", "h-captcha-response")

_JOINT = re.compile(r"[./]+(?=[^./])")
_FOCUS = "the first wrong field was written"

register = template.Library()
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@register.simple_tag
@functools.cache
def icon(name: str, size: int = 20) -> SafeString:
    """An icon beside a text; it says nothing itself."""
    return SafeString(heroicon_outline(name, size=size, **{"aria-hidden": "true", "class": "icon"}))


@register.inclusion_tag("components/field.html", takes_context=True)
def field(context: dict[str, Any], name: str, label: str, **options: Any) -> dict[str, Any]:
    """A labelled input with its help and errors.

    Options: `type`, `value`, `help`, `required`, `autocomplete`, `choices` (pairs: a select), `rows` (a text
    area), `inputmode`, `maxlength`, `size` (as wide as so many characters), `pattern`, `accept`, `readonly`,
    `autofocus`.
    """
    old, errors = context.get("old") or {}, context.get("errors") or {}
    value = options.pop("value", "")
    known, typed = _typed(old, name)
    if known and options.get("type") != "password":
        value = typed
    messages = errors.get(_dotted(name), [])
    whole = next(iter(errors), None) in _OF_THE_WHOLE_FORM
    return {
        "name": name,
        "label": label,
        "value": "" if value is None else value,
        "messages": messages,
        "focus": (options.pop("autofocus", False) and whole) or _is_first(context, messages),
        "type": "text",
        **options,
    }


@register.inclusion_tag("components/toggle.html", takes_context=True)
def toggle(context: dict[str, Any], name: str, label: str, on: bool = False, **options: Any) -> dict[str, Any]:
    """A switch for something that is on or off; sends `on` or nothing.

    Options: `help`, and `check` for what is agreed to rather than switched: a box to tick.
    """
    old, errors = context.get("old") or {}, context.get("errors") or {}
    if old:
        on = _typed(old, name)[1] == "on"
    messages = errors.get(_dotted(name), [])
    focus = _is_first(context, messages)
    return {"name": name, "label": label, "on": on, "messages": messages, "focus": focus, **options}


@register.inclusion_tag("components/problems.html", takes_context=True)
def problems(context: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a form that has several faults, above its fields; each line leads to its field."""
    errors: dict[str, list[str]] = context.get("errors") or {}
    return {"problems": [(f"field-{_bracketed(name)}", message) for name, (message, *_) in errors.items()]}


def _is_first(context: Any, messages: list[str]) -> bool:
    """Whether a field is the first one on the page that something is wrong with."""
    if not messages or context.render_context.get(_FOCUS):
        return False
    context.render_context[_FOCUS] = True
    return True


def _dotted(name: str) -> str:
    """The name under which a field's messages are: `always[sip_uri]` is `always.sip_uri`."""
    return name.replace("]", "").replace("[", ".")


def _bracketed(name: str) -> str:
    """The field whose messages are under a name: `always.sip_uri` is `always[sip_uri]`."""
    first, *rest = name.split(".")
    return first + "".join(f"[{part}]" for part in rest)


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


@register.inclusion_tag("components/leaves.html")
def leaves(around: Around) -> dict[str, Any]:
    """Links to the pages around one whose number nobody knows."""
    return {"around": around}


@register.inclusion_tag("components/moment.html")
def moment(when: datetime | None) -> dict[str, Any]:
    """How long ago something was, in its largest unit; the date itself shows on hover."""
    return {
        "when": when,
        "fresh": when is not None and now() - when < _FRESH,
        "age": "" if when is None else timesince(when, depth=1),
    }


@register.inclusion_tag("components/form_token.html", takes_context=True)
def form_token(context: dict[str, Any], method: str = "") -> dict[str, Any]:
    """The hidden fields of every form: the CSRF token and, for PUT and DELETE, the method."""
    return {"csrf_token": context["csrf_token"], "method": method}


@register.inclusion_tag("components/browser.html")
def browser(user_agent: str | None) -> dict[str, Any]:
    """What a browser is called, with an icon; its whole `User-Agent` shows on hover."""
    header = user_agent or ""
    return {"header": header, "name": browsers.named(header), "icon": browsers.icon(header)}


@register.filter
def breakable(address: object) -> SafeString:
    """An address that a narrow place breaks after its `@`, else after its dots and slashes."""
    user, at, host = escape(address).rpartition("@")
    host = _JOINT.sub(r"\g<0><wbr>", host)
    return SafeString(f'{user}{at}<wbr><span class="host">{host}</span>' if at else host)


@register.filter
def markdown(text: str | None) -> SafeString:
    """Markdown as HTML; raw HTML in it is shown, not obeyed."""
    return SafeString(_markdown.render(text or ""))
