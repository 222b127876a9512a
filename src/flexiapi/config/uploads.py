"""The storage of uploads: the data directory, or an S3 bucket (`FILESYSTEM_DRIVER`)."""

import functools
from typing import Any, cast

from django.core.files.storage import FileSystemStorage, Storage

from . import instance
from .settings import InstanceSettings

_MEMORY = 1024 * 1024  # larger files are read from S3 by way of a temporary file


def storage() -> Storage:
    """The storage that the instance is configured for; names are relative, with slashes."""
    return _configured(instance.current())


@functools.lru_cache(maxsize=4)
def _configured(settings: InstanceSettings) -> Storage:
    if settings.filesystem_driver == "s3":
        # Its libraries take 17 MB of each process: only where they are used.
        from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]  # noqa: PLC0415

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
