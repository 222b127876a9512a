"""Where uploads are kept: below the data directory or in an S3 bucket, as `files/<2 letters>/<uuid>`.

A client's file name is never part of a path. Files that came from an installation of the PHP product lie as
`files/<stored name>`: they are found there.
"""

import functools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]

from flexiapi.config import instance
from flexiapi.config.instance import InstanceSettings

_FOLDER = "files"
_IN_PROGRESS = "uploads-in-progress"
_MEMORY = 1024 * 1024

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
        current().save(_place(file_id), _Arrived(file, arrived))


def opened(file_id: str, name: str | None) -> tuple[IO[bytes], int]:
    """A stored file, open for reading, and its size in bytes.

    Raises:
        FileNotFoundError: it is gone.
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = current()
    for place in _places(file_id, name):
        if storage.exists(place):
            return cast("IO[bytes]", storage.open(place)), storage.size(place)
    raise FileNotFoundError(file_id)


def exists(file_id: str, name: str | None) -> bool:
    """Whether a file is there.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    return any(current().exists(place) for place in _places(file_id, name))


def place_of(file_id: str, name: str | None) -> str:
    """The name under which the storage has a file."""
    return next((place for place in _places(file_id, name) if current().exists(place)), _place(file_id))


def remove(file_id: str, name: str | None = None) -> None:
    """Remove a file if it is there.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = current()
    for place in _places(file_id, name):
        storage.delete(place)


def stored_ids() -> Iterator[str]:
    """The ids of all files that lie under their id.

    Raises:
        OSError, BotoCoreError, ClientError: the storage does not work (`Failure`).
    """
    storage = current()
    try:
        folders, _ = storage.listdir(_FOLDER)
    except FileNotFoundError:
        return
    for folder in folders:
        _, names = storage.listdir(f"{_FOLDER}/{folder}")
        yield from (name for name in names if name.startswith(folder))


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


def current() -> Storage:
    """The storage that the instance is configured for."""
    return _configured(instance.current())


@functools.lru_cache(maxsize=4)
def _configured(settings: InstanceSettings) -> Storage:
    if settings.filesystem_driver == "s3":
        return cast(Storage, S3Storage(**_bucket(settings)))
    return FileSystemStorage(
        location=settings.flexiapi_data_dir, allow_overwrite=True, directory_permissions_mode=0o750
    )


def _bucket(settings: InstanceSettings) -> dict[str, Any]:
    return {
        "bucket_name": settings.aws_bucket,
        "access_key": settings.aws_access_key_id,
        "secret_key": settings.aws_secret_access_key,
        "region_name": settings.aws_default_region,
        "endpoint_url": settings.aws_endpoint,
        "addressing_style": "path" if settings.aws_use_path_style_endpoint else "auto",
        "file_overwrite": True,
        "max_memory_size": _MEMORY,
    }


def _in_progress() -> Path:
    return instance.current().flexiapi_data_dir / _IN_PROGRESS


def _place(file_id: str) -> str:
    return f"{_FOLDER}/{file_id[:2]}/{file_id}"


def _places(file_id: str, name: str | None) -> Iterator[str]:
    yield _place(file_id)
    if name and "/" not in name and name not in (".", ".."):
        yield f"{_FOLDER}/{name}"
