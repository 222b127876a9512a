"""The DotEnv file of an instance: which one is read, and what it says."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

from .errors import ConfigurationError
from .kinds import NAME

PACKAGED_CONFIG_DIR = Path("/etc/flexisip-account-manager")

_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_SINGLE_QUOTED = re.compile(r"[^=]*=\s*'")
_DOUBLE_QUOTED = re.compile(r'[^=]*=\s*"')
_ESCAPED_DOLLAR = "\\$"
_MAX_BYTES = 1024 * 1024


def config_dir(environ: Mapping[str, str], cwd: Path) -> Path:
    """The directory of hooks, templates, themes and `flexiapi.env`, as an absolute path.

    `FLEXIAPI_CONFIG_DIR` of the environment, else that of the packages if it exists, else `config` in `cwd`.
    """
    named = environ.get("FLEXIAPI_CONFIG_DIR", "").strip()
    if named:
        return cwd / named
    return PACKAGED_CONFIG_DIR if PACKAGED_CONFIG_DIR.is_dir() else cwd / "config"


def environment_name(environ: Mapping[str, str], env_name: str | None = None) -> str | None:
    """The name that selects the file's variant: that of the command line, else `APP_ENV` of the environment.

    Raises:
        ConfigurationError: the name could not be part of a file name.
    """
    name = env_name or environ.get("APP_ENV", "").strip() or None
    if name is None:
        return None
    try:
        return NAME.read(name)
    except ValueError as error:
        raise ConfigurationError(f"APP_ENV must be {NAME.expected}; it is {name[:80]!r}.") from error


def candidates(environ: Mapping[str, str], *, env_name: str | None = None, cwd: Path) -> list[Path]:
    """The places where the file is looked for, first one wins; an `APP_ENV` inside a file has no say here."""
    name = environment_name(environ, env_name)
    places = [config_dir(environ, cwd) / "flexiapi.env", cwd / ".env"]
    if name is None:
        return places
    return [path for place in places for path in (place.with_name(f"{place.name}.{name}"), place)]


def choose(environ: Mapping[str, str], *, env_name: str | None = None, cwd: Path) -> Path | None:
    """The one file that is read, or None where there is none: files are never merged."""
    return next((path for path in candidates(environ, env_name=env_name, cwd=cwd) if path.is_file()), None)


def read(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Every `NAME=value` of the file; `environ` serves `${NAME}` inside values and beats the file there too.

    Names without `=` are left out. The last of several lines with the same name counts.

    Raises:
        ConfigurationError: the file cannot be read, or a line cannot be understood (its number is told,
            never its text, which may be a secret).
    """
    values: dict[str, str] = {}
    for binding in bindings(path):
        if binding.key is None or binding.value is None:
            continue
        values[binding.key] = _interpolated(binding, {**values, **environ})
    return values


def bindings(path: Path) -> list[Binding]:
    """The parts of the file as the parser sees them, comments and blank lines too; joined they are its text.

    Raises:
        ConfigurationError: as `read`.
    """
    return parsed(_text(path), path)


def parsed(text: str, path: Path) -> list[Binding]:
    """The parts of a text that is, or shall be, in the file `path`.

    Raises:
        ConfigurationError: a line cannot be understood.
    """
    found = list(parse_stream(StringIO(text, newline="")))
    for binding in found:
        if binding.error or (binding.key is not None and not _VARIABLE_NAME.fullmatch(binding.key)):
            part = binding.original.string
            line = binding.original.line + part[: len(part) - len(part.lstrip())].count("\n")
            raise ConfigurationError(f"{path}: line {line} is not of the form NAME=value.")
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise ConfigurationError(f"{path}: a DotEnv file has at most {_MAX_BYTES} bytes.")
        return raw.decode("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {error.start}).") from error


def _interpolated(binding: Binding, known: Mapping[str, str]) -> str:
    """The value with each `${NAME}` replaced; single quotes are literal, `\\$` in double ones is a dollar."""
    value = binding.value or ""
    original = binding.original.string
    if _SINGLE_QUOTED.match(original):
        return value
    parts = value.split(_ESCAPED_DOLLAR) if _DOUBLE_QUOTED.match(original) else [value]
    return "$".join("".join(atom.resolve(known) for atom in parse_variables(part)) for part in parts)
