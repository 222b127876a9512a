"""Where links to a Space begin."""

from django.http import HttpRequest

from flexiapi.http import proxies
from flexiapi.http.pagination import base_url

from .models import Space


def base(request: HttpRequest, host_space: Space, space: Space) -> str:
    """The base of links to a Space: as this request came in, or on its host when it came in on another one's."""
    if space.pk == host_space.pk:
        return base_url(request)
    return f"{proxies.connection(request).scheme}://{space.host}"
