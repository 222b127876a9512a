"""Debian's Linphone 5.1 and curl against the real server."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexiapi.accounts.models import Account, ProvisioningToken
from flexiapi.auth.models import Opaque
from flexiapi.spaces.models import Space
from tests import factories, requirements
from tests.interop.linphonec import Linphone
from tests.live.server import Server, serving

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]

PROXY = "<sip:127.0.0.1:9;transport=tcp>"
ME = "/api/accounts/me"
DOMAIN = "sip.example.test"
APPLIED = "created with proxy config"


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for apps without the provisioning header, whose only Space answers on any host."""
    environment = {"APP_ROOT_HOST": "", "ACCOUNT_PROVISIONING_USE_X_LINPHONE_PROVISIONING_HEADER": "false"}
    with serving(tmp_path_factory.mktemp("linphone"), environment=environment) as running:
        yield running


@pytest.fixture
def space() -> Space:
    # Without quotes the semicolon would begin a comment.
    entries = f'[proxy_0]\nreg_proxy="{PROXY}"\nreg_sendregister=0\n'
    return factories.a_space(DOMAIN, custom_provisioning_entries=entries, custom_provisioning_overwrite_all=True)


@pytest.fixture
def linphone(tmp_path: Path) -> Linphone:
    return Linphone(tmp_path)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_phone_is_provisioned_by_its_token_then_by_digest(
    linphone: Linphone, server: Server, space: Space, algorithm: str
) -> None:
    alice = factories.an_account(space, "alice", activated=False)
    ha1 = factories.a_password(alice, "s3cret", algorithm).password
    token = factories.a_token(alice).token
    linphone.write({"misc": {"config-uri": f"{server.url}/provisioning/{token}"}})

    with linphone.running():
        linphone.wait_for_log(APPLIED)

    saved = linphone.configuration
    assert saved["proxy_0"]["reg_identity"] == f"<sip:alice@{DOMAIN}>"
    assert saved["proxy_0"]["reg_proxy"] == PROXY
    credentials = saved["auth_info_0"]
    assert (credentials["username"], credentials["realm"]) == ("alice", DOMAIN)
    assert (credentials["ha1"], credentials["algorithm"]) == (ha1, algorithm)
    assert Account.objects.get(pk=alice.pk).activated
    assert ProvisioningToken.objects.get(token=token).used
    used = Opaque.objects.count()

    Account.objects.filter(pk=alice.pk).update(display_name="Alice Martin")
    saved["misc"]["config-uri"] = f"{server.url}/provisioning/me"
    linphone.write(saved)
    (linphone.folder / "log").unlink()
    with linphone.running():
        linphone.wait_for_log('Set proxy_0|reg_identity = "Alice Martin"')

    assert Opaque.objects.count() > used
    assert linphone.configuration["proxy_0"]["reg_identity"] == f'"Alice Martin" <sip:alice@{DOMAIN}>'


def test_the_contacts_follow_the_document(linphone: Linphone, server: Server, space: Space) -> None:
    alice = factories.an_account(space, "alice", password="s3cret")
    bob = factories.an_account(space, "bob", display_name="Bob, Builder")
    factories.a_contact(alice, bob)
    linphone.write({"misc": {"config-uri": f"{server.url}/provisioning/{factories.a_token(alice).token}"}})

    with linphone.running():
        linphone.wait_for_log("END:VCARD")

    assert "Content-Type: text/vcard; charset=utf-8" in linphone.log
    assert f"IMPP:sip:bob@{DOMAIN}\nFN:Bob\\, Builder\n" in linphone.log.replace("\r", "")
    assert "Couldn't parse buffer" not in linphone.log


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize(("password", "status"), [("s3cret", "200"), ("wrong", "401")])
def test_curl_answers_digest(server: Server, space: Space, algorithm: str, password: str, status: str) -> None:
    alice = factories.an_account(space, "alice")
    factories.a_password(alice, "s3cret", algorithm)
    command = [requirements.program("curl"), "-s", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}"]

    said = subprocess.run(
        [*command, "--digest", "-u", f"alice:{password}", "-H", f"From: sip:alice@{DOMAIN}", f"{server.url}{ME}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == status
