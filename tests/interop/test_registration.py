"""Phones register at a SIP registrar that reads our tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from flexiapi.accounts.models import Account
from flexiapi.spaces.models import Space
from tests import factories
from tests.interop import kamailio
from tests.interop.linphonec import Linphone
from tests.interop.sipp import registers
from tests.live.server import serving

DOMAIN = "sip.example.test"

pytestmark = [
    pytest.mark.registrar,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def registrar(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[kamailio.Registrar]:
    if connection.vendor == "postgresql":
        pytest.skip("Debian's kamailio is tried on SQLite and MariaDB")
    with kamailio.registrar(tmp_path, request.param) as running:
        yield running


@pytest.mark.parametrize("registrar", ["MD5"], indirect=True)
def test_passwords_of_our_tables_are_checked(registrar: kamailio.Registrar, tmp_path: Path) -> None:
    space = factories.a_space(DOMAIN, algorithm="MD5")
    factories.an_account(space, "alice", password="s3cret")
    factories.an_account(space, "idle", password="s3cret", activated=False)
    factories.an_account(space, "blocked", password="s3cret", blocked=True)

    def accepted(username: str, password: str = "s3cret") -> bool:
        return registers(tmp_path, registrar.port, username, DOMAIN, password)

    assert accepted("alice"), registrar.program.output[-3000:]
    assert not accepted("alice", "wrong")
    assert not accepted("idle")
    assert not accepted("blocked")
    Account.objects.filter(username="alice").update(activated=False)
    assert not accepted("alice")


@pytest.mark.parametrize("registrar", ["SHA-256"], indirect=True)
def test_a_provisioned_phone_registers(registrar: kamailio.Registrar, tmp_path: Path) -> None:
    proxy = f"sip:127.0.0.1:{registrar.port};transport=tcp"
    space = factories.a_space(DOMAIN, algorithm="SHA-256", provisioning_reg_proxy=proxy)
    alice = factories.an_account(space, "alice", password="s3cret", activated=False)
    token = factories.a_token(alice).token
    environment = {"APP_ROOT_HOST": "", "ACCOUNT_PROVISIONING_USE_X_LINPHONE_PROVISIONING_HEADER": "false"}

    with serving(tmp_path / "server", environment=environment) as server:
        linphone = Linphone(tmp_path / "home")
        linphone.write({"misc": {"config-uri": f"{server.url}/provisioning/{token}"}})
        with linphone.running():
            linphone.wait_for_log("LinphoneRegistrationOk")
            linphone.wait_for_output("registered, identity=", "status register")

    assert f"registered, identity=sip:alice@{DOMAIN}" in linphone.output


@pytest.mark.parametrize("registrar", ["SHA-256"], indirect=True)
def test_a_wrong_password_does_not_register(registrar: kamailio.Registrar, tmp_path: Path) -> None:
    space: Space = factories.a_space(DOMAIN)
    factories.an_account(space, "alice", password="s3cret")
    linphone = Linphone(tmp_path / "home")
    linphone.write(
        {
            "proxy_0": {
                "reg_proxy": f"<sip:127.0.0.1:{registrar.port};transport=tcp>",
                "reg_identity": f"<sip:alice@{DOMAIN}>",
                "reg_sendregister": 1,
            },
            "auth_info_0": {"username": "alice", "domain": DOMAIN, "realm": DOMAIN, "passwd": "wrong"},
        }
    )

    with linphone.running():
        linphone.wait_for_log("LinphoneRegistrationFailed")

    assert "LinphoneRegistrationOk" not in linphone.log
