"""Chromium, and the product served to it over TLS on the test's own database."""

import base64
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, sync_playwright
from redis import Redis
from redis.exceptions import RedisError

from tests import requirements
from tests.live import server

from .people import Registrations, Street

_REDIS = {"REDIS_HOST": os.environ.get("TEST_REDIS_HOST", "127.0.0.1"), "REDIS_PORT": "6379", "REDIS_DB": "6"}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> server.Certificate:
    """A certificate for all of `example.org`."""
    return server.a_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def chromium(certificate: server.Certificate) -> Iterator[Browser]:
    """A browser that finds every Space at the loopback address, and takes its certificate for a good one."""
    program = requirements.program("chromium")
    key = x509.load_pem_x509_certificate(certificate.certificate.read_bytes()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pin = base64.b64encode(hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest()).decode()
    # The library's own loop runs in this thread; the tests' queries are none of its business.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--host-resolver-rules=MAP *.example.org 127.0.0.1",
                f"--ignore-certificate-errors-spki-list={pin}",
            ],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def registrar_prefix() -> str:
    """The prefix of this run's keys in Redis."""
    return f"test-{secrets.token_hex(4)}:"


@pytest.fixture(scope="session")
def product(
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: server.Certificate,
    registrar_prefix: str,
) -> Iterator[server.Server]:
    """`flexiapi serve` over TLS; recordings lie in its data directory, devices in Redis."""
    environment = {
        **_REDIS,
        "REDIS_PREFIX": registrar_prefix,
        "TERMS_OF_USE_URL": "https://example.org/terms",
        "OUTBOUND_ALLOW_PRIVATE": "true",
    }
    with server.serving(tmp_path_factory.mktemp("product"), tls=certificate, environment=environment) as running:
        yield running


@pytest.fixture
def street(product: server.Server, chromium: Browser) -> Iterator[Street]:
    """People with browsers; whatever their pages complained about fails the test."""
    opened = Street(chromium, product.port)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def registrations(registrar_prefix: str) -> Iterator[Registrations]:
    """Flexisip's side of Redis."""
    client: Redis = Redis(host=_REDIS["REDIS_HOST"], db=int(_REDIS["REDIS_DB"]), socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        requirements.missing("a Redis server")

    def register(identifier: str, uuid: str, agent: str, age: int = 0) -> None:
        user, _, _ = identifier.partition("@")
        client.hset(
            f"{registrar_prefix}fs:{identifier}",
            f'"<{uuid}>"',
            f"<sip:{user}@192.0.2.7;updatedAt={int(time.time()) - age};expires=3600?user-agent={quote(agent, safe='')}>"
            f';+sip.instance="<{uuid}>"',
        )

    yield register
    for key in client.scan_iter(f"{registrar_prefix}*"):
        client.delete(key)
    client.close()
