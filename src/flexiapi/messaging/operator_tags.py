"""The tags and filters of templates that operators write.

What is missing is missing on purpose: nothing here reads another file, loads code, or switches escaping off.
"""

from typing import Final

from django.template import Library, defaultfilters, defaulttags

_TAGS: Final = ("comment", "firstof", "for", "if", "now", "spaceless", "templatetag", "verbatim", "with")
_NO_FILTERS: Final = frozenset({"pprint", "random", "safe", "safeseq"})

register = Library()
register.tags.update({name: defaulttags.register.tags[name] for name in _TAGS})
register.filters.update(
    {name: found for name, found in defaultfilters.register.filters.items() if name not in _NO_FILTERS}
)
