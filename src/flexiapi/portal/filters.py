"""The filters of lists, as links keep them."""

from collections.abc import Iterable

from django.http import HttpRequest

from flexiapi.http import inputs

_LONGEST = 255


def given(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """The filters that were given, as they were typed."""
    values = inputs.read(request)
    sent = ((name, values.get(name)) for name in names)
    return {name: value[:_LONGEST] for name, value in sent if isinstance(value, str)}
