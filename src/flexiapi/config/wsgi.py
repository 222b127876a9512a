"""The WSGI application that the server loads."""

import os

from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

from flexiapi.config import instance, logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexiapi.config.django")
logging.setup(instance.start())
application = get_wsgi_application()
# Of what the framework does around each request this product has no use: a log of queries, caches to close, a map of
# routes to put back. Connections that are too old or broken are closed before their next use.
request_started.disconnect(reset_queries)
for receiver in (close_caches, close_old_connections, reset_urlconf):
    request_finished.disconnect(receiver)
# All routes are imported now: what is broken stops the start, and the first request is as fast as the others.
_ROUTES = get_resolver().url_patterns
