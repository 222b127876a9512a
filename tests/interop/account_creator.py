"""The account creator of Debian's Linphone library: what older apps and Linhome register and link accounts with.

It is run as a program of its own, because the library keeps threads and ends the process where it finds nobody to call:
`python -m tests.interop.account_creator RC CALL FIELDS` prints what the library told its caller.
"""

import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests import requirements
from tests.interop.linphonec import Linphone

LIBRARY = "/usr/lib/x86_64-linux-gnu/liblinphone.so.10"
_SECONDS = 6
_COUNTRY = b"33"
_POINTER = ctypes.c_void_p
_TEXT = ctypes.c_char_p
_CALLBACK = ctypes.CFUNCTYPE(None, _POINTER, ctypes.c_int, _TEXT)


class AccountCreator:
    """An account creator of an app whose account is already there."""

    def __init__(self, folder: Path, api: str, username: str, domain: str, password: str) -> None:
        self._folder = folder
        self._account = {"username": username, "domain": domain, "password": password}
        self._rc = Linphone(folder)
        self._rc.write(
            {
                "account_creator": {"backend": 1, "url": api},
                "proxy_0": {
                    "reg_proxy": "<sip:127.0.0.1:9;transport=tcp>",
                    "reg_identity": f"<sip:{username}@{domain}>",
                    "reg_sendregister": 0,
                },
                "auth_info_0": {"username": username, "domain": domain, "realm": domain, "passwd": password},
                "sip": {"default_proxy": 0},
            }
        )

    def call(self, name: str, **fields: str) -> int:
        """One call, such as `link_account` with `phone_number`; -1 when the library told nothing."""
        requirements.file(LIBRARY)
        said = subprocess.run(
            [sys.executable, "-m", __name__, str(self._rc.file), name, json.dumps({**self._account, **fields})],
            env={**os.environ, "HOME": str(self._folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert said.returncode == 0, f"exit code {said.returncode}\n{said.stderr[-3000:]}"
        return int(said.stdout.splitlines()[-1])


def _function(library: ctypes.CDLL, name: str, *arguments: Any, result: Any = _POINTER) -> Any:
    found = getattr(library, f"linphone_{name}")
    found.restype, found.argtypes = result, arguments
    return found


def main(file: str, name: str, fields: dict[str, str]) -> None:
    """Make the call and print what it led to."""
    library = ctypes.CDLL(LIBRARY)
    factory = _function(library, "factory_get")()
    make = _function(library, "factory_create_core_3", _POINTER, _TEXT, _TEXT, _POINTER)
    core = make(factory, file.encode(), None, None)
    _function(library, "core_start", _POINTER, result=ctypes.c_int)(core)
    creator = _function(library, "core_create_account_creator", _POINTER, _TEXT)(core, None)
    for field, value in fields.items():
        more = (_COUNTRY,) if field == "phone_number" else ()
        types = [_TEXT] * (1 + len(more))
        set_field = _function(library, f"account_creator_set_{field}", _POINTER, *types, result=ctypes.c_int)
        set_field(creator, value.encode(), *more)

    told: list[int] = []
    callback = _CALLBACK(lambda _, status, __: told.append(status))
    callbacks = _function(library, "factory_create_account_creator_cbs", _POINTER)(factory)
    _function(library, f"account_creator_cbs_set_{name}", _POINTER, _CALLBACK, result=None)(callbacks, callback)
    _function(library, "account_creator_add_callbacks", _POINTER, _POINTER, result=None)(creator, callbacks)
    _function(library, f"account_creator_{name}", _POINTER, result=ctypes.c_int)(creator)

    iterate = _function(library, "core_iterate", _POINTER, result=None)
    deadline = time.monotonic() + _SECONDS
    while not told and time.monotonic() < deadline:
        iterate(core)
        threading.Event().wait(0.02)
    sys.stdout.write(f"{told[0] if told else -1}\n")
    sys.stdout.flush()
    # The library's own end may crash and would hide what was told.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
