"""Debian's liblinphone as an app uses it to manage an account: its account creator, in a process of its own.

The process gets the operation and the fields of the creator as words, and prints the status that the library reports.
"""

import configparser
import ctypes
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import requirements
from tests.live.processes import Program, running

LIBRARY = "liblinphone.so.10"
SECONDS = 30.0
BAD_ARGUMENTS, EXISTS, UNKNOWN = 2, 6, 8
"""What operations end with (`LinphoneAccountCreatorStatus`)."""

_Pointer, _Text = ctypes.c_void_p, ctypes.c_char_p
_Report = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int, _Text)


class App:
    """An app that is logged in as an account, which its configuration file holds."""

    def __init__(self, folder: Path, *, url: str, username: str, domain: str, password: str) -> None:
        try:
            ctypes.CDLL(LIBRARY)
        except OSError:
            requirements.missing(LIBRARY)
        self._folder = folder
        self._account = {"username": username, "domain": domain, "password": password}
        parser = configparser.RawConfigParser()
        parser.read_dict(
            {
                "account_creator": {"backend": 1, "url": f"{url}/api/"},
                "sip": {"use_ipv6": 0, "sip_port": -1, "sip_tcp_port": -1, "sip_tls_port": 0, "default_proxy": 0},
                "proxy_0": {
                    "reg_proxy": "<sip:127.0.0.1:9;transport=tcp>",
                    "reg_identity": f"sip:{username}@{domain}",
                    "reg_sendregister": 0,
                },
                "auth_info_0": {"username": username, "domain": domain, "realm": domain, "passwd": password},
            }
        )
        # The core does nothing at all without this folder.
        (folder / ".local/share/linphone").mkdir(parents=True)
        with (folder / "rc").open("w") as file:
            parser.write(file, space_around_delimiters=False)

    @contextmanager
    def asking(self, operation: str, **fields: str) -> Iterator[Program]:
        """Call an operation of the account creator; it works on until the block ends."""
        words = [f"{name}={value}" for name, value in {**self._account, **fields}.items()]
        command = [sys.executable, str(Path(__file__)), str(self._folder / "rc"), operation, *words]
        source = str(Path(__file__).parents[2])
        with running(command, self._folder, {"HOME": str(self._folder), "PYTHONPATH": source}) as program:
            yield program


def main(configuration: str, operation: str, fields: Mapping[str, str]) -> None:
    """Call an operation and serve the library until it reports, or the time is over."""
    library = ctypes.CDLL(LIBRARY)

    def call(name: str, result: type | None, *arguments: tuple[type, object]) -> object:
        function = getattr(library, f"linphone_{name}")
        function.restype, function.argtypes = result, [kind for kind, _ in arguments]
        return function(*(value for _, value in arguments))

    factory = (_Pointer, call("factory_get", _Pointer))
    made = call(
        "factory_create_core_3",
        _Pointer,
        factory,
        (_Text, configuration.encode()),
        (_Text, None),
        (_Pointer, None),
    )
    core = (_Pointer, made)
    call("core_start", ctypes.c_int, core)
    creator = (_Pointer, call("core_create_account_creator", _Pointer, core, (_Text, None)))
    reports: list[int] = []

    @_Report
    def report(_: object, status: int, __: object) -> int:
        reports.append(status)
        return status

    callbacks = (_Pointer, call("factory_create_account_creator_cbs", _Pointer, factory))
    call(f"account_creator_cbs_set_{operation}", None, callbacks, (_Report, report))
    call("account_creator_add_callbacks", None, creator, callbacks)
    kept = []  # `user_data` is a pointer, which must last
    for name, value in fields.items():
        texts = [(_Text, part.encode()) for part in (value.split(",") if name == "phone_number" else [value])]
        kept.append(texts)
        call(f"account_creator_set_{name}", ctypes.c_int, creator, *texts)
    call(f"account_creator_{operation}", ctypes.c_int, creator)
    end = time.monotonic() + SECONDS
    while not reports and time.monotonic() < end:
        call("core_iterate", None, core)
        threading.Event().wait(0.02)
    sys.stdout.write(f"reported {reports}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], dict(word.split("=", 1) for word in sys.argv[3:]))
