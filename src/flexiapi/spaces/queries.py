"""Reads of Spaces: the one that a host names, and those that a caller may see."""

import threading
import time
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.errors import NotFound, Unavailable
from flexiapi.messaging.models import Delivery

from .models import CardDavServer, DigestConfiguration, EmailServer, OidcConfiguration, Space

Version = tuple[object, ...]

_TTL = 30.0
_SHOWN = 20
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
    """A Space as it was at `version`; a read-only object shared by all threads.

    Raises:
        NotFound: it was deleted meanwhile.
    """
    found = _cache.get(space_id)
    if found is not None and found[0] == version and found[1] > time.monotonic():
        return found[2]
    space = complete().filter(pk=space_id).first()
    if space is None:
        raise NotFound("Host not configured")
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
        condition = "(s.host = %(host)s OR s.domain = %(sip_domain)s OR (SELECT COUNT(*) FROM spaces) = 1)"
        return condition, {"sip_domain": settings.app_sip_domain}
    return "(s.host = %(host)s OR (SELECT COUNT(*) FROM spaces) = 1)", {}


def refuse_unknown_host() -> NotFound | Unavailable:
    """Why no Space answers on a host: unknown (404), or there is no Space at all (503)."""
    if not instance.current().app_root_host and not any_exists():
        return Unavailable("APP_ROOT_HOST is not configured")
    return NotFound("Host not configured")


def belongs_to_root_host(host: str) -> bool:
    """Whether a host is the root host or lies below it, on label boundaries; true without a root host."""
    root = instance.current().app_root_host
    return not root or host == root or host.endswith(f".{root}")


def find(domain: str) -> Space | None:
    """The Space of a SIP domain, if there is one."""
    return complete().filter(domain=domain).first()


def by_domain(domain: str) -> Space:
    """The Space of a SIP domain.

    Raises:
        NotFound: there is none.
    """
    space = find(domain)
    if space is None:
        raise NotFound
    return space


def by_id(space_id: int) -> Space:
    """A Space with its authentication configurations, as it is stored now.

    Raises:
        NotFound: there is none.
    """
    space = complete().filter(pk=space_id).first()
    if space is None:
        raise NotFound
    return space


def with_servers() -> QuerySet[Space]:
    """All Spaces by age, with everything that belongs to their settings: two statements for any number."""
    servers = Prefetch("carddav_servers", CardDavServer.objects.order_by("id"))
    return complete().select_related("email_server").prefetch_related(servers).order_by("id")


def with_servers_by_domain(domain: str) -> Space:
    """The Space of a SIP domain with everything that belongs to its settings.

    Raises:
        NotFound: there is none.
    """
    space = with_servers().filter(domain=domain).first()
    if space is None:
        raise NotFound
    return space


def taken(field: str, value: str, *, but: Space | None = None) -> bool:
    """Whether another Space has this `name`, `domain` or `host`."""
    others = Space.objects.filter(**{field: value})
    return (others if but is None else others.exclude(pk=but.pk)).exists()


def account_count(space: Space) -> int:
    """The number of accounts of a Space."""
    return Account.objects.filter(space=space).count()


def accounts_without_address(space: Space) -> int:
    """The number of accounts of a Space that have no e-mail address."""
    return Account.objects.filter(Q(email=None) | Q(email=""), space=space).count()


def shared_addresses(space: Space) -> list[tuple[str, int]]:
    """The e-mail addresses that several accounts of a Space have, with their number; at most 20."""
    rows = Account.objects.filter(space=space, email__isnull=False).exclude(email="").order_by()
    shared = rows.values("email").annotate(number=Count("pk")).filter(number__gt=1).order_by("email")
    return [(row["email"], row["number"]) for row in shared[:_SHOWN]]


def has_provider(space: Space) -> bool:
    """Whether a Space has an identity provider, as it is stored now."""
    return OidcConfiguration.objects.filter(space=space).exists()


def is_full(space: Space) -> bool:
    """Whether no seat is left in a Space."""
    return not has_seats(space, 1)


def has_seats(space: Space, number: int) -> bool:
    """Whether so many seats are left in a Space."""
    return space.max_accounts <= 0 or account_count(space) + number <= space.max_accounts


def with_free_seat() -> list[Space]:
    """The Spaces that have a seat left, by domain."""
    taken = Account.objects.filter(space=OuterRef("domain")).order_by().values("space").annotate(n=Count("pk"))
    free = Q(max_accounts=0) | Q(max_accounts__gt=Coalesce(Subquery(taken.values("n")), 0))
    return list(complete().filter(free).order_by("domain"))


def digest_configuration(space: Space) -> DigestConfiguration | None:
    """The digest configuration of a Space as it is stored now."""
    return DigestConfiguration.objects.filter(space=space).first()


def email_server(space: Space) -> EmailServer:
    """The mail server of a Space.

    Raises:
        NotFound: it has none.
    """
    server = find_email_server(space)
    if server is None:
        raise NotFound
    return server


def find_email_server(space: Space) -> EmailServer | None:
    """The mail server of a Space, if it has one."""
    return EmailServer.objects.filter(space=space).first()


def carddav_servers(space: Space) -> QuerySet[CardDavServer]:
    """The CardDAV servers of a Space, by age."""
    return CardDavServer.objects.filter(space=space).order_by("id")


def carddav_servers_with_counts(space: Space) -> QuerySet[CardDavServer]:
    """The same, each with its `credentials_count`: the accounts that have credentials of their own on it."""
    return carddav_servers(space).annotate(credentials_count=Count("credentials"))


def carddav_server(space: Space, server_id: int) -> CardDavServer:
    """One CardDAV server of a Space.

    Raises:
        NotFound: it does not exist or belongs to another Space.
    """
    return _one(carddav_servers(space), server_id)


def carddav_server_with_count(space: Space, server_id: int) -> CardDavServer:
    """The same with its `credentials_count`.

    Raises:
        NotFound: it does not exist or belongs to another Space.
    """
    return _one(carddav_servers_with_counts(space), server_id)


def _one(rows: QuerySet[CardDavServer], server_id: int) -> CardDavServer:
    server = rows.filter(pk=server_id).first()
    if server is None:
        raise NotFound
    return server


def expiring(*, since: datetime, until: datetime) -> QuerySet[Space]:
    """The Spaces that expire from `since` on and before `until`, the soonest first."""
    return Space.objects.filter(expire_at__gte=since, expire_at__lt=until).order_by("expire_at", "id")


def administrators_addresses(space: Space) -> list[str]:
    """The e-mail addresses of a Space's administrators, each once, by age of the account."""
    rows = Account.objects.filter(space=space, admin=True, email__isnull=False).exclude(email="")
    return list(dict.fromkeys(rows.order_by("id").values_list("email", flat=True)))  # type: ignore[arg-type]


def mailed_since(space: Space, template: str, moment: datetime) -> set[str]:
    """The addresses that a mail of this kind about a Space was written to since a moment."""
    rows = Delivery.objects.filter(space=space, template=template, created_at__gte=moment)
    return set(rows.values_list("recipient", flat=True))


def any_exists() -> bool:
    """Whether there is any Space at all."""
    return Space.objects.exists()


def domains() -> list[str]:
    """The SIP domains of all Spaces, by age."""
    return list(Space.objects.order_by("id").values_list("domain", flat=True))


def default_domain() -> str | None:
    """The domain of the oldest super Space, else of the oldest Space."""
    return Space.objects.order_by("-super", "id").values_list("domain", flat=True).first()


def is_logo(name: str) -> bool:
    """Whether a Space shows the logo of this file name."""
    return Space.objects.filter(logo=name).exists()
