"""Static files: hashed and compressed into the data directory by the first process that needs them, then served."""

import fcntl
import functools
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

from flexiapi.config import instance

# What packages bring and no page of ours loads.
UNUSED = (
    "rest_framework",
    "*.js.map",
    "oauth2-redirect.*",
    "swagger-ui-standalone-preset.js",
    "favicon-*.png",
)


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Middleware that serves `/static/…`, whatever server runs the application."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        collect(Path(settings.STATIC_ROOT))
        super().__init__(*args, **kwargs)


@functools.cache
def collect(root: Path) -> None:
    """Bring `root` up to date with the packages' files, once per process.

    A stamp tells which set of files lies there, a lock lets one of several starting processes do the work.
    Files of earlier versions stay: pages that are open in browsers still ask for them.
    """
    root.mkdir(parents=True, exist_ok=True)
    wanted, stamp = fingerprint(), root.with_name(f"{root.name}.stamp")
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(UNUSED))
        stamp.write_text(wanted)


def with_assets(policy: str) -> str:
    """A content policy under which pages may also load what is served from `ASSET_URL`."""
    url = instance.current().asset_url
    if not url:
        return policy
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    for directive in ("script-src", "style-src", "img-src"):
        policy = policy.replace(f"{directive} 'self'", f"{directive} 'self' {origin}")
    return policy


def fingerprint() -> str:
    """What tells one set of static files from another: their names, sizes and times."""
    found = []
    for finder in finders.get_finders():
        for name, storage in finder.list(list(UNUSED)):
            status = Path(storage.path(name)).stat()
            found.append(f"{name}:{status.st_size}:{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
