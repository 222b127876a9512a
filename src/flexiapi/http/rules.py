"""Rules of field values: each takes a value and its field and returns the message of a broken rule, or None."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from rest_framework.fields import Field

from flexiapi.http import messages

Rule = Callable[[Any, "Field[Any, Any, Any, Any]"], str | None]

DOMAIN = re.compile(r"(?=^.{4,253}\Z)(^((?!-)[a-z0-9-]{1,63}(?<!-)\.)+[a-z]{2,63}\Z)")

# Private installations use `localhost`, `.test` and `.local` addresses: the syntax is what counts here.
SPECIAL_USE_DOMAIN_NAMES.clear()

_UNRESERVED = r"[A-Za-z0-9\-_.!~*'()]|%[0-9A-Fa-f]{2}"
_HOSTNAME = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
_PARAMETER = rf"(?:{_UNRESERVED}|[\[\]/:&+$])+"
_HEADER = rf"(?:{_UNRESERVED}|[\[\]/?:+$])"
SIP_URI = re.compile(
    rf"""^(?P<scheme>sips?):
    (?:(?P<user>(?:{_UNRESERVED}|[&=+$,;?/])+)(?::(?P<password>(?:{_UNRESERVED}|[&=+$,])*))?@)?
    (?P<host>\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|\d{{1,3}}(?:\.\d{{1,3}}){{3}}|{_HOSTNAME})
    (?::(?P<port>\d{{1,5}}))?
    (?P<parameters>(?:;{_PARAMETER}(?:={_PARAMETER})?)*)
    (?P<headers>\?{_HEADER}+={_HEADER}*(?:&{_HEADER}+={_HEADER}*)*)?\Z""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def matches(rule: str, pattern: re.Pattern[str]) -> Rule:
    """The value matches the pattern; the message is the catalogue's under `rule`."""
    return lambda value, field: None if pattern.search(value) else messages.sentence(rule, name(field))


def at_least(length: int) -> Rule:
    """Text of at least so many characters."""
    return lambda value, field: None if len(value) >= length else messages.sentence("min", name(field), min=length)


def at_most(length: int) -> Rule:
    """Text of at most so many characters."""
    return lambda value, field: None if len(value) <= length else messages.sentence("max", name(field), max=length)


def exactly(length: int) -> Rule:
    """Text of exactly so many characters."""
    return lambda value, field: None if len(value) == length else messages.sentence("size", name(field), size=length)


def lowercase(value: str, field: "Field[Any, Any, Any, Any]") -> str | None:
    """No ASCII capital."""
    return messages.sentence("lowercase", name(field)) if re.search("[A-Z]", value) else None


def domain(value: str, field: "Field[Any, Any, Any, Any]") -> str | None:
    """A lower-case domain name of at least two labels."""
    return None if DOMAIN.match(value) else messages.sentence("domain", name(field))


def domain_or_ip(value: str, field: "Field[Any, Any, Any, Any]") -> str | None:
    """A domain name or an IPv4 or IPv6 literal without brackets."""
    if DOMAIN.match(value):
        return None
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return messages.sentence("domain", name(field))
    return None


def is_sip_uri(value: str) -> bool:
    """Whether the text is a SIP URI with its scheme (RFC 3261 section 19.1)."""
    found = SIP_URI.match(value)
    if found is None:
        return False
    if found["ipv6"] is None:
        return True
    try:
        ipaddress.IPv6Address(found["ipv6"])
    except ValueError:
        return False
    return True


def sip_uri(value: str, field: "Field[Any, Any, Any, Any]") -> str | None:
    """A SIP URI with its scheme (RFC 3261 section 19.1)."""
    return None if is_sip_uri(value) else messages.sentence("sip_uri", name(field))


def email(value: str, field: "Field[Any, Any, Any, Any]") -> str | None:
    """An address by RFC 5322 and RFC 6531 syntax, without asking the DNS; single-label domains are fine."""
    try:
        validate_email(
            value,
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
        )
    except EmailNotValidError:
        return messages.sentence("email", name(field))
    return None


def name(field: "Field[Any, Any, Any, Any]") -> str:
    """The wire name of a field, its last part where it is nested."""
    return field.field_name or ""
