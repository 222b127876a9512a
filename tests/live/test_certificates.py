"""A device's client certificate over a real connection: nginx verifies it, the product believes nginx alone."""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space
from tests import factories
from tests.live import nginx, server
from tests.live.authority import Authority, an_authority
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


@dataclass(frozen=True)
class Gate:
    """nginx in front of the product, taking certificates of one authority."""

    port: int
    space: Space

    def ask(
        self, certificate: server.Certificate | None = None, path: str = "/provisioning/me", **headers: str
    ) -> tuple[int, str]:
        """Status and body of a device's request, with its certificate if it has one."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if certificate is not None:
            context.load_cert_chain(certificate.certificate, certificate.key)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        sent = {"Host": self.space.host, "Accept": "application/json", "X-Linphone-Provisioning": "1", **headers}
        connection.request("GET", path, headers=sent)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, content


@pytest.fixture
def space(transactional_db: None) -> Space:
    return factories.a_space(client_certificate_authentication=True)


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return an_authority(tmp_path / "clients")


@pytest.fixture
def gate(tmp_path: Path, space: Space, authority: Authority) -> Iterator[Callable[[str], Gate]]:
    """Start nginx with a value of `ssl_verify_client`."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    certificate = server.a_certificate(folder)
    authority.write(folder / "clients-ca.pem")
    with ExitStack() as stack:

        def started(verify: str) -> Gate:
            behind = stack.enter_context(server.serving(tmp_path, environment={"TRUSTED_PROXIES": "127.0.0.1"}))
            front = nginx.in_front_of(behind, folder, certificate, verify_clients=verify)
            return Gate(stack.enter_context(front), space)

        yield started


def test_nginx_verifies_and_the_product_believes_it(
    gate: Callable[[str], Gate], space: Space, alice: Account, authority: Authority, tmp_path: Path
) -> None:
    factories.an_account(space, "bob")
    address = f"sip:alice@{space.domain}"
    namesake = an_authority(tmp_path / "namesake")
    foreign = an_authority(tmp_path / "foreign", "Devices of somebody else")
    front = gate("optional")

    valid = authority.certificate(address)
    status, document = front.ask(valid)
    assert status == 200
    assert f"sip:alice@{space.domain}" in document
    assert f"sip:bob@{space.domain}" in front.ask(authority.certificate(address, uris=[f"sip:bob@{space.domain}"]))[1]

    for certificate, text in (
        (authority.certificate(f"sip:nobody@{space.domain}"), "The certificate is not linked to any account"),
        (authority.certificate("Alice"), "The certificate CN is not a valid SIP address."),
        (authority.certificate("sip:alice@elsewhere.example.org"), "The certificate is not linked to any account"),
    ):
        status, content = front.ask(certificate)
        assert status == 403
        assert text in json.loads(content)["message"]

    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = authority.certificate(address, until=yesterday)
    for certificate in (expired, foreign.certificate(address), namesake.certificate(address)):
        status, content = front.ask(certificate)
        assert status == 400  # nginx refuses it itself
        assert "alice" not in content

    assert front.ask()[0] == 401
    assert front.ask(valid, "/api/accounts/me")[0] == 401


@pytest.mark.parametrize("spelling", ["X-SSL-Client-{}", "x_ssl_client_{}"])
def test_forged_headers_are_dropped(
    gate: Callable[[str], Gate], space: Space, alice: Account, authority: Authority, spelling: str
) -> None:
    factories.an_account(space, "bob")
    front = gate("optional")
    genuine = authority.certificate(f"sip:bob@{space.domain}")
    claims = {"Verify": "SUCCESS", "S-DN": f"CN=sip:alice@{space.domain}"}
    forged = {spelling.format(name): value for name, value in claims.items()}
    forged[spelling.format("S_DN")] = claims["S-DN"]

    assert front.ask(**forged)[0] == 401
    status, document = front.ask(genuine, **forged)
    assert status == 200
    assert f"sip:bob@{space.domain}" in document
    assert f"sip:alice@{space.domain}" not in document


def test_a_lax_web_server_does_not_make_strangers_devices(
    gate: Callable[[str], Gate], space: Space, alice: Account, authority: Authority, tmp_path: Path
) -> None:
    """nginx with `optional_no_ca` passes certificates of any authority on, and says that it could not verify them."""
    front = gate("optional_no_ca")
    address = f"sip:alice@{space.domain}"

    assert front.ask(authority.certificate(address))[0] == 200
    stranger = an_authority(tmp_path / "foreign", "Devices of somebody else")
    assert front.ask(stranger.certificate(address))[0] == 401
