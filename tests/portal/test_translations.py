"""Every sentence that people see is there in French, and nothing in the catalogue is dead."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import flexiapi
from flexiapi.http import errors

PACKAGE = Path(flexiapi.__file__).parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = tuple[str | None, str]

_STRING = r"""(?:"([^"]*)"|'([^']*)')"""
_TAG = re.compile(rf"\{{%\s*trans(?:late)?\s+{_STRING}((?:[^%]|%(?!\}}))*)%\}}")
_BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b(.*?)%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
_PLURAL = re.compile(r"\{%\s*plural\s*%\}")
_CONTEXT = re.compile(rf"\bcontext\s+{_STRING}")
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def catalogue() -> Catalog:
    """The French catalogue."""
    with (PACKAGE / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="fr", abort_invalid=True)


def of_template(text: str) -> Iterator[Message]:
    """The messages of a template."""
    for found in _TAG.finditer(text):
        yield context_of(found[3]), found[1] or found[2]
    for found in _BLOCK.finditer(text):
        for part in _PLURAL.split(found[2])[:1]:
            text_of_part = part.strip() if "trimmed" in found[1] else part
            yield context_of(found[1]), _VARIABLE.sub(r"%(\1)s", text_of_part)


def context_of(options: str) -> str | None:
    """The context that a tag names."""
    found = _CONTEXT.search(options)
    return (found[1] or found[2]) if found else None


def of_module(path: Path) -> Iterator[Message]:
    """The messages of a module. `_` with two arguments is `pgettext_lazy` here."""
    keywords = KEYWORDS
    if "import pgettext_lazy as _" in path.read_text():
        keywords = {**KEYWORDS, "_": KEYWORDS["pgettext_lazy"]}
    for _, message, _, context in extract_from_file("python", path, keywords=keywords):
        yield context, message if isinstance(message, str) else message[0]
    for _, message, _, _ in extract_from_file("python", path, keywords={"_say": None}):
        yield "mail", message


def used() -> dict[Message, str]:
    """Every message of the package with a place where it stands."""
    titles = [*errors._TITLES.values(), *errors._FIXED.values()]
    found: dict[Message, str] = {(None, title): "http/errors.py" for title in titles}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".html", ".txt"):
            messages = of_template(path.read_text())
        elif path.suffix == ".py":
            messages = of_module(path)
        else:
            continue
        for message in messages:
            found.setdefault(message, path.relative_to(PACKAGE).as_posix())
    return found


class TestFrench:
    def test_has_every_sentence(self) -> None:
        known = catalogue()

        missing = {
            message: place
            for message, place in used().items()
            if (entry := known.get(message[1], message[0])) is None or not all(texts(entry.string))
        }

        assert missing == {}

    def test_has_no_doubtful_ones(self) -> None:
        known = catalogue()

        assert [entry.id for entry in known if entry.fuzzy and entry.id] == []

    @pytest.mark.parametrize("pattern", [r"%\(\w+\)[sd]", r"%[sd]", r"(?<!\w):[a-z]+\b"])
    def test_keeps_the_placeholders(self, pattern: str) -> None:
        wrong = [
            entry.id
            for entry in catalogue()
            if entry.id
            for sentence, translation in zip(texts(entry.id), texts(entry.string), strict=False)
            if sorted(re.findall(pattern, sentence)) != sorted(re.findall(pattern, translation))
        ]

        assert wrong == []

    def test_has_each_sentence_once(self) -> None:
        text = (PACKAGE / "locale/fr/LC_MESSAGES/django.po").read_text()
        entries = re.findall(r'^(msgctxt "[^\n]*"\n)?(msgid "[^\n]*")', text, re.MULTILINE)

        assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []


def texts(string: str | tuple[str, ...]) -> tuple[str, ...]:
    """The forms of a message."""
    return (string,) if isinstance(string, str) else tuple(string)


class TestExtraction:
    def test_of_templates(self) -> None:
        text = """{% translate "One" %} {% translate 'Two' as two %} {% translate "Three" context "mail" %}
        {% blocktranslate with a=b %}Four {{ a }}{% endblocktranslate %}
        {% blocktranslate count n=m %}{{ n }} five{% plural %}{{ n }} fives{% endblocktranslate %}"""

        assert list(of_template(text)) == [
            (None, "One"),
            (None, "Two"),
            ("mail", "Three"),
            (None, "Four %(a)s"),
            (None, "%(n)s five"),
        ]
