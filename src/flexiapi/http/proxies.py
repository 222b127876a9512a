"""What a trusted proxy says about the connection that it forwards."""

import functools
import ipaddress
from dataclasses import dataclass

from django.http import HttpRequest

from flexiapi.config import instance

_USUAL_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Connection:
    """The client's side of a connection: its address, and the scheme, host and port it used."""

    address: str
    scheme: str
    authority: str

    @property
    def host(self) -> str:
        """The host without its port, in lower case."""
        return without_port(self.authority)

    def is_at(self, scheme: str, authority: str) -> bool:
        """Whether a page of this origin is one of ours, as far as the client's side of the connection tells.

        The usual port may be missing (RFC 6454 section 6.2). HTTPS is believed where plain HTTP came in: a proxy
        that is not trusted does not say so.
        """
        usual = _USUAL_PORTS.get(scheme, "")
        same = authority.lower().removesuffix(usual) == self.authority.lower().removesuffix(usual)
        return same and scheme in (self.scheme, "https")


def connection(request: HttpRequest) -> Connection:
    """The connection of a request; `X-Forwarded-*` counts only when the peer is a trusted proxy."""
    known: Connection | None = getattr(request, "_flexiapi_connection", None)
    if known is None:
        known = _read(request)
        request._flexiapi_connection = known  # type: ignore[attr-defined]
    return known


def comes_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether the peer of the connection is one of `TRUSTED_PROXIES`."""
    return _trusted(request.META.get("REMOTE_ADDR", ""))


def secure_cookies(request: HttpRequest) -> bool:
    """Whether cookies are for HTTPS only: by `SESSION_SECURE_COOKIE`, else where the client uses HTTPS."""
    wanted = instance.current().session_secure_cookie
    return connection(request).scheme == "https" if wanted is None else wanted


def _read(request: HttpRequest) -> Connection:
    meta = request.META
    peer = meta.get("REMOTE_ADDR", "")
    scheme = meta.get("wsgi.url_scheme", "http")
    authority = meta.get("HTTP_HOST") or meta.get("SERVER_NAME", "")
    if _trusted(peer):
        for hop in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            if _address(hop.strip()) is None:
                break
            peer = hop.strip()
            if not _trusted(peer):
                break
        if meta.get("HTTP_X_FORWARDED_PROTO") in ("http", "https"):
            scheme = meta["HTTP_X_FORWARDED_PROTO"]
        forwarded = meta.get("HTTP_X_FORWARDED_HOST", "").split(",")[0].strip()
        if forwarded:
            authority = forwarded
            port = meta.get("HTTP_X_FORWARDED_PORT", "")
            if port.isdigit() and without_port(authority) == authority.lower():
                authority = authority if port in ("80", "443") else f"{authority}:{port}"
    found = _address(peer)
    return Connection(address=(peer if found is None else str(found))[:39], scheme=scheme, authority=authority)


def _trusted(peer: str) -> bool:
    networks = instance.current().trusted_proxies
    if not networks:
        return False
    address = _address(peer)
    return address is not None and any(address in network for network in networks)


@functools.lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address in its one form: sockets for both families write IPv4 addresses as `::ffff:192.0.2.1`."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def without_port(authority: str) -> str:
    """`Host` or `:authority` without its port, in lower case; an IPv6 literal keeps its brackets."""
    text = authority.lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0]
