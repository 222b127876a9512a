"""Tokens that a certified OpenID provider has signed, on user routes."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from joserfc.jwk import RSAKey
from tests import factories
from tests.api import Answer, Api
from tests.oidc.certified import APP, PORTAL, CertifiedProvider, Person, a_certified_provider

from flexiapi.accounts.models import Account
from flexiapi.http.dates import now
from flexiapi.spaces.models import OidcConfiguration, Space

pytestmark = pytest.mark.interop


@pytest.fixture
def space(db: None) -> Space:
    return factories.without_digest(factories.a_space())


@pytest.fixture
def alice(space: Space) -> Account:
    return factories.an_account(space, "alice", email="alice@example.org")


@pytest.fixture
def by_address(space: Space, password: str) -> Person:
    return Person("4711", {"sip_identity": f"sip:alice@{space.domain}"}, password)


@pytest.fixture
def by_email(password: str) -> Person:
    return Person("4712", {"email": "alice@example.org", "email_verified": True}, password)


@pytest.fixture
def provider(
    space: Space, alice: Account, by_address: Person, by_email: Person, tmp_path: Path
) -> Iterator[CertifiedProvider]:
    with a_certified_provider(tmp_path, [by_address, by_email]) as running:
        running.configure(space)
        yield running


def ask(api: Api, space: Space, token: str) -> Answer:
    return api.on(space).get("/api/accounts/me", Authorization=f"Bearer {token}")


def configure(space: Space, **columns: Any) -> None:
    OidcConfiguration.objects.filter(space=space).update(**columns, updated_at=now())


def is_refused(answer: Answer, provider: CertifiedProvider, text: str) -> bool:
    challenge = f'Bearer authz_server="{provider.issuer}",realm="flexi"'
    wanted = f'{challenge}, error="invalid_token", error_description="{text}"'
    return (answer.status, answer.lines("WWW-Authenticate"), answer.message) == (401, [wanted], text)


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_both_kinds_of_tokens_name_an_account(
    api: Api, space: Space, provider: CertifiedProvider, by_address: Person, by_email: Person
) -> None:
    for person in (by_address, by_email):
        tokens = provider.tokens(person)
        for token in (tokens.access, tokens.identity):
            answer = ask(api, space, token)
            assert answer.status == 200, answer.lines("WWW-Authenticate")
            assert answer.json["username"] == "alice"


def test_rotation_is_survived(api: Api, space: Space, provider: CertifiedProvider, by_address: Person) -> None:
    before = provider.tokens(by_address).access
    assert ask(api, space, before).status == 200

    provider.rotate(keep=True)
    configure(space, jwks_tried_at=now() - timedelta(seconds=61))
    assert ask(api, space, provider.tokens(by_address).access).status == 200
    assert ask(api, space, before).status == 200

    provider.rotate()
    configure(space, jwks_tried_at=now() - timedelta(seconds=61))
    assert ask(api, space, provider.tokens(by_address).access).status == 200
    assert is_refused(ask(api, space, before), provider, "Invalid JWT token signature")


def test_somebody_elses_provider(
    api: Api, space: Space, provider: CertifiedProvider, by_address: Person, by_email: Person, tmp_path: Path
) -> None:
    with a_certified_provider(tmp_path / "other", [by_address, by_email]) as other:
        other.configure(factories.without_digest(factories.a_space()))
        foreign = other.tokens(by_address)

    for token in (foreign.access, foreign.identity):
        assert is_refused(ask(api, space, token), provider, "Invalid JWT token signature")


def test_a_known_key_of_another_issuer(
    api: Api, space: Space, provider: CertifiedProvider, by_address: Person, tmp_path: Path
) -> None:
    (key,) = provider.keys()
    elsewhere = "https://id.example.org/"
    configure(space, server_url=elsewhere, public_key=RSAKey.import_key(key).as_pem(private=False).decode())

    answer = ask(api, space, provider.tokens(by_address).access)

    challenge = f'Bearer authz_server="{elsewhere}realms/flexi",realm="flexi"'
    assert answer.lines("WWW-Authenticate") == [
        f'{challenge}, error="invalid_token", error_description="Invalid JWT token issuer"'
    ]


def test_forgeries(api: Api, space: Space, provider: CertifiedProvider, by_address: Person) -> None:
    genuine = provider.tokens(by_address).access
    assert ask(api, space, genuine).status == 200
    header, content, signature = genuine.split(".")
    (key,) = provider.keys()
    pem = RSAKey.import_key(key).as_pem(private=False)
    confused = f"{part({'alg': 'HS256', 'kid': key['kid']})}.{content}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, confused.encode(), "sha256")).decode().rstrip("=")
    other_content = part({"iss": provider.issuer, "exp": 2**40, "sip_identity": by_address.claims["sip_identity"]})

    for token, text in {
        f"{part({'alg': 'none'})}.{content}.": "Unsupported RSA signature",
        f"{part({'alg': 'none'})}.{content}.{signature}": "Unsupported RSA signature",
        f"{confused}.{mac}": "Unsupported RSA signature",
        f"{header}.{other_content}.{signature}": "Invalid JWT token signature",
        f"{header}.{content}.": "Invalid JWT token signature",
    }.items():
        assert is_refused(ask(api, space, token), provider, text), token


@pytest.mark.parametrize(
    ("shift", "text"),
    [
        (timedelta(days=2), "Expired JWT token"),
        (timedelta(minutes=-10), "JWT token is not valid yet"),
    ],
)
def test_out_of_time(
    api: Api, space: Space, provider: CertifiedProvider, by_address: Person, shift: timedelta, text: str
) -> None:
    token = provider.tokens(by_address).identity

    with time_machine.travel(datetime.now(UTC) + shift):
        assert is_refused(ask(api, space, token), provider, text)


def test_audience(api: Api, space: Space, provider: CertifiedProvider, by_address: Person) -> None:
    tokens = provider.tokens(by_address)

    configure(space, client_id=PORTAL)
    for token in (tokens.access, tokens.identity):
        assert is_refused(ask(api, space, token), provider, "Invalid JWT token audience")
    configure(space, client_id=APP)
    for token in (tokens.access, tokens.identity):
        assert ask(api, space, token).status == 200
