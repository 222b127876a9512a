"""Rules of type keys, action keys and codes."""

import unicodedata
from typing import Any

from flexiapi.http import messages, rules

from . import queries


def alpha_dash(value: str, field: Any) -> str | None:
    """Letters, marks and digits of any script, `_` and `-`."""
    if all(letter in "_-" or _is_alphanumeric(letter) for letter in value):
        return None
    return messages.sentence("alpha_dash", rules.name(field))


def alpha_num(value: str, field: Any) -> str | None:
    """Letters, marks and digits of any script."""
    if all(_is_alphanumeric(letter) for letter in value):
        return None
    return messages.sentence("alpha_num", rules.name(field))


def _is_alphanumeric(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def free_type_key(value: str, field: Any) -> str | None:
    """No other account type has it."""
    if queries.type_key_taken(value, but=field.context.get("type_id")):
        return messages.sentence("unique", rules.name(field))
    return None
