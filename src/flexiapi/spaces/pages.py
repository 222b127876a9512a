"""The logos of Spaces, as pages and mails show them."""

from django.http import HttpResponse

from flexiapi.config import uploads
from flexiapi.http import errors, replies
from flexiapi.http.routing import path

from . import queries
from .services import logos


def logo(request: object, name: str) -> HttpResponse:
    """A logo; its name changes with the picture, so it may be kept for long."""
    if not queries.is_logo(name):
        raise errors.NotFound
    try:
        with uploads.storage().open(logos.place(name)) as file:
            content = file.read()
    except FileNotFoundError:
        raise errors.NotFound from None
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return replies.Reply(content, content_type="image/png", headers=headers)


routes = [path("storage/img/<seg:name>", logo)]
