"""The filters of lists, as links keep them."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from flexiapi.auth.scope import Scope
from flexiapi.contacts import queries as contacts
from flexiapi.http import inputs

from . import queries

_LONGEST = 255


def given(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """The filters that were given, as they were typed."""
    values = inputs.read(request)
    sent = ((name, values.get(name)) for name in names)
    return {name: value[:_LONGEST] for name, value in sent if isinstance(value, str)}


def space_choices(scope: Scope, domain: str | None) -> dict[str, Any]:
    """What the filters by domain (for super administrators) and by contacts list (of that domain) offer."""
    return {
        "domains": queries.domains(scope),
        "contacts_lists": [(row.pk, row.title) for row in contacts.list_choices(scope, domain)],
    }
