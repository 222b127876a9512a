"""The captcha's gateway against a verification service of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from flexiapi.accounts import captcha
from flexiapi.config import instance


class Service(HTTPServer):
    """Answers what it is told, and keeps what it was asked."""

    reply = b"{}"
    asked: dict[str, list[str]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        assert isinstance(self.server, Service)
        self.server.asked = parse_qs(self.rfile.read(length).decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.reply)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("reply", "passes"),
    [({"success": True}, True), ({"success": False}, False), ({"success": "true"}, False), ([], False), (None, False)],
)
def test_the_services_word_counts(service: Service, reply: object, passes: bool) -> None:
    service.reply = json.dumps(reply).encode()
    gateway = captcha.HCaptcha("site", "secret", url=f"http://127.0.0.1:{service.server_port}/siteverify")

    assert gateway.verify("response", "192.0.2.1") is passes
    assert service.asked == {"secret": ["secret"], "response": ["response"], "remoteip": ["192.0.2.1"]}


def test_no_answer_no_pass(service: Service) -> None:
    service.reply = b"<html>"
    url = f"http://127.0.0.1:{service.server_port}/siteverify"

    assert captcha.HCaptcha("site", "secret", url=url).verify("response", "192.0.2.1") is False
    assert captcha.HCaptcha("site", "secret", url="http://127.0.0.1:1/").verify("response", "192.0.2.1") is False


def test_which_one_is_chosen() -> None:
    assert captcha.gateway() is None
    with instance.override(hcaptcha_sitekey="site", hcaptcha_secret="hidden"):
        chosen = captcha.gateway()
        assert isinstance(chosen, captcha.HCaptcha)
        assert chosen.sitekey == "site"
        with instance.override(hcaptcha_enabled=False):
            assert captcha.gateway() is None
    with instance.override(captcha_driver="log"):
        assert isinstance(captcha.gateway(), captcha.LogCaptcha)
