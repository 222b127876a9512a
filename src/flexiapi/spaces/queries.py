"""Reads of Spaces: the one that a host names, and those that a caller may see."""

import threading
import time

from django.db.models import QuerySet

from flexiapi.config import instance
from flexiapi.http.errors import NotFound, Unavailable

from .models import Space

Version = tuple[object, ...]

_TTL = 30.0
_cache: dict[int, tuple[Version, float, Space]] = {}
_lock = threading.Lock()

# Rewritten at every change of a Space or of its authentication configurations; a cached Space is as
# good as the row while they stand still.
VERSION_COLUMNS = "s.updated_at, d.updated_at, o.updated_at"
VERSION_JOINS = """
    LEFT JOIN space_digest_authentication_configurations d ON d.space_id = s.id
    LEFT JOIN space_oidc_authentication_configurations o ON o.space_id = s.id
"""


def complete() -> QuerySet[Space]:
    """All Spaces with their authentication configurations."""
    return Space.objects.select_related("digest_configuration", "oidc_configuration")


def cached(space_id: int, version: Version) -> Space:
    """A Space as it was at `version`; a read-only object shared by all threads."""
    found = _cache.get(space_id)
    if found is not None and found[0] == version and found[1] > time.monotonic():
        return found[2]
    space = complete().get(pk=space_id)
    with _lock:
        if len(_cache) > 10_000:
            _cache.clear()
        _cache[space_id] = (version, time.monotonic() + _TTL, space)
    return space


def forget_cached() -> None:
    """Empty the cache (tests that write rows behind the services' back)."""
    _cache.clear()


def host_condition() -> tuple[str, dict[str, str]]:
    """The SQL condition on `s` that tells the Space of a host, and its fixed parameters.

    With a root host configured the host must match exactly. Without one a single Space answers on every
    host, and an instance of one configured SIP domain serves that domain.
    """
    settings = instance.current()
    if settings.app_root_host:
        return "s.host = %(host)s", {}
    if settings.app_sip_domain:
        return "(s.host = %(host)s OR s.domain = %(sip_domain)s)", {"sip_domain": settings.app_sip_domain}
    return "(s.host = %(host)s OR (SELECT COUNT(*) FROM spaces) = 1)", {}


def refuse_unknown_host() -> NotFound | Unavailable:
    """Why no Space answers on a host: unknown (404), or there is no Space at all (503)."""
    if not instance.current().app_root_host and not Space.objects.exists():
        return Unavailable("APP_ROOT_HOST is not configured")
    return NotFound("Host not configured")


def belongs_to_root_host(host: str) -> bool:
    """Whether a host is the root host or lies below it, on label boundaries; true without a root host."""
    root = instance.current().app_root_host
    return not root or host == root or host.endswith(f".{root}")


def by_domain(domain: str) -> Space:
    """The Space of a SIP domain.

    Raises:
        NotFound: there is none.
    """
    space = complete().filter(domain=domain).first()
    if space is None:
        raise NotFound
    return space


def domains() -> list[str]:
    """The SIP domains of all Spaces, by age."""
    return list(Space.objects.order_by("id").values_list("domain", flat=True))


def default_domain() -> str | None:
    """The domain of the oldest super Space, else of the oldest Space."""
    return Space.objects.order_by("-super", "id").values_list("domain", flat=True).first()
