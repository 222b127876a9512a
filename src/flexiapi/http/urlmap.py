"""The URL map as data: every route with its parameters and what answers each of its methods."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from flexiapi.http.outer import methods_of

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `pattern` as `resolve()` names it, `template` as people write it (`/api/accounts/{account_id}`)."""

    pattern: str
    template: str
    parameters: dict[str, Any]
    view: View

    @property
    def methods(self) -> list[str]:
        """The methods that it answers, without HEAD and OPTIONS."""
        return methods_of(self.view)

    def handler(self, method: str) -> View:
        """The view method or plain view that answers a method."""
        plain: dict[str, View] = getattr(self.view, "views", {})
        if method in plain:
            return plain[method]
        handler: View = getattr(self.view_class, method.lower()) if self.view_class else self.view
        return handler

    @property
    def view_class(self) -> Any:
        """The class that answers, None for plain views."""
        return getattr(getattr(self.view, "fallback", self.view), "view_class", None)

    @property
    def access(self) -> str | None:
        """The access class of its view."""
        return getattr(self.view_class, "access", None)


def routes() -> Iterator[Route]:
    """Every route of the URL map, in its order."""
    yield from _routes(get_resolver().url_patterns, "", {})


def _routes(patterns: Any, prefix: str, parameters: dict[str, Any]) -> Iterator[Route]:
    for entry in patterns:
        if not isinstance(entry.pattern, RoutePattern):
            raise TypeError(f"{entry.pattern} is no path(): the URL map is made of those alone")
        pattern = prefix + str(entry.pattern)
        known = {**parameters, **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, pattern, known)
        elif isinstance(entry, URLPattern):
            yield Route(pattern, "/" + _template(pattern), known, entry.callback)


def _template(pattern: str) -> str:
    text = pattern
    while "<" in text:
        before, _, rest = text.partition("<")
        inner, _, after = rest.partition(">")
        text = f"{before}{{{inner.rpartition(':')[2]}}}{after}"
    return text
