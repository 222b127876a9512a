"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from flexiapi.config import instance, logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexiapi.config.django")
logging.setup(instance.start())
application = get_wsgi_application()
# All routes are imported now: what is broken stops the start, and the first request is as fast as the others.
_ROUTES = get_resolver().url_patterns
