"""The gate of every request: its host's Space and the account of its API key, in one statement."""

import functools
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from flexiapi.db.statements import Statement
from flexiapi.http import errors, proxies
from flexiapi.http.dates import now
from flexiapi.spaces import queries as spaces
from flexiapi.spaces.models import Space

HEADER = "HTTP_X_API_KEY"
# Nothing but a port may follow the name: links in mails and documents begin with what was sent as `Host`.
_AUTHORITY = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{0,5})?", re.ASCII | re.IGNORECASE)


class SpaceRow(NamedTuple):
    """Which Space a host names, and the version of its row and configurations."""

    space_id: int
    version: object
    digest_version: object
    oidc_version: object


class KeyRow(NamedTuple):
    """The same with an API key and its account; the key's columns are None when it is unknown."""

    space_id: int
    version: object
    digest_version: object
    oidc_version: object
    key_id: int
    account_id: int
    ip: str | None
    last_used_at: datetime
    idle_minutes: int | None
    username: str
    domain: str
    admin: bool
    blocked: bool
    super_space: bool


_WITHOUT_SPACE = ("/static/", "/theme/", "/css/", "/storage/img/")


class HostAndKey:
    """Middleware that sets `request.space` and, for requests with `x-api-key`, `request.key_row`.

    Unknown hosts and expired Spaces end here; what their error pages are made of needs no Space, nor does `/up`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/up" or request.path_info.startswith(_WITHOUT_SPACE):
            return self.get_response(request)
        try:
            enter(request)
        except errors.ApiError as error:
            return errors.render(request, error)
        return self.get_response(request)


def enter(request: HttpRequest) -> None:
    """Find the Space of the request's host and the row of its key.

    Raises:
        BadRequest: the host or its port has forbidden characters.
        NotFound: no Space has this host.
        Unavailable: there is no Space at all, or its host lies outside the root host.
        SpaceExpired: the Space has expired.
    """
    connection = proxies.connection(request)
    if not _AUTHORITY.fullmatch(connection.authority):
        raise errors.BadRequest
    host = connection.host
    key = request.META.get(HEADER)
    space, key_row = _by_host_and_key(host, key) if key else (_by_host(host), None)
    request.key_row = key_row  # type: ignore[attr-defined]
    if not spaces.belongs_to_root_host(space.host):
        raise errors.Unavailable("The APP_ROOT_HOST configured does not match with the current root domain")
    request.space = space  # type: ignore[attr-defined]
    if space.expired(now()):
        raise errors.SpaceExpired


def hashed(secret: str) -> str:
    """How keys and reset tokens are stored: SHA-256, lower-case hex."""
    return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


_KEY_COLUMNS = """, k.id, k.account_id, k.ip, k.last_used_at, k.expires_after_last_used_minutes,
                   a.username, a.domain, a.admin, a.blocked, own.super"""
_KEY_JOINS = """LEFT JOIN api_keys k ON k.{key} = %(hash)s
                LEFT JOIN accounts a ON a.id = k.account_id
                LEFT JOIN spaces own ON own.domain = a.domain"""


@functools.cache
def _of_host(condition: str) -> Statement[SpaceRow]:
    return Statement(_sql(condition), SpaceRow)


@functools.cache
def _of_host_and_key(condition: str) -> Statement[KeyRow]:
    return Statement(_sql(condition, _KEY_COLUMNS, _KEY_JOINS), KeyRow)


def _sql(condition: str, columns: str = "", joins: str = "") -> str:
    return (
        f"SELECT s.id, {spaces.VERSION_COLUMNS}{columns} FROM spaces s {spaces.VERSION_JOINS} {joins} "  # noqa: S608 constants only
        f"WHERE {condition} ORDER BY CASE WHEN s.host = %(host)s THEN 0 ELSE 1 END LIMIT 1"
    )


def _by_host(host: str) -> Space:
    condition, fixed = spaces.host_condition()
    row = _of_host(condition).one(host=host, **fixed)
    if row is None:
        raise spaces.refuse_unknown_host()
    return spaces.cached(row.space_id, row[1:4])


def _by_host_and_key(host: str, key: str) -> tuple[Space, KeyRow | None]:
    condition, fixed = spaces.host_condition()
    row = _of_host_and_key(condition).one(host=host, hash=hashed(key), **fixed)
    if row is None:
        raise spaces.refuse_unknown_host()
    return spaces.cached(row.space_id, row[1:4]), row if row.key_id is not None else None
