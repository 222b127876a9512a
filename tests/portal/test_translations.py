"""Every sentence that people see is there in every language, and nothing in a catalogue is dead."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import flexiapi
from flexiapi.config import languages
from flexiapi.http import errors
from flexiapi.http.messages import FIXED
from tests import factories
from tests.portal.visitor import Visitor

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


LANGUAGES = sorted(path.parts[-3] for path in PACKAGE.glob("locale/*/LC_MESSAGES/django.po"))
# What these raise is shown on pages, as it stands.
REFUSALS = dict.fromkeys(["BadRequest", "Forbidden", "PageExpired", "Unavailable", "Unprocessable"])


def file_of(language: str) -> Path:
    """The catalogue of a language."""
    return PACKAGE / f"locale/{language}/LC_MESSAGES/django.po"


def catalogue(language: str) -> Catalog:
    """The catalogue of a language, read."""
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


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
    for _, message, _, _ in extract_from_file("python", path, keywords=REFUSALS):
        if not message.startswith("Invalid JSON: "):  # those who ask for JSON get JSON
            yield None, message


def used() -> dict[Message, str]:
    """Every message of the package with a place where it stands."""
    refusals = (errors.BadRequest, errors.Forbidden, errors.PageExpired)
    texts = ["Error", *errors._TITLES.values(), *errors._FIXED.values(), *(refusal.default for refusal in refusals)]
    found: dict[Message, str] = {(None, text): "http/errors.py" for text in texts}
    found |= {("page", text): "http/messages.py" for text in FIXED.values()}
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


@pytest.mark.parametrize("language", LANGUAGES)
class TestCatalogue:
    def test_has_every_sentence(self, language: str) -> None:
        known = catalogue(language)

        missing = {
            message: place
            for message, place in used().items()
            if (entry := known.get(message[1], message[0])) is None or not all(texts(entry.string))
        }

        assert missing == {}

    def test_has_no_dead_ones(self, language: str) -> None:
        known = {(entry.context, texts(entry.id)[0]) for entry in catalogue(language) if entry.id}

        assert known - used().keys() == set()

    def test_has_no_doubtful_ones(self, language: str) -> None:
        assert [entry.id for entry in catalogue(language) if entry.fuzzy and entry.id] == []

    @pytest.mark.parametrize("pattern", [r"%\(\w+\)[sd]", r"%[sd]", r"(?<!\w):[a-z]+\b"])
    def test_keeps_the_placeholders(self, language: str, pattern: str) -> None:
        wrong = [
            entry.id
            for entry in catalogue(language)
            if entry.id
            for sentence, translation in zip(texts(entry.id), texts(entry.string), strict=False)
            if sorted(re.findall(pattern, sentence)) != sorted(re.findall(pattern, translation))
        ]

        assert wrong == []

    def test_has_each_sentence_once(self, language: str) -> None:
        entries = re.findall(r'^(msgctxt "[^\n]*"\n)?(msgid "[^\n]*")', file_of(language).read_text(), re.MULTILINE)

        assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []


class TestLanguages:
    def test_there_are_two(self) -> None:
        assert languages.offered(PACKAGE / "locale") == [("en", "English"), ("fr", "Français")]

    def test_one_more_file_is_one_more_language(self, tmp_path: Path) -> None:
        for name in ("fr", "pt_BR", "tlh"):
            (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
            (tmp_path / name / "LC_MESSAGES/django.po").touch()
        (tmp_path / "de").mkdir()

        assert languages.offered(tmp_path) == [
            ("en", "English"),
            ("fr", "Français"),
            ("pt-br", "Português Brasileiro"),
            ("tlh", "Tlh"),
        ]

    @pytest.mark.django_db
    def test_it_is_offered_and_chosen(self, settings: Any) -> None:
        settings.LANGUAGES = [*settings.LANGUAGES, ("de", "Deutsch"), ("pt-br", "Português Brasileiro")]
        visitor = Visitor(factories.a_space(), headers={"Accept-Language": "de-AT, fr;q=0.5"})

        page = visitor.open("/login")
        assert page.dom.get("lang") == "de"
        assert "Deutsch" in page.text
        page = visitor.submit({"language": "pt-br"}, action="/language")
        assert page.dom.get("lang") == "pt-br"
        visitor.client.cookies.clear()
        visitor.headers["Accept-Language"] = "pt-BR"
        assert visitor.open("/login").dom.get("lang") == "pt-br"


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
