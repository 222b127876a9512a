"""How a field of the settings is declared as a variable, and how its value is found."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from .errors import ConfigurationError
from .kinds import Kind

T = TypeVar("T")

_NULL = frozenset({"null", "(null)"})
_EMPTY = frozenset({"", "empty", "(empty)"})
_SHOWN = 80


@dataclasses.dataclass(frozen=True, slots=True)
class Derived:
    """A default that depends on other settings: `find` gets what is known so far."""

    described: str  # in the documentation
    find: Callable[[Mapping[str, Any]], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its field, its kind, its default, its line in the documentation."""

    field: str
    kind: Kind[Any]
    default: Any
    meaning: str
    secret: bool

    @property
    def name(self) -> str:
        """The name in the environment and in the DotEnv file."""
        return self.field.upper()

    def value(self, text: str | None) -> Any:
        """The value that a text stands for; the default when the variable is unset or empty.

        Raises:
            ConfigurationError: the text is wrong.
        """
        if text is None:
            return self.default
        text = _unquoted(text)
        word = text.strip().lower()
        if word in _EMPTY:
            return self.default
        if word in _NULL:
            return self.default if self.default is None or self.kind.null is None else self.kind.null
        try:
            return self.kind.read(text)
        except ValueError as error:
            given = "" if self.secret else f"; it is {_shortened(text)!r}"
            raise ConfigurationError(f"{self.name} must be {self.kind.expected}{given}.") from error


def setting(kind: Kind[T], default: T | Derived, meaning: str, *, secret: bool = False) -> T:
    """Declare a field of the settings: the variable has the field's name in upper case."""
    metadata = {"variable": (kind, default, meaning, secret)}
    return cast(T, dataclasses.field(repr=not secret, metadata=metadata))


def variables(settings: type[Any]) -> Iterator[Variable]:
    """Every variable that a settings class declares, in its order."""
    for field in dataclasses.fields(settings):
        kind, default, meaning, secret = field.metadata["variable"]
        yield Variable(field.name, kind, default, meaning, secret)


def values(settings: type[Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """A value for every field: first those of the texts, then the defaults that depend on them, in order.

    Raises:
        ConfigurationError: one or more texts are wrong; every one is told, a line each.
    """
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for variable in variables(settings):
        try:
            found[variable.field] = variable.value(texts.get(variable.name))
        except ConfigurationError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    for field, value in found.items():
        if isinstance(value, Derived):
            found[field] = value.find(found)
    return found


def _unquoted(text: str) -> str:
    """Without one pair of matching outer quotes, which shells and unit files often leave."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
