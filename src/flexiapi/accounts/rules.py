"""Rules of account fields that need more than the value: settings, the Space, other accounts."""

import functools
import re
from typing import Any

from flexiapi.config import instance
from flexiapi.http import messages, rules
from flexiapi.http.dates import now

from . import phones, queries

_PIN = re.compile(r"[0-9]{4}\Z")


def not_a_phone_number(value: str, field: Any) -> str | None:
    """A username that no country can claim as a number; administrators may be allowed otherwise."""
    if field.context.get("as_administrator") and instance.current().app_allow_phone_number_username_admin_api:
        return None
    return messages.sentence("not_phone", rules.name(field)) if phones.country(value) else None


def not_blacklisted(value: str, field: Any) -> str | None:
    """Neither equal to an entry of the blacklist nor matched anywhere by it as an expression."""
    for entry in instance.current().account_blacklisted_usernames:
        pattern = _expression(entry)
        if entry == value or (pattern is not None and pattern.search(value)):
            return messages.sentence("blacklisted", rules.name(field))
    return None


def sip_username(value: str, field: Any) -> str | None:
    """A username by the instance's expression."""
    if not _compiled(instance.current().account_username_regex).search(value):
        return messages.sentence("sip_username", rules.name(field))
    if value.endswith("\n") or not value.isprintable():
        return messages.sentence("sip_username", rules.name(field))
    return None


@functools.lru_cache(maxsize=256)
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _expression(entry: str) -> re.Pattern[str] | None:
    """An entry of the blacklist as an expression; those that are none, or hold a slash, count literally only."""
    if not entry or "/" in entry:
        return None
    try:
        return _compiled(entry)
    except re.error:
        return None


def _known(field: Any) -> Any:
    """Whoever says what is there: the database, or the `batch` that it was read into for many values at once."""
    return field.context.get("batch") or queries


def free_username(value: str, field: Any) -> str | None:
    """No other account of the domain has it as username or phone, and no tombstone reserves it."""
    domain, account_id = field.context["domain"], field.context.get("account_id")
    known = _known(field)
    if known.username_taken(domain, value, but=account_id) or (
        account_id is None and known.username_reserved(domain, value)
    ):
        return messages.sentence("unique", rules.name(field))
    return None


def free_email(value: str, field: Any) -> str | None:
    """No other account of the domain has it, where the Space wants unique addresses."""
    context = field.context
    if not context.get("unique_email"):
        return None
    if _known(field).email_taken(context["domain"], value, but=context.get("account_id")):
        return messages.sentence("unique", rules.name(field))
    return None


def phone_number(value: str, field: Any) -> str | None:
    """A valid number in international form."""
    return None if phones.e164(value) else messages.sentence("phone", rules.name(field))


def authorized_country(value: str, field: Any) -> str | None:
    """A number of a country that the instance accepts."""
    region = phones.country(value)
    if region is None or not _known(field).country_activated(region):
        return messages.sentence("authorized_country", rules.name(field))
    return None


def free_phone(value: str, field: Any) -> str | None:
    """No other account of the domain has it as phone or username."""
    domain, account_id = field.context["domain"], field.context.get("account_id")
    if _known(field).phone_taken(domain, phones.normalised(value), but=account_id):
        return messages.sentence("unique", rules.name(field))
    return None


def space_algorithm(value: str, field: Any) -> str | None:
    """The Space's own password algorithm."""
    if value == field.context.get("algorithm"):
        return None
    return messages.sentence("in", rules.name(field))


def known_domain(value: str, field: Any) -> str | None:
    """The domain of a Space."""
    return None if queries.domain_exists(value) else messages.sentence("exists", rules.name(field))


def other_email(value: str, field: Any) -> str | None:
    """Another address than the account has."""
    return messages.sentence("not_in", rules.name(field)) if value == field.context.get("email") else None


def pin(value: str, field: Any) -> str | None:
    """Four decimal digits."""
    return None if _PIN.match(value) else messages.sentence("digits", rules.name(field), digits=4)


def usable_creation_token(value: str, field: Any) -> str | None:
    """A creation token that nobody has used and that has not expired."""
    found = queries.creation_token(value)
    if found is None:
        return messages.sentence("account_creation_token", rules.name(field))
    minutes = instance.current().app_account_creation_token_expiration_minutes
    return messages.sentence("token_expired", rules.name(field)) if found.expired(now(), minutes) else None


def usable_request_token(value: str, field: Any) -> str | None:
    """A creation request token that nobody has used within its 24 hours."""
    if queries.request_token(value) is None:
        return messages.sentence("account_creation_request_token", rules.name(field))
    return None
