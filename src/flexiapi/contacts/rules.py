"""Rules of contacts lists and vCards."""

from typing import Any

from flexiapi.http import messages, rules

from . import queries


def free_title(value: str, field: Any) -> str | None:
    """No other list of the Space has it."""
    if queries.title_taken(field.context["space"], value, but=field.context.get("list_id")):
        return messages.sentence("unique", rules.name(field))
    return None
