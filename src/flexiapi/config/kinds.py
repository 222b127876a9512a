"""The kinds of values a variable can have: how its text is read, and how a wrong one is explained."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar
from urllib.parse import urlsplit

T_co = TypeVar("T_co", covariant=True)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

KEY_BYTES = 32
KEY_PREFIX = "base64:"

_MAX_TEXT = 64 * 1024
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TRUE = frozenset({"true", "(true)", "1", "yes", "on"})
_FALSE = frozenset({"false", "(false)", "0", "no", "off"})


@dataclass(frozen=True, slots=True)
class Kind(Generic[T_co]):
    """How the text of a variable becomes a value.

    `read` raises ValueError for a wrong text; `expected` ends the sentence "NAME must be …". `null` is what the
    word `null` stands for; None leaves that to the variable's default.
    """

    read: Callable[[str], T_co]
    expected: str
    null: T_co | None = None


def _text(text: str) -> str:
    if len(text) > _MAX_TEXT or "\0" in text:
        raise ValueError
    return text


def _line(text: str) -> str:
    if len(text) > 1024 or not text.isprintable():
        raise ValueError
    return text


def _flag(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError


def _host(text: str) -> str:
    host = text.strip().lower().removesuffix(".")
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        host = name
    if not _HOST.fullmatch(host):
        raise ValueError
    return host


def _url(text: str) -> str:
    parts = urlsplit(_line(text.strip()))
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in text.strip():
        raise ValueError
    return text.strip()


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text.strip()):
        raise ValueError
    return text.strip()


def _regex(text: str) -> str:
    try:
        re.compile(_line(text))
    except re.error as error:
        raise ValueError from error
    return text


def _path(text: str) -> Path:
    return Path(_line(text))


def _name(text: str) -> str:
    if not _NAME.fullmatch(text.strip()):
        raise ValueError
    return text.strip()


def _names(text: str) -> tuple[str, ...]:
    return tuple(item for item in _text(text).split(",") if item.strip())


def _pairs(text: str) -> Mapping[str, str]:
    items = (item.partition(":") for item in _text(text).split())
    return MappingProxyType({name: value for name, colon, value in items if colon})


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(item, strict=False) for item in re.split(r"[,\s]+", text) if item)


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().removeprefix(KEY_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if not text.strip().startswith(KEY_PREFIX) or len(key) != KEY_BYTES:
        raise ValueError
    return key


def _keys(text: str) -> tuple[bytes, ...]:
    return tuple(_key(item) for item in text.split(",") if item.strip())


def integer(least: int, most: int, *, null: int | None = None) -> Kind[int]:
    """A whole number in decimal notation between two bounds, both included."""

    def read(text: str) -> int:
        digits = text.strip()
        if not re.fullmatch(r"-?[0-9]{1,18}", digits) or not least <= int(digits) <= most:
            raise ValueError
        return int(digits)

    return Kind(read, f"a whole number from {least} to {most}", null)


def choice(*accepted: str, **aliases: str) -> Kind[str]:
    """One of a few words, whatever their case; `aliases` maps other spellings to a word."""
    words = {word.lower(): word for word in accepted} | aliases

    def read(text: str) -> str:
        word = words.get(text.strip().lower())
        if word is None:
            raise ValueError
        return word

    return Kind(read, "one of " + ", ".join(f"`{word}`" for word in accepted), words.get("null"))


TEXT = Kind(_text, "a text of at most 65536 characters")
LINE = Kind(_line, "one line of at most 1024 printable characters")
FLAG = Kind(_flag, "`true` or `false`", False)
HOST = Kind(_host, "a host name without scheme or path")
URL = Kind(_url, "a URL that starts with `http://` or `https://`")
EMAIL = Kind(_email, "an e-mail address")
REGEX = Kind(_regex, "a regular expression")
PATH = Kind(_path, "a path")
NAME = Kind(_name, "a short name of letters, digits, dots, dashes and underscores")
NAMES = Kind(_names, "a list separated by commas")
PAIRS = Kind(_pairs, "`id:key` pairs separated by blanks")
NETWORKS = Kind(_networks, "IP addresses or networks such as `10.0.0.0/8`, separated by commas")
KEY = Kind(_key, f"`{KEY_PREFIX}` and {KEY_BYTES} bytes in base64, as `flexiapi key:generate` writes it")
KEYS = Kind(_keys, f"keys of the form of APP_KEY (`{KEY_PREFIX}…`), separated by commas")
PORT = integer(1, 65535)
MINUTES = integer(0, 52_560_000, null=0)
SECONDS = integer(0, 86_400)
