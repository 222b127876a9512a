"""Servers that the tests of this folder share, on the test's own database."""

from collections.abc import Iterator

import pytest

from . import nginx, server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> server.Certificate:
    """A certificate for all of `example.org`."""
    return server.a_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def plain_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    """`flexiapi serve` over HTTP/1.1 without TLS."""
    with server.serving(tmp_path_factory.mktemp("plain")) as running:
        yield running


@pytest.fixture(scope="session")
def secure_server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, certificate: server.Certificate
) -> Iterator[server.Server]:
    """`flexiapi serve` over TLS with HTTP/1.1 and HTTP/2."""
    with server.serving(tmp_path_factory.mktemp("secure"), tls=certificate) as running:
        yield running


@pytest.fixture(scope="session")
def proxied_port(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, certificate: server.Certificate
) -> Iterator[int]:
    """The TLS port of nginx with our file in front of `flexiapi serve`."""
    folder = tmp_path_factory.mktemp("nginx")
    with (
        server.serving(tmp_path_factory.mktemp("proxied"), environment={"TRUSTED_PROXIES": "127.0.0.1"}) as behind,
        nginx.in_front_of(behind, folder, certificate) as port,
    ):
        yield port
