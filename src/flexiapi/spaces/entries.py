"""The custom provisioning entries of a Space: an INI text, its grammar and its limits.

The grammar is described in `docs/wire/provisioning.md`. Values are taken as they are written: nothing
is computed, and nothing comes from the environment of the server.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

Entries = dict[str, dict[str, str]]
"""Keys and values by section, both in the order of the text."""

INVALID = "Invalid ini format."
HANDLED = "Invalid ini format. The following settings cannot be set, they are already handled by the platform: "

FORBIDDEN_KEYS = frozenset(
    {
        "account_proxy_registrar_address",
        "assistant_disable_qr_code",
        "assistant_hide_create_account",
        "assistant_hide_third_party_account",
        "copyright_text",
        "disable_broadcast_feature",
        "disable_call_recordings_feature",
        "disable_chat_feature",
        "disable_meetings_feature",
        "hide_account_settings",
        "hide_settings",
        "intro_registration_text",
        "max_account",
        "newsletter_registration_address",
        "only_display_sip_uri_username",
        "super",
    }
)
FORBIDDEN_SECTIONS = "auth_info_"
"""Start of the section names that belong to the platform: clients drop and renumber them as a whole."""

_BLANKS = " \t"
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORDS = {"true": "1", "on": "1", "yes": "1", "false": "", "off": "", "no": "", "none": "", "null": ""}
_PIECE = re.compile(r'"(?P<double>(?:[^"\\]|\\.)*)"|\'(?P<single>[^\']*)\'|(?P<bare>[^;"\'][^;"]*)')
_ESCAPE = re.compile(r'\\(["\\])')
_REFUSED_IN_KEYS = re.compile(r'[&!(){}|^~"$\[]')
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Databases cannot store these, so that they are refused in comments too.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Problem(NamedTuple):
    """A remark on one line of the text, counted from 1."""

    line: int
    reason: str


class InvalidEntries(ValueError):
    """The text is refused; `message` is for the administrator, `line` is None if no line is to blame."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class _LineError(ValueError):
    """One line cannot be read."""


class _Value(NamedTuple):
    text: str
    cut: bool
    """An unquoted value goes on after the semicolon that ends it."""


def parse(text: str) -> Entries:
    """Read the entries.

    Raises:
        InvalidEntries: a line cannot be read; the message names the first one.
    """
    found, problems = readable(text)
    for problem in problems:
        raise InvalidEntries(f"{INVALID} See line {problem.line}.", problem.line)
    return found


def readable(text: str) -> tuple[Entries, list[Problem]]:
    """Read what can be read, leaving out the other lines, and say which ones those are.

    The keys below an unreadable section name are left out with it.
    """
    found: Entries = {}
    problems: list[Problem] = []
    section: dict[str, str] | None = None
    skipping = False
    for number, line in _lines(text):
        try:
            if line.startswith("["):
                skipping = True
                section = found.setdefault(_section_name(line), {})
                skipping = False
                continue
            key, value = _key_and_value(line)
            if value is None or skipping:
                continue
            if section is None:
                raise _LineError("a key before the first section")
            section[key] = value.text
        except _LineError as refused:
            problems.append(Problem(number, str(refused)))
    return found, problems


def validate(text: str) -> Entries:
    """Read the entries of a Space as an administrator may set them.

    Raises:
        InvalidEntries: the text cannot be read, holds no key, or sets what the platform sets itself.
    """
    found = parse(text)
    if not any(found.values()):
        raise InvalidEntries(INVALID)
    handled: dict[str, None] = {}
    for name, keys in found.items():
        if name.startswith(FORBIDDEN_SECTIONS):
            handled[name] = None
        handled.update(dict.fromkeys(key for key in keys if key in FORBIDDEN_KEYS))
    if handled:
        raise InvalidEntries(HANDLED + ", ".join(handled))
    return found


def accepted(text: str) -> tuple[str | None, list[str]]:
    """The entries that `validate` accepts, written anew, and what is left out: keys, sections, lines.

    For files of other programs. None when nothing is left.
    """
    found, problems = readable(text)
    left_out = [f"line {problem.line}: {problem.reason}" for problem in problems]
    lines: list[str] = []
    for section, keys in found.items():
        if section.startswith(FORBIDDEN_SECTIONS):
            left_out.append(section)
            continue
        left_out += [key for key in keys if key in FORBIDDEN_KEYS]
        kept = [f"{key}={_quoted(value)}" for key, value in keys.items() if key not in FORBIDDEN_KEYS]
        if kept:
            lines += [f"[{_quoted(section)}]", *kept]
    return "\n".join(lines) or None, left_out


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def warnings(text: str) -> list[Problem]:
    """Point at what is allowed but hardly meant: unquoted values that a semicolon cuts short."""
    found = []
    for number, line in _lines(text):
        try:
            key, value = ("", None) if line.startswith("[") else _key_and_value(line)
        except _LineError:
            continue
        if value is not None and value.cut:
            found.append(
                Problem(number, f"The value of {key} ends at the semicolon. Put it in quotes to keep the rest.")
            )
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are neither empty nor comments, without the blanks around them."""
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), 1):
        line = line.strip(_BLANKS)
        if line and (not line.startswith(";") or _UNSTORABLE.search(line)):
            yield number, line


def _section_name(line: str) -> str:
    rest = line[1:].lstrip(_BLANKS)
    if rest.startswith(('"', "'")):
        name, end, _ = _piece(rest, 0)
        if not rest[end:].lstrip(_BLANKS).startswith("]"):
            raise _LineError("text after a quoted section name")
    else:
        name, bracket, _ = rest.partition("]")
        if not bracket or ";" in name:
            raise _LineError("an unclosed bracket")
    name = name.strip(_BLANKS)
    if not name:
        raise _LineError("a section without name")
    _refuse_controls(line if _UNSTORABLE.search(line) else name)
    return name


def _key_and_value(line: str) -> tuple[str, _Value | None]:
    """A key and its value; no value at all without an equals sign."""
    if _UNSTORABLE.search(line):
        _refuse_controls(line)
    before_comment = line.partition(";")[0]
    key, equals, _ = before_comment.partition("=")
    rest = line[len(key) + 1 :]
    key = key.rstrip(_BLANKS)
    if _REFUSED_IN_KEYS.search(key):
        raise _LineError("a character that keys cannot have")
    if key.lower() in _WORDS:
        raise _LineError("a key that is a reserved word")
    _refuse_controls(key)
    if not equals:
        return key, None
    if not key:
        raise _LineError("a value without key")
    return key, _value(rest)


def _value(text: str) -> _Value:
    """Read up to the comment: quoted and bare pieces, put together without the blanks between them."""
    pieces: list[str] = []
    bare = False
    cut = False
    position = 0
    while position < len(text):
        if text[position] in _BLANKS:
            position += 1
            continue
        if text[position] == ";":
            cut = bare and text[position - 1] not in _BLANKS
            break
        piece, position, bare = _piece(text, position)
        pieces.append(piece)
    value = "".join(pieces)
    if bare and len(pieces) == 1:
        value = _WORDS.get(value.lower(), value)
    _refuse_controls(value)
    return _Value(value, cut)


def _piece(text: str, position: int) -> tuple[str, int, bool]:
    """The piece that begins here, the position after it, and whether it is bare."""
    match = _PIECE.match(text, position)
    if match is None:
        raise _LineError("an unclosed quote")
    if match["double"] is not None:
        return _ESCAPE.sub(r"\1", match["double"]), match.end(), False
    if match["single"] is not None:
        return match["single"], match.end(), False
    return match["bare"].rstrip(_BLANKS), match.end(), True


def _refuse_controls(text: str) -> None:
    if _CONTROL.search(text):
        raise _LineError("a control character")
