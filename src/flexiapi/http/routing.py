"""Path converters and the dispatch of plain views by method."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, register_converter

__all__ = ["by_method", "path"]

View = Callable[..., HttpResponseBase]


class IdConverter:
    """A row id: decimal, bounded so that it fits every database's integer."""

    regex = "[0-9]{1,9}"

    def to_python(self, value: str) -> int:
        """The id as a number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The id as text."""
        return str(value)


class SegmentConverter:
    """One non-empty path segment, any bytes but the slash."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The decoded text."""
        return value

    def to_url(self, value: str) -> str:
        """The text as it is; the caller's reverse() quotes it."""
        return value


register_converter(IdConverter, "id")
register_converter(SegmentConverter, "seg")


def by_method(fallback: View, **views: View) -> View:
    """A view that sends some methods to plain views (the hot ones) and all others to `fallback`.

    `HEAD` follows `GET`.
    """

    def dispatch(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        return views.get(method or "", fallback)(request, **kwargs)

    dispatch.fallback = fallback  # type: ignore[attr-defined]
    dispatch.views = views  # type: ignore[attr-defined]
    return dispatch
