"""Rules of a Space's fields that need more than the value: settings, other Spaces, the Space as it is."""

import re
from typing import Any
from urllib.parse import urlsplit

from flexiapi.config import instance
from flexiapi.http import messages, rules

from . import entries, queries

_LOCAL_HOSTS = ("localhost", "127.0.0.1")
_WORDS = re.compile(r"[^\s,]+(?:,[^\s,]+)*\Z")
# A realm stands between quotes in challenges and between colons in HA1.
_REALM = re.compile(r'[^\s"\\:](?:[^"\\:\r\n\t]*[^\s"\\:])?\Z')
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def free(value: str, field: Any) -> str | None:
    """No other Space has it."""
    name = rules.name(field)
    return messages.sentence("unique", name) if queries.taken(name, value, but=field.context.get("space")) else None


def http_host(value: str, field: Any) -> str | None:
    """A domain name, the root host, or the host that the Space has: operators made hosts of other forms by SQL."""
    space = field.context.get("space")
    if (space is not None and value == space.host) or value == instance.current().app_root_host:
        return None
    return rules.domain(value, field)


def local_or_http_host(value: str, field: Any) -> str | None:
    """The same, or the host of a trial on one machine."""
    return None if value in _LOCAL_HOSTS else http_host(value, field)


def below_root_host(value: str, field: Any) -> str | None:
    """The root host or a host below it, unless it stays as it is: anything else would answer 503."""
    space = field.context.get("space")
    if (space is not None and value == space.host) or queries.belongs_to_root_host(value):
        return None
    return messages.sentence("ends_with", rules.name(field), values=instance.current().app_root_host)


def seats_for_all(value: int, field: Any) -> str | None:
    """No fewer seats than the Space has accounts; 0 is without limit."""
    space = field.context.get("space")
    if value <= 0 or space is None:
        return None
    count = queries.account_count(space)
    return messages.sentence("min_number", rules.name(field), min=count) if value < count else None


def provisioning_entries(value: str, field: Any) -> str | None:
    """Custom provisioning entries as administrators may set them."""
    try:
        entries.validate(value)
    except entries.InvalidEntries as error:
        return error.message
    return None


def one_line(value: str, field: Any) -> str | None:
    """Text without line breaks and other control characters: it goes into headers and subjects of mails."""
    return None if value.isprintable() else messages.sentence("regex", rules.name(field))


def realm(value: str, field: Any) -> str | None:
    """A realm that needs no quoting in challenges (RFC 7616) and cannot be mistaken in HA1."""
    if _REALM.match(value) and value.isprintable():
        return None
    return messages.sentence("regex", rules.name(field))


def registrar_address(value: str, field: Any) -> str | None:
    """A SIP URI, bare or in angle brackets: `<sip:sip.example.org;transport=tls>`."""
    bare = value[1:-1] if value.startswith("<") and value.endswith(">") else value
    return None if rules.is_sip_uri(bare) else messages.sentence("sip_uri", rules.name(field))


def web_url(value: str, field: Any) -> str | None:
    """An absolute `http` or `https` URL (RFC 3986) with a host name or an address."""
    return None if _is_web_url(value) else messages.sentence("url", rules.name(field))


def comma_list(value: str, field: Any) -> str | None:
    """Words joined by single commas, without blanks."""
    return None if _WORDS.match(value) else messages.sentence("comma_list", rules.name(field))


def _is_web_url(text: str) -> bool:
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme.lower() not in ("http", "https") or port == 0:
        return False
    host = (parts.hostname or "").removesuffix(".")
    if ":" in host:
        return True  # `urlsplit` has checked what stands in brackets
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
