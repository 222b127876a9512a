"""Rules of telephony's fields that need more than the value: the account, its contacts, other rows."""

from collections.abc import Iterable
from typing import Any

from flexiapi.http import inputs, messages, rules

from . import daemon, queries
from .models import CallForwarding

ALWAYS = "always"
TYPES = (ALWAYS, "no_answer", "busy")
TARGETS = ("sip_uri", "contact", "voicemail")


def exclusive(kind: str, others: Iterable[CallForwarding]) -> bool:
    """Whether an enabled forwarding of this type may stand beside the others: `always` stands alone."""
    return not any(other.enabled and (other.type == ALWAYS) != (kind == ALWAYS) for other in others)


def different_from_domain(value: str, field: Any) -> str | None:
    """Another value than that of the field `domain`."""
    if value != field.parent.initial_data.get("domain"):
        return None
    return messages.sentence("different", rules.name(field), other=messages.attribute("domain"))


def effective_contact(value: int, field: Any) -> str | None:
    """One of the account's contacts, its own or those of the lists that it sees."""
    if queries.is_effective_contact(field.context["account_id"], value):
        return None
    return messages.sentence("exists", rules.name(field))


def sip_address(value: str, field: Any) -> str | None:
    """A SIP address without its scheme, in one line and without blanks."""
    if not daemon.has_control(value) and "@" in value and rules.is_sip_uri(f"sip:{value}"):
        return None
    return messages.sentence("sip_uri", rules.name(field))


def fitting_type(value: str, field: Any) -> str | None:
    """The stored type where a forwarding is changed, else one of which the account has none yet."""
    context = field.context
    if "type" in context:
        return None if value == context["type"] else messages.sentence("in", rules.name(field))
    if all(other.type != value for other in context["others"]):
        return None
    return messages.sentence("unique", rules.name(field))


def exclusively_enabled(value: bool, field: Any) -> str | None:
    """Not enabled beside what excludes it."""
    kind = field.context.get("type") or field.parent.initial_data.get("type")
    if not value or exclusive(kind, field.context["others"]):
        return None
    return messages.sentence("forwarding", rules.name(field))


def free_external_address(value: str, field: Any) -> str | None:
    """No other account has this address on a foreign service, over all Spaces."""
    domain = field.parent.initial_data.get("domain")
    known = field.context.get("batch") or queries
    if inputs.storable(domain) and known.external_address_taken(value, domain, but_of=field.context["account_id"]):
        return messages.sentence("unique", rules.name(field))
    return None
