"""What form a client wants its answers in."""

from django.http import HttpRequest


def accepts_json(request: HttpRequest) -> bool:
    """Whether the client itself asks for JSON: by the first type of `Accept`, or as a script without `Accept`."""
    accept = request.META.get("HTTP_ACCEPT", "")
    if accept.strip() in ("", "*/*", "*"):
        return request.META.get("HTTP_X_REQUESTED_WITH") == "XMLHttpRequest" and "HTTP_X_PJAX" not in request.META
    first = _preferred(accept)
    return "/json" in first or "+json" in first


def sends_json_errors(request: HttpRequest) -> bool:
    """Whether errors of this request are JSON: always below `/api`, elsewhere on the client's wish."""
    return below_api(request) or accepts_json(request)


def below_api(request: HttpRequest) -> bool:
    """Whether the path lies below `/api/`."""
    return request.path_info.startswith("/api/")


def _preferred(accept: str) -> str:
    best, best_quality = "", -1.0
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if quality > best_quality:
            best, best_quality = name.lower(), quality
    return best
