"""Mail through Debian's postfix, as recipients find it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging import sending
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import EmailServer, Space
from tests import factories
from tests.interop import postfix
from tests.interop.postfix import Postfix
from tests.portal.visitor import Visitor

pytestmark = [pytest.mark.interop, pytest.mark.django_db]

FORM = {
    "username": "newcomer",
    "password": "a good secret",
    "password_confirmation": "a good secret",
    "terms": "on",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    """A server that offers STARTTLS."""
    with postfix.serving() as running:
        yield running


@pytest.fixture
def space(server: Postfix) -> Space:
    """A Space with a mail server of its own."""
    made = factories.a_space(name="Téléphonie d'été")
    EmailServer.objects.create(
        space=made,
        host="localhost",
        port=server.port,
        from_address="noreply@example.org",
        from_name="L'équipe Téléphonie",
        signature="À bientôt",
    )
    return made


def register(space: Space, address: str, *, username: str = "newcomer") -> Delivery:
    """Register on the page, in French; the code waits to be sent."""
    visitor = Visitor(space, headers={"Accept-Language": "fr"})
    visitor.open("/register/email")
    page = visitor.submit({**FORM, "username": username, "email": address, "email_confirmation": address})
    assert page.url == "/email/validate"
    return Delivery.objects.latest("id")


def send(delivery: Delivery, **settings: Any) -> sending.Outcome:
    """What the worker does."""
    settings = {"mail_driver": "smtp", "outbound_allow_private": True, "mail_allow_self_signed": True, **settings}
    with instance.override(**settings):
        outcome = sending.deliver(delivery.pk)
    delivery.refresh_from_db()
    return outcome


def test_the_code_is_read_in_two_forms(server: Postfix, space: Space) -> None:
    delivery = register(space, "alice@example.net")
    code = delivery.payload["context"]["code"]

    assert send(delivery) is sending.Outcome.SENT

    (mail,) = server.mails("alice")
    sender = mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("L'équipe Téléphonie", "noreply@example.org")
    assert mail["To"].addresses[0].addr_spec == "alice@example.net"
    assert "Téléphonie d'été" in mail["Subject"]
    assert mail["Date"].datetime is not None
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for form in (text.get_content(), html.get_content()):
        assert code in form
        assert "À bientôt" in form
    assert "with ESMTPS" in mail["Received"] or "using TLS" in mail["Received"]


def test_an_unknown_recipient_is_final_and_a_busy_server_is_not(server: Postfix, space: Space) -> None:
    server.answer("bob@example.net", "550 5.1.1 No such user here")
    lost = register(space, "bob@example.net", username="lost")
    assert send(lost) is sending.Outcome.FAILED
    assert (lost.state, "550" in (lost.last_error or "")) == ("failed", True)

    server.answer("bob@example.net", "450 4.7.1 Come back later")
    late = register(space, "bob@example.net", username="late")
    assert send(late) is not sending.Outcome.SENT
    assert (late.state, late.next_attempt_at is not None) == ("pending", True)

    server.answer("bob@example.net", "OK")
    Delivery.objects.filter(pk=late.pk).update(next_attempt_at=now())
    assert send(late) is sending.Outcome.SENT
    assert len(server.mails("bob")) == 1


def test_a_server_that_insists_on_tls(space: Space, tmp_path: Path) -> None:
    with postfix.serving(security="encrypt") as strict:
        EmailServer.objects.filter(space=space).update(port=strict.port)
        delivery = register(space, "alice@example.net")

        assert send(delivery, mail_encryption="tls") is sending.Outcome.SENT

        (mail,) = strict.mails("alice")
        assert "TLSv1." in mail["Received"]


def test_an_unknown_certificate_gets_nothing(server: Postfix, space: Space) -> None:
    delivery = register(space, "alice@example.net", username="careful")

    assert send(delivery, mail_allow_self_signed=False) is not sending.Outcome.SENT
    assert delivery.state == "pending"
    assert send_again(delivery) is sending.Outcome.SENT


def send_again(delivery: Delivery) -> sending.Outcome:
    """Send what waits for its next attempt."""
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=now())
    return send(delivery)
