"""What operators' tools ask a running server."""

from django.http import HttpRequest, HttpResponse

from flexiapi.http import replies
from flexiapi.http.routing import path


def up(request: HttpRequest) -> HttpResponse:
    """Whether the process answers, on any host."""
    return replies.Reply("<!doctype html><title>Up</title><p>Up</p>", content_type="text/html; charset=utf-8")


routes = [path("up", up)]
