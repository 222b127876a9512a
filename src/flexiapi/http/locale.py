"""The language of a request, by `Accept-Language` or the visitor's own choice."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

COOKIE = "language"


class AcceptedLanguage:
    """Middleware that activates the best offered language; English when none matches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.offered = {code for code, _ in settings.LANGUAGES}
        self.default: str = settings.LANGUAGE_CODE

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = request.LANGUAGE_CODE = self.chosen(request)
        if language == self.default and translation.get_language() == language:
            return self.get_response(request)  # programs mostly: nothing to switch, nothing to switch back
        translation.activate(language)
        try:
            return self.get_response(request)
        finally:
            translation.deactivate()

    def chosen(self, request: HttpRequest) -> str:
        """The language's code."""
        cookie = request.COOKIES.get(COOKIE) if request.META.get("HTTP_COOKIE") else None
        if cookie in self.offered:
            return cookie
        header = request.META.get("HTTP_ACCEPT_LANGUAGE")
        return self._best(header) if header else self.default

    def _best(self, header: str) -> str:
        best, best_quality = self.default, 0.0
        for part in header[:500].split(","):
            tag, _, parameter = part.strip().partition(";")
            quality = 1.0
            if parameter.strip().startswith("q="):
                try:
                    quality = float(parameter.strip()[2:])
                except ValueError:
                    quality = 0.0
            wanted = tag.replace("_", "-").lower()
            code = wanted if wanted in self.offered else wanted.partition("-")[0]
            if code in self.offered and quality > best_quality:
                best, best_quality = code, quality
        return best
