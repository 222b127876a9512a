"""The web server files in deploy/ work: paths pass byte by byte, and nobody forges a client certificate."""

import http.server
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

TLS = "/etc/flexisip-account-manager/tls"
APACHE_MODULES = Path("/usr/lib/apache2/modules")
RAW_PATH = '/api/statistics/calls/a+b@d%40e%2F/devices/"<urn:uuid:x>"?q=%2F'


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the path and the headers that arrived."""

    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Keep quiet."""


@pytest.fixture
def upstream():
    """The port of a server that stands in for the product."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tls(tmp_path, program):
    """A folder with a server certificate, an authority and a client certificate of it."""
    openssl = program("openssl")
    folder = tmp_path / "tls"
    folder.mkdir()

    def run(*words):
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name, key, subject in (
        ("fullchain", "privkey", "sip.example.org"),
        ("clients-ca", "ca", "authority"),
    ):
        run(
            "req",
            "-x509",
            *new,
            "-days",
            "2",
            "-keyout",
            f"{key}.pem",
            "-out",
            f"{name}.pem",
            "-subj",
            f"/CN={subject}",
        )
    run("req", *new, "-keyout", "client.key", "-out", "client.csr", "-subj", "/CN=sip:alice@sip.example.org")
    run("x509", "-req", "-in", "client.csr", "-CA", "clients-ca.pem", "-CAkey", "ca.pem", "-CAcreateserial",
        "-days", "2", "-out", "client.pem")  # fmt: skip
    return folder


def nginx_configuration(folder: Path, site: str, *, port: int, plain: int) -> tuple[Path, str]:
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = site.replace("listen 443", f"listen 127.0.0.1:{port}").replace("listen 80", f"listen 127.0.0.1:{plain}")
    site = re.sub(r"#(ssl_(?:client|verify))", r"\1", site)
    (folder / "site.conf").write_text(site)
    bodies = "".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {bodies} include {folder}/site.conf; }}\n"
    )
    return main, f"{folder}/"


def apache_configuration(folder: Path, site: str, *, port: int, plain: int) -> Path:
    site = site.replace("*:443>", f"127.0.0.1:{port}>").replace("*:80>", f"127.0.0.1:{plain}>")
    site = re.sub(r"#(SSL(?:CA|Verify))", r"\1", site)
    (folder / "site.conf").write_text(site)
    modules = (
        "mpm_event",
        "authz_core",
        "alias",
        "ssl",
        "http2",
        "headers",
        "proxy",
        "proxy_http",
        "socache_shmcb",
    )
    lines = [f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in modules]
    lines += [f"Listen 127.0.0.1:{port}", f"Listen 127.0.0.1:{plain}", f"Include {folder}/site.conf"]
    lines += [f"ServerRoot {folder}", f"PidFile {folder}/apache.pid", f"DefaultRuntimeDir {folder}"]
    lines += [f"ErrorLog {folder}/error.log", "ServerName localhost", "User www-data", "Group www-data"]
    main = folder / "apache.conf"
    main.write_text("\n".join(lines) + "\n")
    return main


@contextmanager
def running(command: list[str], port: int):
    """Run a server until its port answers; stop it at the end."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 15
        while True:
            assert process.poll() is None, "the server ended by itself"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
            except urllib.error.HTTPError:
                break
            except OSError:
                assert time.monotonic() < deadline, "the server does not answer"
                threading.Event().wait(0.05)
            else:
                break
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(params=["nginx", "apache"])
def proxy(request, checkout, program, tmp_path, tls, upstream, free_port):
    """The HTTPS port of a real web server with our file, in front of the stand-in."""
    port, plain = free_port(), free_port()
    folder = tmp_path / request.param
    folder.mkdir()
    site = (checkout / f"deploy/{request.param}/flexiapi.conf").read_text()
    site = site.replace(TLS, str(tls)).replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    # The redirect of the plain port goes to a name that does not exist: a refusal does as well.
    site = site.replace("return 301 https://$host$request_uri;", "return 404;")
    site = re.sub(r"RedirectMatch permanent .*", 'RedirectMatch 404 "^/"', site)
    if request.param == "nginx":
        main, prefix = nginx_configuration(folder, site, port=port, plain=plain)
        command = [program("nginx"), "-p", prefix, "-e", f"{folder}/error.log", "-c", str(main)]
    else:
        main = apache_configuration(folder, site, port=port, plain=plain)
        command = [program("apache2"), "-D", "FOREGROUND", "-f", str(main)]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with running(command, plain):
        yield port


@pytest.fixture
def ask(program, proxy):
    """Send a request with curl; gives what the stand-in saw, and the version of HTTP that was spoken."""
    curl = program("curl")

    def send(path, *words):
        address = f"https://127.0.0.1:{proxy}{path}"
        command = [
            curl,
            "-skg",
            "--path-as-is",
            "--max-time",
            "10",
            "-w",
            "\n%{http_version}",
            *words,
            address,
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        body, _, version = said.rpartition("\n")
        return json.loads(body), version

    return send


@pytest.mark.parametrize(("option", "version"), [("--http2", "2"), ("--http1.1", "1.1")])
def test_path_and_host_pass_unchanged(ask, option, version):
    seen, spoken = ask(RAW_PATH, option, "-H", "Host: sip.example.org:443")

    assert spoken == version
    assert seen["path"] == RAW_PATH
    assert seen["headers"]["host"] == "sip.example.org:443"


def test_client_is_told_from_the_connection(ask):
    names = [f"X-Forwarded-{name}" for name in ("For", "Host", "Port", "Proto")] + ["Forwarded", "X-Request-Id"]
    forged = [word for name in names for word in ("-H", f"{name}: forged")]

    for path in ("/", "/static/x.css"):
        seen, _ = ask(path, *forged)

        assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert seen["headers"]["x-forwarded-proto"] == "https"
        assert "forged" not in json.dumps(seen)


def test_certificate_cannot_be_forged(ask):
    names = ("X-SSL-Client-Verify", "X-SSL-Client-S-DN", "X-SSL-Client-Cert")
    forged = [word for name in (*names, *(n.replace("-", "_") for n in names)) for word in ("-H", f"{name}: forged")]

    for path in ("/provisioning/me", "/static/x.css"):
        seen, _ = ask(path, *forged)
        assert "forged" not in json.dumps(seen)


def test_certificate_is_told(ask, tls):
    seen, _ = ask("/provisioning/me", "--cert", str(tls / "client.pem"), "--key", str(tls / "client.key"))

    assert seen["headers"]["x-ssl-client-verify"] == "SUCCESS"
    assert seen["headers"]["x-ssl-client-s-dn"] == "CN=sip:alice@sip.example.org"
    certificate = urllib.request.unquote(seen["headers"]["x-ssl-client-cert"])
    assert certificate.strip() == (tls / "client.pem").read_text().strip()
