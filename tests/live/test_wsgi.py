"""What the product needs of a WSGI server."""

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_server_that_hides_the_sent_path_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    space = factories.a_space()

    answer = Client().get("/api/ping", headers={"Host": space.host})

    assert answer.status_code == 503
    assert answer.json() == {"message": "The server hides the path as it was sent."}
    assert "RAW_URI" in caplog.text


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize("sent", ["/api/ping", "//api//ping/", "http://elsewhere/api/ping?x=/", "/%61pi/ping"])
def test_either_name_of_the_sent_path_will_do(name: str, sent: str) -> None:
    space = factories.a_space()

    answer = Client().get("/ignored", headers={"Host": space.host}, **{name: sent})

    assert (answer.status_code, answer.content) == (200, b"pong")


@pytest.mark.parametrize(
    ("protocol", "sent"), [("HTTP/1.1", "/api/resolve/zoé@example.org".encode().decode("latin-1")), ("HTTP/2.0", "/é")]
)
def test_bytes_beyond_ascii_are_utf_8_over_both_protocols(protocol: str, sent: str) -> None:
    space = factories.a_space()

    answer = Client().get("/ignored", headers={"Host": space.host}, RAW_URI=sent, SERVER_PROTOCOL=protocol)

    assert answer.status_code in (401, 404)


def test_other_bytes_are_refused() -> None:
    space = factories.a_space()

    answer = Client().get("/ignored", headers={"Host": space.host}, RAW_URI="/api/%ff", SERVER_PROTOCOL="HTTP/1.1")

    assert answer.status_code == 400
