"""The elements of an `lpconfig` document, which hooks may change, and their exact bytes.

Linphone reads the first child node of an entry only and crashes on empty attributes, so that a value
is always one text node and a name is never empty.
"""

import re
from collections.abc import Iterable, Iterator

Value = str | int | bool | None

_ROOT = '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd"'
OPENING = f"{_ROOT}>"
CLOSING = "</config>"

# XML 1.0 has no way to write these, not even as character references.
_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_DROPPED = dict.fromkeys([*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
_IN_TEXT: dict[int, str | None] = _DROPPED | {
    ord("\t"): "\t",
    ord("\n"): "\n",
    ord("\r"): "&#13;",
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
}
_IN_ATTRIBUTES = _IN_TEXT | {ord('"'): "&quot;", ord("\t"): "&#9;", ord("\n"): "&#10;"}
_special_in_text = re.compile(f"[&<>\r{_FORBIDDEN}]").search
_special_in_attributes = re.compile(f'[&<>"\t\n\r{_FORBIDDEN}]').search


def escape_text(value: str) -> str:
    """Escape a text node; characters that XML cannot carry are dropped."""
    return value.translate(_IN_TEXT) if _special_in_text(value) else value


def escape_attribute(value: str) -> str:
    """Escape an attribute value to stand in double quotes."""
    return value.translate(_IN_ATTRIBUTES) if _special_in_attributes(value) else value


def entry_markup(name: str, value: str, overwrite: bool) -> str:
    """Write one `entry`; an entry whose name comes out empty is left out."""
    name = escape_attribute(name)
    if not name:
        return ""
    attributes = f'name="{name}" overwrite="true"' if overwrite else f'name="{name}"'
    text = escape_text(value)
    return f"<entry {attributes}>{text}</entry>" if text else f"<entry {attributes}/>"


def section_markup(name: str, entries: str) -> str:
    """Write one `section` around its entries, which are already written."""
    name = escape_attribute(name)
    if not name:
        return ""
    return f'<section name="{name}">{entries}</section>' if entries else f'<section name="{name}"/>'


def _text(value: Value) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _name(name: str) -> str:
    if not escape_attribute(name):
        raise ValueError("sections and entries need a name")
    return name


class Entry:
    """One key of a section; `overwrite` lets it replace a value that the client already has."""

    __slots__ = ("name", "overwrite", "value")

    def __init__(self, name: str, value: Value, overwrite: bool = False) -> None:
        self.name = _name(name)
        self.value = _text(value)
        self.overwrite = overwrite


class Section:
    """A named list of entries. Names may repeat; iterating gives the entries in order."""

    __slots__ = ("_entries", "name")

    def __init__(self, name: str, entries: Iterable[tuple[str, Value]] = ()) -> None:
        self.name = _name(name)
        self._entries = [Entry(key, value) for key, value in entries]

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __contains__(self, name: object) -> bool:
        return any(entry.name == name for entry in self._entries)

    def get(self, name: str) -> str | None:
        """The value of the first entry of that name, None without one."""
        return next((entry.value for entry in self._entries if entry.name == name), None)

    def add(self, name: str, value: Value, overwrite: bool = False) -> Entry:
        """Append an entry; numbers are written in decimal, booleans as 1 and 0, None as an empty value."""
        entry = Entry(name, value, overwrite)
        self._entries.append(entry)
        return entry

    def set(self, name: str, value: Value, overwrite: bool = False) -> Entry:
        """Give the first entry of that name this value and drop its repetitions; append it without one."""
        kept = next((entry for entry in self._entries if entry.name == name), None)
        if kept is None:
            return self.add(name, value, overwrite)
        kept.value, kept.overwrite = _text(value), overwrite
        self._entries = [entry for entry in self._entries if entry.name != name or entry is kept]
        return kept

    def remove(self, name: str) -> None:
        """Remove every entry of that name."""
        self._entries = [entry for entry in self._entries if entry.name != name]

    def entries_markup(self, overwrite_all: bool) -> str:
        """Write the entries without the section around them."""
        return "".join(
            entry_markup(entry.name, entry.value, overwrite_all or entry.overwrite) for entry in self._entries
        )

    def markup(self, overwrite_all: bool) -> str:
        """Write the section."""
        return section_markup(self.name, self.entries_markup(overwrite_all))


class Config:
    """The whole document. Iterating gives the sections in order."""

    __slots__ = ("_sections",)

    def __init__(self, sections: Iterable[Section] = ()) -> None:
        self._sections = list(sections)

    def __iter__(self) -> Iterator[Section]:
        return iter(tuple(self._sections))

    def section(self, name: str) -> Section | None:
        """The first section of that name, None without one."""
        return next((section for section in self._sections if section.name == name), None)

    def add_section(self, name: str, entries: Iterable[tuple[str, Value]] = ()) -> Section:
        """Append a section, even if one of that name exists, and return it."""
        section = Section(name, entries)
        self._sections.append(section)
        return section

    def remove_section(self, section: Section) -> None:
        """Remove exactly this section."""
        self._sections = [other for other in self._sections if other is not section]

    def move_to_end(self, section: Section) -> None:
        """Make this section the last one."""
        self.remove_section(section)
        self._sections.append(section)

    def markup(self, overwrite_all: bool) -> bytes:
        """Write the document in UTF-8: no declaration, no line breaks."""
        sections = "".join(section.markup(overwrite_all) for section in self._sections)
        return (f"{OPENING}{sections}{CLOSING}" if sections else f"{_ROOT}/>").encode()
