"""Client certificates at `/provisioning/me`, as a trusted proxy passes them on."""

import datetime
import ipaddress
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests import factories
from tests.api import Answer, Api

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.spaces.models import Space

PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)
ME = "/provisioning/me"
UNLINKED = "The certificate is not linked to any account in the system."
NO_ADDRESS = "The certificate CN is not a valid SIP address."
NO_NAME = "The client certificate does not contain a valid CN."


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space(client_certificate_authentication=True)


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice")


def a_certificate(*names: tuple[x509.ObjectIdentifier, str], uris: tuple[str, ...] = ()) -> str:
    """A self-signed certificate, as nginx writes it into a header."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
    moment = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, moment, moment + datetime.timedelta(days=1))
    if uris:
        alternatives = [x509.UniformResourceIdentifier(uri) for uri in uris]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return quote(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())


def ask(
    api: Api,
    space: Space,
    subject: str = "",
    *,
    verify: str = "SUCCESS",
    certificate: str = "",
    peer: str = "10.0.0.1",
    **headers: str,
) -> Answer:
    """A device asks through a proxy at 10.0.0.1."""
    sent = {"X-SSL-Client-Verify": verify, "X-SSL-Client-S-DN": subject, "X-SSL-Client-Cert": certificate, **headers}
    with instance.override(trusted_proxies=PROXIES):
        return api.on(space).at(peer).using(x_linphone_provisioning="1").get(ME, **sent)


@pytest.mark.parametrize(
    "subject",
    [
        "CN=sip:alice@{}",
        "CN=sips:Alice@{}",
        "CN=sip:alice@{},OU=Phones,O=Acme\\, Inc.,C=FR",
        "emailAddress=x@example.org,O=Acme,CN=sip:alice@{}",
        "O=Acme+CN=sip:alice@{}",
        "CN=Alice,CN=sip:alice@{}",
    ],
)
def test_the_common_name_is_the_account(api: Api, space: Space, alice: Account, subject: str) -> None:
    answer = ask(api, space, subject.format(space.domain))

    assert answer.status == 200, answer.text
    assert "alice" in answer.text
    assert answer.raw.cookies == {}


def test_the_header_of_provisioning_is_still_required(api: Api, space: Space, alice: Account) -> None:
    with instance.override(trusted_proxies=PROXIES):
        headers = {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-S-DN": f"CN=sip:alice@{space.domain}"}
        answer = api.on(space).at("10.0.0.1").get(ME, **headers)

    assert answer.status == 400


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("O=Acme", NO_NAME),
        ("rubbish", NO_NAME),
        ("CN=", NO_NAME),
        ("1.2.3.4=x", NO_NAME),
        ("CN=alice", NO_ADDRESS),
        ("CN=alice@sip.example.org", NO_ADDRESS),
        ("O=CN\\=sip:alice@{},CN=x", NO_ADDRESS),
        ("CN=sip:nobody@{}", UNLINKED),
        ("CN=sip:alice@elsewhere.example.org", UNLINKED),
        ("CN=sip:{}", UNLINKED),
    ],
)
def test_refusals(api: Api, space: Space, alice: Account, subject: str, text: str) -> None:
    answer = ask(api, space, subject.format(space.domain))

    assert (answer.status, answer.message) == (403, text)


def test_the_account_of_another_space(api: Api, space: Space) -> None:
    other = factories.an_account(factories.a_space(client_certificate_authentication=True), "alice")

    assert ask(api, space, f"CN=sip:alice@{other.domain}").message == UNLINKED


def test_a_space_that_takes_none(api: Api) -> None:
    space = factories.a_space()
    factories.an_account(space, "alice")

    answer = ask(api, space, f"CN=sip:alice@{space.domain}")

    assert (answer.status, answer.message) == (403, "Not a valid authentication method")


def test_an_alternative_name_comes_first(api: Api, space: Space, alice: Account) -> None:
    bob = factories.an_account(space, "bob")
    common = (NameOID.COMMON_NAME, f"sip:alice@{space.domain}")

    both = ask(api, space, certificate=a_certificate(common, uris=("https://x.example.org", f"sip:bob@{bob.domain}")))
    plain = ask(api, space, certificate=a_certificate(common, uris=("https://x.example.org",)))

    assert "bob" in both.text
    assert "alice" in plain.text


def test_the_certificate_says_more_than_the_subject_line(api: Api, space: Space, alice: Account) -> None:
    certificate = a_certificate((NameOID.ORGANIZATION_NAME, "Acme"), (NameOID.COMMON_NAME, f"sip:alice@{space.domain}"))

    assert ask(api, space, "/O=Acme/CN=old style", certificate=certificate).status == 200


@pytest.mark.parametrize("verify", ["", "NONE", "FAILED:self signed certificate", "success", "GENEROUS"])
def test_what_was_not_verified_proves_nothing(api: Api, space: Space, alice: Account, verify: str) -> None:
    assert ask(api, space, f"CN=sip:alice@{space.domain}", verify=verify).status == 401


@pytest.mark.parametrize("peer", ["192.0.2.1", "127.0.0.1", ""])
def test_only_a_trusted_proxy_is_believed(api: Api, space: Space, alice: Account, peer: str) -> None:
    forged = {"X-Forwarded-For": "10.0.0.1"}

    assert ask(api, space, f"CN=sip:alice@{space.domain}", peer=peer, **forged).status == 401


def test_it_wins_over_a_provider_and_its_tokens(api: Api, space: Space, alice: Account) -> None:
    factories.an_oidc_configuration(space)

    answer = ask(api, space, f"CN=sip:alice@{space.domain}", Authorization="Bearer a.b.c")

    assert answer.status == 200


def test_blocked(api: Api, space: Space) -> None:
    factories.an_account(space, "bob", blocked=True)

    answer = ask(api, space, f"CN=sip:bob@{space.domain}")

    assert (answer.status, answer.message) == (403, "Account blocked")


def test_other_routes_ignore_it(api: Api, space: Space, alice: Account) -> None:
    headers = {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-S-DN": f"CN=sip:alice@{space.domain}"}
    with instance.override(trusted_proxies=PROXIES):
        client = api.on(space).at("10.0.0.1").using(x_linphone_provisioning="1")

        assert client.get("/api/accounts/me", **headers).status == 401
        assert client.get("/contacts/vcard", **headers).status == 401
