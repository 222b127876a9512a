"""Where uploads are kept: below the data directory or in an S3 bucket, as `files/<2 letters>/<uuid>`.

A client's file name is never part of a path. Files that came from an installation of the PHP product lie as
`files/<stored name>`: they are found there.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.core.files import File

from flexiapi.config import instance, uploads

_FOLDER = "files"
_IN_PROGRESS = "uploads-in-progress"

Failure = (OSError, BotoCoreError, ClientError)
"""What a storage that does not work raises."""


class _Arrived(File):  # type: ignore[type-arg] # generic in the stubs alone
    """A complete temporary file; a file system moves it instead of copying."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        super().__init__(file)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where it lies."""
        return str(self._path)


def store(file_id: str, arrived: Path) -> None:
    """Keep a complete temporary file under its id; what was there is replaced.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    with arrived.open("rb") as file:
        uploads.storage().save(_place(file_id), _Arrived(file, arrived))


def place(file_id: str, name: str | None) -> str | None:
    """The name under which the storage has a file, None when it is gone.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = uploads.storage()
    return next((place for place in _places(file_id, name) if storage.exists(place)), None)


def opened(file_id: str, name: str | None) -> tuple[IO[bytes], int]:
    """A stored file, open for reading, and its size in bytes.

    Raises:
        FileNotFoundError: it is gone.
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    found = place(file_id, name)
    if found is None:
        raise FileNotFoundError(file_id)
    storage = uploads.storage()
    return cast("IO[bytes]", storage.open(found)), storage.size(found)


def remove(file_id: str, name: str | None = None) -> None:
    """Remove a file if it is there.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = uploads.storage()
    for place in _places(file_id, name):
        storage.delete(place)


def stored_before(moment: datetime) -> Iterator[str]:
    """The last path component of every file that was stored before a moment: an id, or a stored name.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = uploads.storage()
    try:
        folders, names = storage.listdir(_FOLDER)
    except FileNotFoundError:
        return
    places = [f"{_FOLDER}/{name}" for name in names]
    places += [f"{_FOLDER}/{folder}/{name}" for folder in folders for name in storage.listdir(f"{_FOLDER}/{folder}")[1]]
    for place in places:
        try:
            if storage.get_modified_time(place) < moment:
                yield place.rpartition("/")[2]
        except FileNotFoundError:
            continue


@contextmanager
def temporary() -> Iterator[tuple[IO[bytes], Path]]:
    """A file to receive an upload, removed at the end unless it was moved away.

    It lies on the file system of the uploads, so that keeping it is a rename.
    """
    directory = _in_progress()
    directory.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix="upload-", dir=directory)
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def clear_temporary(older_than_seconds: int = 3600) -> int:
    """Remove what killed processes left of uploads; returns how many files that were."""
    limit, removed = time.time() - older_than_seconds, 0
    for path in _in_progress().glob("upload-*"):
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _in_progress() -> Path:
    return instance.current().flexiapi_data_dir / _IN_PROGRESS


def _place(file_id: str) -> str:
    return f"{_FOLDER}/{file_id[:2]}/{file_id}"


def _places(file_id: str, name: str | None) -> Iterator[str]:
    yield _place(file_id)
    if name and "/" not in name and name not in (".", ".."):
        yield f"{_FOLDER}/{name}"
