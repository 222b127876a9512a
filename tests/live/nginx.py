"""nginx with the configuration that we ship, in front of a server of the tests."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import requirements
from tests.live.processes import running, wait_until
from tests.live.server import Certificate, Server

_SITE = Path(__file__).resolve().parents[2] / "deploy/nginx/flexiapi.conf"
_TLS = "/etc/flexisip-account-manager/tls"


@contextmanager
def in_front_of(
    server: Server, folder: Path, certificate: Certificate, *, verify_clients: str | None = None
) -> Iterator[int]:
    """Run nginx until the block ends; gives its TLS port.

    With `verify_clients` (a value of `ssl_verify_client`) clients may have certificates of `clients-ca.pem`, which
    lies beside the server's own certificate.
    """
    port, plain = requirements.free_port(), requirements.free_port()
    site = _SITE.read_text().replace(_TLS, str(certificate.certificate.parent))
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    if verify_clients is not None:
        site = re.sub(r"#(ssl_(?:client|verify))", r"\1", site)
        site = re.sub(r"(ssl_verify_client +)\w+", rf"\g<1>{verify_clients}", site)
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}").replace("listen 80", f"listen 127.0.0.1:{plain}")
    (folder / "site.conf").write_text(site)
    bodies = "".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # As root its workers would be somebody else, who cannot keep large bodies in this folder.
    user = "user root; " if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {bodies} include {folder}/site.conf; }}\n"
    )
    command = [requirements.program("nginx"), "-p", f"{folder}/", "-e", f"{folder}/error.log"]
    with running([*command, "-c", f"{folder}/nginx.conf"], folder) as program:
        # Its process id is written once the ports are open.
        wait_until((folder / "nginx.pid").exists, "nginx", running=program)
        yield port
