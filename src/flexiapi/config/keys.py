"""The application key in the DotEnv file."""

import base64
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from . import dotenv
from .errors import ConfigurationError
from .kinds import KEY, KEY_BYTES, KEY_PREFIX

_ASSIGNMENT = re.compile(r"(\s*(?:export\s+)?)[^=\s]+[^\S\r\n]*=?.*", re.DOTALL)
_PRIVATE = 0o600
_OWNER_AND_GROUP = 0o770


def random_key() -> str:
    """A new key in the form of `APP_KEY`."""
    return KEY_PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def target(environ: Mapping[str, str], *, env_name: str | None = None, cwd: Path) -> Path:
    """The DotEnv file that gets the key: the one in use, else a new one where it will be found."""
    chosen = dotenv.choose(environ, env_name=env_name, cwd=cwd)
    if chosen is not None:
        return chosen
    directory = dotenv.config_dir(environ, cwd)
    return directory / "flexiapi.env" if directory.is_dir() else cwd / ".env"


def stored_key(file: Path) -> str | None:
    """The key that the file holds, None without one.

    Raises:
        ConfigurationError: the file cannot be read or understood.
    """
    return (dotenv.read(file, {}).get("APP_KEY") or None) if file.exists() else None


def generate_key(file: Path, environ: Mapping[str, str] | None = None) -> str:
    """Write a new `APP_KEY` into the DotEnv file and return it.

    A former key is kept in `APP_PREVIOUS_KEYS`, so that what it encrypted can still be read. Other lines stay
    as they are. The file is replaced at once, belongs to whom it belonged and is closed to others; a new one
    has mode 0600.

    Raises:
        ConfigurationError: the environment sets the key already, which would beat the file; or the file
            cannot be read, understood or written.
    """
    environ = os.environ if environ is None else environ
    if environ.get("APP_KEY"):
        raise ConfigurationError("APP_KEY is set by the environment, which beats the file: nothing was written.")
    key = random_key()
    file = file.resolve()
    text = ""
    if file.exists():
        values = dotenv.read(file, environ)
        text = "".join(binding.original.string for binding in dotenv.bindings(file))
        if former := _usable(values.get("APP_KEY")):
            previous = ",".join(filter(None, (former, values.get("APP_PREVIOUS_KEYS"))))
            text = _with_line(text, file, "APP_PREVIOUS_KEYS", previous)
    _replace(file, _with_line(text, file, "APP_KEY", key))
    return key


def _usable(text: str | None) -> str | None:
    """The key if it is one; with another text in its place the product never started, so it protects nothing."""
    try:
        return text if text and KEY.read(text) else None
    except ValueError:
        return None


def _with_line(text: str, file: Path, name: str, value: str) -> str:
    """The text of a DotEnv file with one variable set: in the line that counts, or in a new last one."""
    parts = dotenv.parsed(text, file)
    places = [index for index, part in enumerate(parts) if part.key == name]
    originals = [part.original.string for part in parts]
    newline = "\r\n" if "\r\n" in text else "\n"
    if not places:
        start = "" if not text or text.endswith("\n") else newline
        return f"{text}{start}{name}={value}{newline}"
    before = _ASSIGNMENT.fullmatch(originals[places[-1]])
    originals[places[-1]] = f"{before[1] if before else ''}{name}={value}{newline}"
    return "".join(originals)


def _replace(file: Path, text: str) -> None:
    try:
        known = file.stat() if file.exists() else None
        mode = stat.S_IMODE(known.st_mode) & _OWNER_AND_GROUP if known else _PRIVATE
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as temporary:
                if known is not None:
                    with suppress(PermissionError):  # only root may give a file away
                        os.fchown(handle, known.st_uid, known.st_gid)
                os.fchmod(handle, mode)
                temporary.write(text)
                temporary.flush()
                os.fsync(handle)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be written ({error.strerror}).") from error
