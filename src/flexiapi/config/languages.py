"""The languages of the product: English, which the texts are written in, and one for each catalogue."""

from pathlib import Path

from django.conf.locale import LANG_INFO

SOURCE = "en"


def offered(folder: Path) -> list[tuple[str, str]]:
    """Codes and own names of the languages with a `django.po` below a folder, by code."""
    found = {SOURCE, *(catalogue.parent.parent.name for catalogue in folder.glob("*/LC_MESSAGES/django.po"))}
    return [(code, own_name(code)) for code in sorted(name.replace("_", "-").lower() for name in found)]


def own_name(code: str) -> str:
    """What a language calls itself; its code where nobody knows."""
    name: str = LANG_INFO.get(code, {}).get("name_local", code)
    return name[:1].upper() + name[1:]
