"""Debian's kamailio as a registrar that checks passwords in our tables, by the documented view."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tests import requirements
from tests.interop.documented import request
from tests.live.processes import Program, running, wait_until

_MODULES = "/usr/lib/x86_64-linux-gnu/kamailio/modules"
_ENGINES = {"sqlite": "db_sqlite", "mysql": "db_mysql"}

_CONFIGURATION = """#!KAMAILIO
log_stderror=yes
children=1
tcp_children=1
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
mpath="{modules}"
loadmodule "sl"
loadmodule "tm"
loadmodule "rr"
loadmodule "pv"
loadmodule "textops"
loadmodule "siputils"
loadmodule "maxfwd"
loadmodule "{engine}"
loadmodule "auth"
loadmodule "auth_db"
loadmodule "usrloc"
loadmodule "registrar"
modparam("auth", "algorithm", "{algorithm}")
modparam("auth_db", "db_url", "{url}")
modparam("auth_db", "calculate_ha1", 0)
modparam("auth_db", "password_column", "ha1")
modparam("auth_db", "use_domain", 1)
modparam("auth_db", "version_table", 0)
modparam("usrloc", "db_mode", 0)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (!is_method("REGISTER")) {{ sl_send_reply("404", "Not Here"); exit; }}
    if (!auth_check("$td", "subscriber", "1")) {{ auth_challenge("$td", "0"); exit; }}
    save("location");
    exit;
}}
"""


@dataclass(frozen=True)
class Registrar:
    """A running registrar on UDP and TCP of the loopback address."""

    port: int
    program: Program


@contextmanager
def registrar(folder: Path, algorithm: str) -> Iterator[Registrar]:
    """Run kamailio on the test's own database, for passwords of one algorithm, until the block ends."""
    if connection.vendor not in _ENGINES:
        requirements.missing("a kamailio module for this database")
    engine = _ENGINES[connection.vendor]
    requirements.file(f"{_MODULES}/{engine}.so")
    port = requirements.free_port()
    (folder / "kamailio.cfg").write_text(
        _CONFIGURATION.format(port=port, modules=_MODULES, engine=engine, algorithm=algorithm, url=_address())
    )
    (folder / "run").mkdir()
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW IF EXISTS subscriber")
        cursor.execute(request("subscriber").replace("MD5", algorithm))
    words = ["-f", f"{folder}/kamailio.cfg", "-DD", "-E", "-Y", f"{folder}/run", "-P", f"{folder}/run/pid"]
    try:
        with running([requirements.program("kamailio"), *words], folder) as program:
            wait_until(lambda: _answers(port), "kamailio", running=program)
            yield Registrar(port, program)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP VIEW subscriber")


def _address() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{settings['NAME']}"
    password = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    place = f"{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 3306}"
    return f"mysql://{settings['USER']}{password}@{place}/{settings['NAME']}"


def _answers(port: int) -> bool:
    """Whether it answers OPTIONS over UDP: from then on its workers are there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.3)
        client.bind(("127.0.0.1", 0))
        own = client.getsockname()[1]
        try:
            client.sendto(
                f"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKprobe\r\n"
                f"Max-Forwards: 5\r\nFrom: <sip:probe@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\n"
                f"Call-ID: probe-{own}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n".encode(),
                ("127.0.0.1", port),
            )
            return client.recv(2000).startswith(b"SIP/2.0 ")
        except OSError:
            return False
