"""The words of mails: the product's own in two languages, and those of operators."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from flexiapi.config import instance
from flexiapi.messaging import catalogue
from flexiapi.messaging.services import enqueue_mail
from tests import factories
from tests.outbox import Outbox, SentMail

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).resolve().parents[2] / "deploy" / "config" / "mails"
CONTEXTS: Mapping[str, Mapping[str, str | int | None]] = {
    "register_validation": {"code": "4711", "expiration_minutes": 10},
    "recover_by_code": {"code": "4711", "expiration_minutes": 10},
    "reset_password": {"reset_password_url": "https://a.example.org/reset_password/abc", "expiration_hours": 24},
    "provisioning": {
        "wizard_url": "https://a.example.org/wizard/abc",
        "provisioning_qrcode_url": "https://a.example.org/provisioning/qrcode/def",
    },
    "newsletter_registration": {"subscriber_email": "reader@example.net"},
    "voicemail": {"sip_from": "sip:bob@example.net", "recorded_at": "2026-01-31 12:00:00"},
    "expiring_space": {"days_left": 3, "expire_at": "31-01-2026"},
}


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """The operator's directory of templates."""
    with instance.override(app_mail_templates_path=tmp_path):
        yield tmp_path


def sent(outbox: Outbox, template: str, locale: str = "en", **changes: str | int | None) -> SentMail:
    space = factories.a_space("sip.customer.example.org", name="A & B")
    account = factories.an_account(space, "alice", email="alice@example.net", display_name="<b>Alice</b>")
    context = {**CONTEXTS[template], **changes}
    enqueue_mail(space, template=template, to="alice@example.net", account=account, context=context, locale=locale)
    return outbox.mail


def test_every_mail_is_tried() -> None:
    assert set(CONTEXTS) == set(catalogue.NEEDED)


class TestOwn:
    @pytest.mark.parametrize("locale", ["en", "fr"])
    @pytest.mark.parametrize("template", CONTEXTS)
    def test_says_what_it_is_about(self, outbox: Outbox, directory: Path, template: str, locale: str) -> None:
        mail = sent(outbox, template, locale)

        assert "A & B" in mail.subject
        for half in (mail.text, mail.html):
            assert "%(" not in half
            assert ("Cordialement," if locale == "fr" else "Best regards,") in half
            for name, value in CONTEXTS[template].items():
                assert str(value) in half, name

    @pytest.mark.parametrize(
        ("template", "english", "french"),
        [
            ("register_validation", "A & B: confirm your registration", "A & B : confirmez votre inscription"),
            ("recover_by_code", "A & B: your account recovery code", "A & B : votre code de récupération de compte"),
            (
                "voicemail",
                "A & B: new voice message from sip:bob@example.net",
                "A & B : nouveau message vocal de sip:bob@example.net",
            ),
            ("expiring_space", "Your Space A & B expires in 3 days", "Votre Espace A & B expire dans 3 jours"),
        ],
    )
    def test_subjects(self, outbox: Outbox, directory: Path, template: str, english: str, french: str) -> None:
        assert sent(outbox, template).subject == english
        outbox.clear()
        enqueue_mail(
            factories.a_space(name="A & B 2"),
            template=template,
            to="alice@example.net",
            context=CONTEXTS[template],
            locale="fr",
        )
        assert outbox.mail.subject == french.replace("A & B", "A & B 2")

    def test_without_end_says_no_minutes(self, outbox: Outbox, directory: Path) -> None:
        assert "valid" not in sent(outbox, "register_validation", expiration_minutes=0).text

    def test_html_is_escaped_and_text_is_not(self, outbox: Outbox, directory: Path) -> None:
        mail = sent(outbox, "voicemail", sip_from='"<script>" <sip:x@example.net>')

        assert "<script>" not in mail.html
        assert '"<script>" <sip:x@example.net>' in mail.text


class TestCustomised:
    def test_each_half_for_itself(self, outbox: Outbox, directory: Path) -> None:
        (directory / "provisioning_custom.html").write_text("<p>{{ wizard_url }} {{ space.name }}</p>")

        mail = sent(outbox, "provisioning")

        assert mail.html == "<p>https://a.example.org/wizard/abc A &amp; B</p>"
        assert "Best regards," in mail.text

    def test_that_of_the_space_comes_first(self, outbox: Outbox, directory: Path) -> None:
        own = directory / "sip.customer.example.org"
        own.mkdir()
        (own / "voicemail_custom.txt").write_text("own {{ sip_from }} & {{ account.display_name }}")
        (directory / "voicemail_custom.txt").write_text("all")

        assert sent(outbox, "voicemail").text == "own sip:bob@example.net & <b>Alice</b>"

    def test_a_language_may_have_its_own(self, outbox: Outbox, directory: Path) -> None:
        (directory / "voicemail_custom.fr.txt").write_text("un message")
        (directory / "voicemail_custom.txt").write_text("a message")

        assert sent(outbox, "voicemail", "fr").text == "un message"

    def test_former_names_of_the_recovery_mail(self, outbox: Outbox, directory: Path) -> None:
        (directory / "authentication_custom.html").write_text("{{ recovery_code }} {{ provisioning_link }}")
        (directory / "authentication_text_custom.txt").write_text("text {{ recovery_code }}")

        mail = sent(outbox, "recover_by_code", provisioning_url="https://a.example.org/provisioning/x")

        assert mail.html == "4711 https://a.example.org/provisioning/x"
        assert mail.text == "text 4711"

    @pytest.mark.parametrize(
        "text",
        [
            "{% include '/etc/passwd' %}",
            "{% extends 'messaging/mail.html' %}",
            "{% load static %}",
            "{% debug %}",
            "{{ account.display_name|safe }}",
            "{% autoescape off %}{{ account.display_name }}{% endautoescape %}",
            "{% if %}",
            "{{ x|nofilter }}",
            "{{ account.__class__ }}",
            b"\xff\xfe",
        ],
    )
    def test_what_is_not_allowed_leaves_the_product_s_own(
        self, outbox: Outbox, directory: Path, caplog: pytest.LogCaptureFixture, text: str | bytes
    ) -> None:
        file = directory / "voicemail_custom.html"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

        mail = sent(outbox, "voicemail")

        assert "Best regards," in mail.html
        assert str(file) in caplog.text
        assert "Alice" not in caplog.text


class TestExamples:
    @pytest.mark.parametrize("half", ["html", "txt"])
    @pytest.mark.parametrize("template", CONTEXTS)
    def test_work_as_they_are(
        self, outbox: Outbox, directory: Path, caplog: pytest.LogCaptureFixture, template: str, half: str
    ) -> None:
        example = EXAMPLES / f"{template}_custom.{half}.example"
        (directory / f"{template}_custom.{half}").write_text(example.read_text())

        mail = sent(outbox, template)

        text = mail.html if half == "html" else mail.text
        assert "ERROR" not in caplog.text
        assert not text.startswith("\n")
        assert "{" not in text
        for value in CONTEXTS[template].values():
            assert str(value) in text
