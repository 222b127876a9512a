"""The names of the countries that have phone numbers, by ISO code (Unicode CLDR), a file for each language."""

import functools
import json
from pathlib import Path
from typing import cast

from django.utils.translation import get_language

_FOLDER = Path(__file__).parent


def name(code: str) -> str:
    """What a country is called in the language of the request, else in English; its code where nobody knows."""
    return _names((get_language() or "en").partition("-")[0]).get(code) or _names("en").get(code, code)


@functools.cache
def _names(language: str) -> dict[str, str]:
    file = _FOLDER / f"{language}.json"
    return cast(dict[str, str], json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
