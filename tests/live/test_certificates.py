"""A device's client certificate over a real connection, as a trusted proxy passes it on."""

from pathlib import Path

import pytest

from flexiapi.spaces.models import Space
from tests import factories
from tests.live import server
from tests.live.phone import Phone

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]


def passed_on(space: Space, username: str) -> dict[str, str]:
    """The headers of a proxy that has verified a certificate."""
    return {
        "X-SSL-Client-Verify": "SUCCESS",
        "X-SSL-Client-S-DN": f"CN=sip:{username}@{space.domain},O=Acme\\, Inc.",
        "X-Linphone-Provisioning": "1",
    }


def test_only_a_trusted_proxy_is_believed(tmp_path: Path, plain_server: server.Server) -> None:
    space = factories.a_space(client_certificate_authentication=True)
    factories.an_account(space, "alice")
    headers = passed_on(space, "alice")

    with (
        server.serving(tmp_path, environment={"TRUSTED_PROXIES": "127.0.0.1"}) as behind,
        Phone(behind.port, space.host) as proxy,
    ):
        reply = proxy.get("/provisioning/me", **headers)
        stranger = proxy.get("/provisioning/me", **passed_on(space, "nobody"))
        elsewhere = proxy.get("/api/accounts/me", **headers)
    with Phone(plain_server.port, f"{space.host}:{plain_server.port}") as forger:
        forged = forger.get("/provisioning/me", **headers)

    assert (reply.status, reply.lines("content-type")) == (200, ["application/xml"])
    assert b"alice" in reply.body
    assert stranger.status == 403
    assert stranger.json["message"] == "The certificate is not linked to any account in the system."
    assert (elsewhere.status, forged.status) == (401, 401)
