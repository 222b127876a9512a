"""The documentation pages: Markdown of the package as HTML, with contents and permalinks."""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

FOLDER = Path(__file__).parent / "documents"
EXAMPLE_HOST = "https://sip.example.org"

_PUNCTUATION = re.compile(r"[^\w\- ]|_")
_NOTICE = re.compile(r"<p>\{notice:(\w+)\}</p>\n")
_PANEL_LINK = re.compile(r'<a href="/(?!api\b|about\b|provisioning/)[^"]*">(.*?)</a>')


def slug(heading: str) -> str:
    """The anchor of a heading: lower-case, blanks as `-`, punctuation dropped (`About & Auth` is `about--auth`)."""
    return _PUNCTUATION.sub("", heading.strip().lower()).replace(" ", "-")


_markdown = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .use(anchors_plugin, min_level=2, max_level=4, slug_func=slug, permalink=True, permalinkSymbol="#")
)


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the contents with those below it."""

    text: str
    anchor: str
    below: list["Heading"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """A documentation page: trusted HTML and its contents."""

    html: SafeString
    contents: Sequence[Heading]


@functools.cache
def document(name: str) -> Document:
    """One of the documents of the package."""
    return rendered((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


@functools.cache
def example(name: str) -> bytes:
    """One of the files of the package that people start from."""
    return (FOLDER / name).read_bytes()


def rendered(text: str) -> Document:
    """Markdown as HTML; headings of the levels 2 and 3 are its contents."""
    environment: dict[str, object] = {}
    tokens = _markdown.parse(text, environment)
    html = _markdown.renderer.render(tokens, _markdown.options, environment)
    html = html.replace('class="header-anchor"', 'class="header-anchor" aria-label="Link to this section"')
    # What is wider than the screen is scrolled by the keyboard too.
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Document(SafeString(html), _contents(tokens))


def inline(text: str) -> SafeString:
    """A sentence with Markdown in it."""
    return SafeString(_markdown.renderInline(text))


def on_host(html: str, base_url: str, *, panel: bool) -> SafeString:
    """The text as it is true on a host: its examples are there, and links into a portal only where there is one."""
    if not panel:
        html = _PANEL_LINK.sub(r"\1", html)
    return SafeString(html.replace(EXAMPLE_HOST, escape(base_url)))


def with_notices(html: str, notices: Mapping[str, str]) -> SafeString:
    """The sections of features that are off with their notice, those of others without."""

    def notice(found: re.Match[str]) -> str:
        text = notices.get(found[1])
        return f'<p class="notice">{escape(text)}</p>\n' if text else ""

    return SafeString(_NOTICE.sub(notice, html))


def examples(name: str) -> Iterable[str]:
    """The `curl` commands of a document."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return [token.content for token in _markdown.parse(text) if token.type == "fence" and token.info == "curl"]


def _contents(tokens: Sequence[Token]) -> Sequence[Heading]:
    found: list[Heading] = []
    for position, token in enumerate(tokens):
        if token.type != "heading_open" or token.tag not in ("h2", "h3"):
            continue
        children = tokens[position + 1].children or []
        words = "".join(child.content for child in children if child.type in ("text", "code_inline"))
        heading = Heading(words.removesuffix("#").strip(), str(token.attrs["id"]))
        (found[-1].below if token.tag == "h3" and found else found).append(heading)
    return found
