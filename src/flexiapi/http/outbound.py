"""Requests to servers that others than the operator of the machine name: bounded, and only to public addresses."""

import functools
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from flexiapi.config import instance

TIMEOUT_SECONDS = 5.0
LONGEST = 1024 * 1024
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 behind NAT64 (RFC 6052)
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """The server gave no usable answer; the text says why without what the server said."""


def get_json(url: str, *, bearer: str | None = None) -> dict[str, Any]:
    """The JSON object at a URL.

    Raises:
        Unreachable: no connection, no 200 within 5 s, no JSON object, or more than 1 MiB.
    """
    if bearer is not None and not bearer.isascii():
        raise Unreachable("no valid token")
    return _object(_send("GET", url, {"Authorization": f"Bearer {bearer}"} if bearer else {}))


def post_form(url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> dict[str, Any]:
    """The JSON object that a server answers to a form; `basic` are a user and a password.

    Raises:
        Unreachable: as for `get_json`.
    """
    auth = httpx.BasicAuth(*basic) if basic else None
    return _object(_send("POST", url, {}, form=form, auth=auth))


def is_public(text: str) -> bool:
    """Whether an IP address can be reached from anywhere, that is from no special place in this network."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
        elif address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _send(
    method: str,
    url: str,
    headers: dict[str, str],
    *,
    form: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
) -> bytes:
    """The body of a 200. Redirects are not followed: they could lead where the first address may not."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise Unreachable("no valid URL") from None
    if target.scheme not in _PORTS or not target.host:
        raise Unreachable("no http or https URL")
    # The connection goes to the address that was checked: a name looked up again may answer differently.
    addresses = _addresses(target.host, target.port or _PORTS[target.scheme])
    sent = {"Accept": "application/json", **headers, "Host": target.netloc.decode("ascii")}
    deadline = time.monotonic() + TIMEOUT_SECONDS
    reason = "no connection"
    with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, verify=_trust(), follow_redirects=False) as client:
        for address in addresses:
            try:
                with client.stream(
                    method,
                    target.copy_with(host=address),
                    headers=sent,
                    data=form,
                    auth=auth,
                    extensions={"sni_hostname": target.host},
                ) as answer:
                    if answer.status_code != httpx.codes.OK:
                        raise Unreachable(f"status {answer.status_code}")
                    return _read(answer, deadline)
            except (httpx.ConnectError, httpx.InvalidURL):
                continue
            except httpx.HTTPError as error:
                reason = "no answer in time" if isinstance(error, httpx.TimeoutException) else "broken answer"
                break
    raise Unreachable(reason)


def _read(answer: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > LONGEST:
            raise Unreachable("answer too long")
        if time.monotonic() > deadline:
            raise Unreachable("no answer in time")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreachable("answer is no JSON") from None
    if not isinstance(found, dict):
        raise Unreachable("answer is no JSON object")
    return found


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("name not found") from None
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    if not instance.current().outbound_allow_private and not all(is_public(address) for address in addresses):
        raise Unreachable("no public address; OUTBOUND_ALLOW_PRIVATE allows others")
    return addresses


@functools.cache
def _trust() -> ssl.SSLContext:
    """The system's authorities (`SSL_CERT_FILE` adds to them)."""
    return ssl.create_default_context()
