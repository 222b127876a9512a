"""Contact header fields (RFC 3261 §20.10) as Flexisip stores them in its registrar, read tolerantly.

Flexisip 2.7 writes `[display name] <sip:…;updatedAt=…;expires=…?user-agent=…>;+sip.instance="<urn:uuid:…>"`; older
contacts may be bare URIs, lack the user agent, or carry quoted strings with `>` and `;` in them.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

_AGENT = re.compile(r"([\w-]+)/([\d.]+)[^(]*\(([^)]*)")
_LONGEST_AGENT = 500
_LATEST = 253402300799  # the last second that a date can hold


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device; times are UTC, `expires_at` None means unknown."""

    uuid: str
    updated_at: datetime | None
    expires_at: datetime | None
    user_agent: str

    def live(self, at: datetime) -> bool:
        """Whether its registration has not run out."""
        return self.expires_at is None or self.expires_at >= at

    @property
    def agent_parts(self) -> tuple[str, str, str]:
        """App, version and device name out of a user agent like `LinphoneAndroid/5.2.3 (Pixel 7) LinphoneSDK/5.3`."""
        found = _AGENT.search(self.user_agent)
        return (found[1], found[2], found[3]) if found else (self.user_agent, "", "")


def parse(text: str) -> Device | None:
    """The device of a Contact header field; None when it names none (no `+sip.instance`)."""
    uri, contact = _split(text)
    address, _, headers = uri.partition("?")
    uri_parameters, parameters = _parameters(address), _parameters(contact)
    instance = parameters.get("+sip.instance") or uri_parameters.get("+sip.instance") or ""
    uuid = bare_uuid(instance)
    if not uuid:
        return None
    updated = _number(uri_parameters.get("updatedat") or parameters.get("updatedat"))
    lifetimes = [
        _number(uri_parameters.get("expires") or parameters.get("expires")),
        _number(parameters.get("message-expires") or uri_parameters.get("message-expires")),
    ]
    longest = max((lifetime for lifetime in lifetimes if lifetime is not None), default=None)
    return Device(
        uuid=uuid,
        updated_at=_moment(updated),
        expires_at=_moment(updated + longest) if updated is not None and longest is not None else None,
        user_agent=_header(headers, "user-agent")[:_LONGEST_AGENT],
    )


def bare_uuid(text: str) -> str:
    """A device id (`urn:uuid:…`) without the quotes and brackets that it has in SIP and as a field name."""
    return text.strip().strip('"').strip().removeprefix("<").removesuffix(">")


def field_name(uuid: str) -> str:
    """The name under which Flexisip stores the contact of a device id."""
    return f'"<{uuid}>"'


def _split(text: str) -> tuple[str, str]:
    """The URI and the text of the parameters that follow it."""
    opening = next((at for at, letter in _unquoted(text) if letter == "<"), None)
    if opening is None:
        # A bare URI: what follows a semicolon belongs to the header (RFC 3261 §20.10), Flexisip's additions with it.
        text = text.strip()
        query = next((at for at, letter in _unquoted(text) if letter == "?"), None)
        if query is None:
            return text, text
        end = next((at for at, letter in _unquoted(text) if at > query and letter == ";"), len(text))
        return text[:end], text[:query] + text[end:]
    rest = text[opening + 1 :]
    closing = next((at for at, letter in _unquoted(rest) if letter == ">"), rest.find(">"))
    return (rest, "") if closing < 0 else (rest[:closing], rest[closing + 1 :])


def _unquoted(text: str) -> Iterator[tuple[int, str]]:
    """The letters outside quoted strings, with their positions."""
    quoted = escaped = False
    for at, letter in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            yield at, letter


def _parameters(text: str) -> dict[str, str]:
    """The parameters behind the first semicolon, names in lower case; of equal names the first counts."""
    cuts = [at for at, letter in _unquoted(text) if letter == ";"]
    found: dict[str, str] = {}
    for start, end in itertools.pairwise([*cuts, len(text)]):
        name, _, value = text[start + 1 : end].partition("=")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _header(headers: str, wanted: str) -> str:
    for header in headers.split("&"):
        name, _, value = header.partition("=")
        if name.strip().lower() == wanted:
            return unquote(value, errors="replace").strip()
    return ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and seconds <= _LATEST else None
