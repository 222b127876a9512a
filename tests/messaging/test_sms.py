"""SMS by OVH's own client against a server that plays OVH."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import ovh.client
import pytest

from flexiapi.config import instance
from flexiapi.messaging import sending, sms_texts
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.sending import Outcome
from flexiapi.messaging.services import enqueue_sms
from tests import factories

NUMBER = "+33612345678"


@dataclass
class Provider:
    """The part of OVH's API that is used."""

    services: list[str] = field(default_factory=lambda: ["sms-ab1-1", "sms-ab1-2"])
    gone: set[str] = field(default_factory=set)
    answer: dict[str, Any] = field(
        default_factory=lambda: {
            "totalCreditsRemoved": 1,
            "ids": [7],
            "validReceivers": [NUMBER],
            "invalidReceivers": [],
        }
    )
    status: int = 200
    jobs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    signed: list[bool] = field(default_factory=list)

    def reply(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON for a request."""
        self.asked.append(f"{method} {path}")
        if path == "/auth/time":
            return 200, 1_700_000_000
        if path == "/sms":
            return 200, self.services
        service = path.split("/")[2]
        if service in self.gone:
            return 404, {"message": f"The requested object (serviceName = {service}) does not exist"}
        if self.status != 200:
            return self.status, {"message": f"quoted: {body.decode()}"}
        self.jobs.append((service, json.loads(body)))
        return 200, self.answer


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """The provider on a port of the loopback interface; gives its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply()

        def do_POST(self) -> None:
            self._reply()

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != "/auth/time":
                provider.signed.append(self.headers.get("X-Ovh-Signature", "").startswith("$1$"))
            status, answer = provider.reply(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """OVH, and an instance that is configured for it."""
    played = Provider()
    with serving(played) as url:
        monkeypatch.setitem(ovh.client.ENDPOINTS, "played", url)
        with instance.override(
            sms_driver="ovh",
            ovh_app_key="key",
            ovh_app_secret="secret",
            ovh_app_consumer_key="consumer",
            ovh_app_endpoint="played",
            ovh_app_sender="ACME",
        ):
            yield played


def an_sms() -> Delivery:
    return enqueue_sms(factories.a_space(), to=NUMBER, text=sms_texts.validation("ACME", "4711", 10))


class TestTexts:
    def test_are_what_operators_registered(self) -> None:
        assert sms_texts.validation("ACME", "4711", 0) == "Your ACME validation code is 4711."
        assert (
            sms_texts.validation("ACME", "4711", 10)
            == "Your ACME validation code is 4711. The code is available for 10 minutes"
        )
        assert sms_texts.creation("App", "4711") == "Your App creation code is 4711"
        assert sms_texts.recovery("App", "4711") == "Your App recovery code is 4711"


@pytest.mark.django_db
class TestOvh:
    def test_creates_a_job(self, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("INFO"):
            delivery = an_sms()
            assert sending.deliver(delivery.pk) is Outcome.SENT

        assert provider.jobs == [
            (
                "sms-ab1-1",
                {
                    "charset": "UTF-8",
                    "class": "phoneDisplay",
                    "coding": "7bit",
                    "message": "Your ACME validation code is 4711. The code is available for 10 minutes",
                    "noStopClause": True,
                    "priority": "high",
                    "receivers": [NUMBER],
                    "sender": "ACME",
                    "senderForResponse": False,
                    "validityPeriod": 2880,
                },
            )
        ]
        assert provider.signed == [True, True]
        assert "[7]" in caplog.text
        assert "4711" not in caplog.text
        assert NUMBER not in caplog.text
        delivery.refresh_from_db()
        assert (delivery.state, delivery.payload) == ("sent", {})

    def test_the_service_is_asked_for_once(self, provider: Provider) -> None:
        for _ in range(3):
            sending.deliver(an_sms().pk)

        assert provider.asked.count("GET /sms") == 1
        assert len(provider.jobs) == 3

    def test_a_service_that_is_gone_is_looked_up_again(self, provider: Provider) -> None:
        sending.deliver(an_sms().pk)
        provider.gone.add("sms-ab1-1")
        provider.services = ["sms-ab1-2"]

        assert sending.deliver(an_sms().pk) is Outcome.SENT
        assert provider.jobs[-1][0] == "sms-ab1-2"

    def test_an_invalid_number_is_final(self, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
        provider.answer = {"totalCreditsRemoved": 0, "ids": [], "validReceivers": [], "invalidReceivers": [NUMBER]}
        delivery = an_sms()

        assert sending.deliver(delivery.pk) is Outcome.FAILED
        assert "+336***78" in caplog.text
        assert NUMBER not in caplog.text

    @pytest.mark.parametrize(("status", "outcome"), [(500, Outcome.SERVER_DOWN), (403, Outcome.SERVER_DOWN)])
    def test_failures_are_tried_again(self, provider: Provider, status: int, outcome: Outcome) -> None:
        provider.status = status
        delivery = an_sms()

        assert sending.deliver(delivery.pk) is outcome
        delivery.refresh_from_db()
        assert delivery.state == "pending"
        assert "4711" not in str(delivery.last_error)

    def test_what_ovh_finds_wrong_is_final(self, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
        provider.status = 400
        delivery = an_sms()

        assert sending.deliver(delivery.pk) is Outcome.FAILED
        delivery.refresh_from_db()
        assert "4711" not in str(delivery.last_error) + caplog.text

    def test_no_service(self, provider: Provider) -> None:
        provider.services = []
        delivery = an_sms()

        assert sending.deliver(delivery.pk) is Outcome.SERVER_DOWN

    def test_an_unknown_endpoint(self, provider: Provider) -> None:
        with instance.override(ovh_app_endpoint="nowhere"):
            assert sending.deliver(an_sms().pk) is Outcome.SERVER_DOWN

    def test_unconfigured_it_says_so(self, caplog: pytest.LogCaptureFixture) -> None:
        delivery = an_sms()

        assert sending.deliver(delivery.pk) is Outcome.FAILED
        assert "OVH is not configured" in caplog.text
