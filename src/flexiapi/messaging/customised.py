"""Templates that operators wrote, in place of the product's own.

They lie in the directory of mail templates as `<mail>_custom.html` and `<mail>_custom.txt`, each of the two for
itself; in `<domain>/` below it those of one Space, which come first. A language may have its own:
`<mail>_custom.fr.html`.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.template import Context, Engine, TemplateSyntaxError, VariableDoesNotExist

from flexiapi.config import instance

log = logging.getLogger(__name__)

_MAX_BYTES = 1024 * 1024
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)
_FORMER_NAMES: Final = {
    ("recover_by_code", "html"): "authentication_custom",
    ("recover_by_code", "txt"): "authentication_text_custom",
}
_WRONG = (
    *(TemplateSyntaxError, VariableDoesNotExist, AttributeError, ValueError, TypeError, LookupError),
    *(ArithmeticError, RecursionError, OSError),
)


class _Engine(Engine):
    """Templates without a way to other files: no loaders, no libraries, a choice of tags and filters."""

    default_builtins = ["flexiapi.messaging.operator_tags"]


_engines: Final = {
    "html": _Engine(loaders=[], autoescape=True),
    "txt": _Engine(loaders=[], autoescape=False),
}


def rendered(template: str, half: str, *, domain: str | None, variables: Mapping[str, Any]) -> str | None:
    """A half (`html` or `txt`) of a mail as the operator wants it; None without a template for it.

    One that cannot be rendered is logged and counts as none: the mail leaves in the product's own words.
    """
    file = next(_files(template, half, domain, str(variables["locale"])), None)
    if file is None:
        return None
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ValueError("larger than 1 MiB")
        compiled = _engines[half].from_string(file.read_text(encoding="utf-8"))
        return str(compiled.render(Context(dict(variables), autoescape=half == "html")))
    except _WRONG as error:
        log.error("%s cannot be used: %s: %s", file, type(error).__name__, _without_values(error))
        return None


def _files(template: str, half: str, domain: str | None, locale: str) -> Iterator[Path]:
    top = instance.current().app_mail_templates_path
    directories = [top / domain, top] if domain and _DOMAIN.fullmatch(domain) else [top]
    names = [f"{template}_custom.{locale}", f"{template}_custom"]
    former = _FORMER_NAMES.get((template, half))
    for directory in directories:
        for name in (*names, *([former] if former else ())):
            file = directory / f"{name}.{half}"
            if file.is_file():
                yield file


def _without_values(error: Exception) -> str:
    """What is wrong with the syntax; other errors may quote what was filled in."""
    return str(error) if isinstance(error, TemplateSyntaxError | OSError) else "see its variables and filters"
