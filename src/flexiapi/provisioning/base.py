"""The instance-wide provisioning entries: a file that stands in where a Space has none of its own."""

import logging
import threading
from pathlib import Path

from flexiapi.config import instance

log = logging.getLogger(__name__)

_lock = threading.Lock()
_read: tuple[Path, float, str | None] | None = None


def default_entries() -> str | None:
    """The text of the file that `ACCOUNT_PROVISIONING_RC_FILE` names, read again when it changes.

    A file that cannot be read is logged and left out: phones still get the rest of their configuration.
    """
    global _read
    path = instance.current().account_provisioning_rc_file
    if path is None:
        return None
    try:
        changed = path.stat().st_mtime
        known = _read
        if known is not None and known[0] == path and known[1] == changed:
            return known[2]
        text: str | None = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        log.warning("The provisioning file cannot be read: %s", error)
        return None
    with _lock:
        _read = (path, changed, text)
    return text
