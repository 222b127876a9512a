"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application

from flexiapi.config import instance, logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexiapi.config.django")
logging.setup(instance.start())
application = get_wsgi_application()
