"""Mail over real SMTP conversations."""

from pathlib import Path
from typing import Any

import pytest

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging import sending
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.sending import Outcome
from flexiapi.messaging.services import enqueue_mail
from flexiapi.spaces.models import EmailServer, Space
from tests import factories
from tests.messaging.servers import Certificate, Postbox, self_signed, smtp_server

pytestmark = pytest.mark.django_db

CODE = "4711"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return self_signed(tmp_path)


def a_mail(space: Space | None = None, *, to: str = "alice@example.net") -> Delivery:
    return enqueue_mail(
        space or factories.a_space(),
        template="register_validation",
        to=to,
        context={"code": CODE, "expiration_minutes": 10},
        locale="en",
    )


def send(delivery: Delivery, port: int, **settings: Any) -> Outcome:
    chosen = {"mail_driver": "smtp", "mail_host": "localhost", "mail_port": port, **settings}
    with instance.override(**chosen):
        outcome = sending.deliver(delivery.pk)
    delivery.refresh_from_db()
    return outcome


class TestConversation:
    def test_the_mail_arrives(self, postbox: Postbox) -> None:
        space = factories.a_space(name="Büro")
        delivery = a_mail(space)

        with smtp_server(postbox) as port:
            outcome = send(delivery, port, mail_from_address="noreply@example.org", mail_from_name="Büro, Name")

        assert outcome is Outcome.SENT
        (mail,) = postbox.mails
        assert postbox.envelopes == [("noreply@example.org", ["alice@example.net"])]
        assert mail["Subject"] == "Büro: confirm your registration"
        assert mail["From"].addresses[0].display_name == "Büro, Name"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_content_type() == "multipart/alternative"
        text, html = (part.get_content() for part in mail.iter_parts())
        assert CODE in text
        assert CODE in html
        assert "10 minutes" in text

    def test_nothing_of_it_stays(self, postbox: Postbox) -> None:
        delivery = a_mail()

        with smtp_server(postbox) as port:
            send(delivery, port)

        assert (delivery.state, delivery.payload, delivery.last_error) == ("sent", {}, None)
        assert delivery.sent_at is not None
        assert delivery.locked_until is None

    def test_credentials(self, postbox: Postbox) -> None:
        with smtp_server(postbox, auth_require_tls=False) as port:
            send(a_mail(), port, mail_username="me", mail_password="right")
            refused = a_mail()
            send(refused, port, mail_username="me", mail_password="wr0ng")

        assert len(postbox.mails) == 1
        assert postbox.logins[0] == ("me", "right")
        assert (refused.state, refused.last_error) == ("pending", "authentication refused: 535")

    def test_a_server_without_authentication_needs_none(self, postbox: Postbox) -> None:
        with smtp_server(postbox) as port:
            assert send(a_mail(), port, mail_username="me", mail_password="x") is Outcome.SENT

    def test_names_cannot_add_header_fields(self, postbox: Postbox) -> None:
        space = factories.a_space(name="Evil\r\nBcc: everybody@example.com")

        with smtp_server(postbox) as port:
            send(a_mail(space), port, mail_from_name="A\nReply-To: x@example.com")

        (mail,) = postbox.mails
        assert "Bcc" not in mail
        assert "Reply-To" not in mail
        assert postbox.envelopes[0][1] == ["alice@example.net"]

    @pytest.mark.parametrize("address", ["nobody", "a@b\r\nRCPT TO:<c@d>", "a b@example.org", "<a@example.org>", "@"])
    def test_what_is_no_address_is_never_tried(self, postbox: Postbox, address: str) -> None:
        delivery = a_mail(to=address)

        with smtp_server(postbox) as port:
            assert send(delivery, port) is Outcome.FAILED

        assert postbox.mails == []
        assert delivery.state == "failed"

    @pytest.mark.parametrize(
        "address", ["a..b@example.net", "a.@example.net", "o'neil+x@example.net", "jürg@münchen.de"]
    )
    def test_odd_addresses_are_written_as_they_are(self, postbox: Postbox, address: str) -> None:
        with smtp_server(postbox, enable_SMTPUTF8=True) as port:
            assert send(a_mail(to=address), port) is Outcome.SENT

        assert postbox.envelopes[0][1] == [address.replace("münchen", "xn--mnchen-3ya")]


class TestRefusals:
    def test_an_unknown_recipient_is_final(self, postbox: Postbox) -> None:
        postbox.refused_recipients.add("alice@example.net")
        delivery = a_mail()

        with smtp_server(postbox) as port:
            assert send(delivery, port) is Outcome.FAILED

        assert delivery.last_error is not None
        assert delivery.last_error.startswith("recipient refused: 550 5.1.1")
        assert delivery.payload["context"]["code"] == CODE  # for an administrator who sends it again

    def test_a_refused_message_is_quoted_nowhere(self, postbox: Postbox, caplog: pytest.LogCaptureFixture) -> None:
        postbox.data_reply = f"554 5.7.1 spam: code {CODE}"
        delivery = a_mail()

        with smtp_server(postbox) as port:
            assert send(delivery, port) is Outcome.LATER

        assert delivery.last_error == "message refused: 554"
        assert CODE not in caplog.text
        assert "alice@example.net" not in caplog.text

    def test_down_then_up(self, postbox: Postbox) -> None:
        delivery = a_mail()
        with smtp_server(postbox) as port:
            pass

        assert send(delivery, port) is Outcome.SERVER_DOWN
        assert delivery.state == "pending"
        assert delivery.attempts == 1
        assert delivery.next_attempt_at is not None
        assert 25 < (delivery.next_attempt_at - now()).total_seconds() < 35
        assert send(delivery, port) is Outcome.SKIPPED  # not yet

        Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=now())
        with smtp_server(postbox, port=port):
            assert send(delivery, port) is Outcome.SENT
        assert len(postbox.mails) == 1

    def test_gives_up_after_twelve_attempts(self) -> None:
        delivery = a_mail()
        Delivery.objects.filter(pk=delivery.pk).update(attempts=11)

        assert send(delivery, 1, mail_host="localhost") is Outcome.FAILED
        assert delivery.state == "failed"
        assert delivery.attempts == 12


class TestEncryption:
    def test_starttls_where_offered(self, postbox: Postbox, certificate: Certificate) -> None:
        with smtp_server(postbox, tls=certificate.context()) as port:
            assert send(a_mail(), port, mail_verify_peer=False) is Outcome.SENT

        assert postbox.encrypted == [True]

    def test_unknown_issuer_is_refused(self, postbox: Postbox, certificate: Certificate) -> None:
        delivery = a_mail()

        with smtp_server(postbox, tls=certificate.context()) as port:
            assert send(delivery, port) is Outcome.SERVER_DOWN

        assert postbox.mails == []
        assert delivery.last_error is not None
        assert "certificate refused" in delivery.last_error

    def test_self_signed_may_be_allowed(self, postbox: Postbox, certificate: Certificate) -> None:
        with smtp_server(postbox, tls=certificate.context()) as port:
            assert send(a_mail(), port, mail_allow_self_signed=True) is Outcome.SENT

        assert postbox.encrypted == [True]

    def test_self_signed_still_has_to_name_the_server(self, postbox: Postbox, tmp_path: Path) -> None:
        other = self_signed(tmp_path, name="mail.example.com")

        with smtp_server(postbox, tls=other.context()) as port:
            assert send(a_mail(), port, mail_allow_self_signed=True) is Outcome.SERVER_DOWN
            allowed = {"mail_allow_self_signed": True, "mail_verify_peer_name": False}
            assert send(a_mail(), port, **allowed) is Outcome.SENT

    def test_tls_insists(self, postbox: Postbox) -> None:
        with smtp_server(postbox) as port:
            assert send(a_mail(), port, mail_encryption="tls") is not Outcome.SENT

        assert postbox.mails == []

    def test_ssl_from_the_first_byte(self, postbox: Postbox, certificate: Certificate) -> None:
        with smtp_server(postbox, tls=certificate.context(), implicit=True) as port:
            settings = {"mail_encryption": "ssl", "mail_allow_self_signed": True}
            assert send(a_mail(), port, **settings) is Outcome.SENT

        assert postbox.encrypted == [True]


class TestOwnServer:
    def server(self, space: Space, port: int, **columns: Any) -> EmailServer:
        return EmailServer.objects.create(space=space, host="localhost", port=port, **columns)

    def test_the_space_s_server_takes_the_place_of_the_instance_s(self, postbox: Postbox) -> None:
        space = factories.a_space()
        with smtp_server(postbox) as port:
            self.server(space, port, from_address="hello@space.example", from_name="Space", signature="The Space Team")
            outcome = send(a_mail(space), 1, mail_host="mail.invalid", outbound_allow_private=True)

        assert outcome is Outcome.SENT
        assert postbox.envelopes[0][0] == "hello@space.example"
        assert "The Space Team" in postbox.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]

    def test_falls_back_to_the_instance_s_sender(self, postbox: Postbox) -> None:
        space = factories.a_space()
        with smtp_server(postbox) as port:
            self.server(space, port)
            send(a_mail(space), 1, outbound_allow_private=True, mail_from_address="noreply@example.org")

        assert postbox.envelopes[0][0] == "noreply@example.org"

    def test_private_addresses_are_refused(self, postbox: Postbox) -> None:
        space = factories.a_space()
        delivery = a_mail(space)
        with smtp_server(postbox) as port:
            self.server(space, port)
            assert send(delivery, 1) is Outcome.SERVER_DOWN

        assert postbox.mails == []
        assert "OUTBOUND_ALLOW_PRIVATE" in str(delivery.last_error)
