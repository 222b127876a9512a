"""Uploaded files of accounts between their check and their import: private, for an hour, used once.

They hold passwords as they were typed, so nobody but the service may read them, and each is gone as soon as it was
read. Who asks for one shows a signed handle, good for who uploaded it and for the domain that it was checked for.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from flexiapi.config import instance
from flexiapi.http.errors import NotFound

LIFETIME = 3600
_SALT = "accounts import"


def keep(upload: UploadedFile, *, account_id: int, domain: str) -> str:
    """Keep an upload; its handle."""
    clear()
    directory = _directory()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    number = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        for piece in upload.chunks():
            file.write(piece)
    return signing.dumps([name, account_id, domain], salt=_SALT)


@contextmanager
def opened(handle: str, *, account_id: int, domain: str) -> Iterator[IO[bytes]]:
    """The file of a handle, for a check.

    Raises:
        NotFound: the handle is not good for this, or the file is gone.
    """
    with _read(_path(handle, account_id, domain)) as file:
        yield file


@contextmanager
def taken(handle: str, *, account_id: int, domain: str) -> Iterator[IO[bytes]]:
    """The file of a handle, which is gone from now on: of several that ask at once one gets it.

    Raises:
        NotFound: as above.
    """
    path = _path(handle, account_id, domain)
    own = path.with_suffix(".taken")
    try:
        path.rename(own)
    except FileNotFoundError:
        raise NotFound from None
    with _read(own) as file:
        own.unlink()
        yield file


def drop(handle: str, *, account_id: int, domain: str) -> None:
    """Remove a file that nobody will import."""
    _path(handle, account_id, domain).unlink(missing_ok=True)


def clear() -> None:
    """Remove what nobody imported in time."""
    limit = time.time() - LIFETIME
    for path in _directory().glob("*"):
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
        except FileNotFoundError:
            continue


def _read(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise NotFound from None


def _path(handle: str, account_id: int, domain: str) -> Path:
    try:
        name, *bound = signing.loads(handle, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        raise NotFound from None
    if bound != [account_id, domain]:
        raise NotFound
    return _directory() / str(name)


def _directory() -> Path:
    return instance.current().flexiapi_data_dir / "imports"
