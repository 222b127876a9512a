"""Deliveries from their cause to their end."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging import mail_gateways, sending, services
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.sending import Outcome
from flexiapi.spaces.models import EmailServer, Space
from tests import factories
from tests.api import Api
from tests.messaging.servers import Postbox, smtp_server
from tests.outbox import Outbox


def a_mail(space: Space, to: str = "alice@example.net", **more: Any) -> Delivery:
    context = {"code": "4711", "expiration_minutes": 10}
    return services.enqueue_mail(space, template="register_validation", to=to, context=context, **more)


def never() -> bool:
    return False


@pytest.mark.django_db
class TestEnqueue:
    def test_a_mail_needs_its_variables(self) -> None:
        with pytest.raises(ValueError, match="code"):
            services.enqueue_mail(None, template="register_validation", to="a@example.org", context={})
        with pytest.raises(ValueError, match="no mail is called"):
            services.enqueue_mail(None, template="nothing", to="a@example.org", context={})

    def test_the_outbox_shows_what_was_caused(self, outbox: Outbox) -> None:
        space = factories.a_space()
        services.enqueue_sms(space, to="+33612345678", text="Your X validation code is 4711.")
        a_mail(space, locale="fr-FR")

        assert outbox.mail.to == "alice@example.net"
        assert outbox.mail.context["code"] == "4711"
        assert "Cordialement" in outbox.mail.text
        assert [sms.recipient for sms in outbox.sms] == ["+33612345678"]


@pytest.mark.django_db
class TestContents:
    def stored(self, delivery: Delivery) -> str:
        """What the column holds, as text."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT payload FROM deliveries WHERE id = %s", [delivery.pk])
            return str(cursor.fetchone()[0])

    def test_the_database_alone_gives_no_code_away(self) -> None:
        delivery = a_mail(factories.a_space())

        assert "4711" not in self.stored(delivery)
        assert "sealed" in self.stored(delivery)
        assert Delivery.objects.get().payload["context"]["code"] == "4711"

    def test_they_are_gone_once_sent(self) -> None:
        delivery = a_mail(factories.a_space())

        with instance.override(mail_driver="array"):
            assert sending.deliver(delivery.pk) is Outcome.SENT

        assert self.stored(delivery) == "{}"

    def test_those_of_before_are_read_as_they_are(self) -> None:
        delivery = a_mail(factories.a_space())
        with connection.cursor() as cursor:
            cursor.execute("UPDATE deliveries SET payload = %s", [json.dumps({"context": {"code": "1234"}})])

        delivery.refresh_from_db()

        assert delivery.payload == {"context": {"code": "1234"}}

    def test_a_key_that_was_forgotten_is_told(self) -> None:
        delivery = a_mail(factories.a_space())

        with instance.override(mail_driver="array", app_key=b"another key of thirty-two bytes!"):
            assert sending.deliver(delivery.pk) is Outcome.FAILED

        delivery.refresh_from_db()
        assert "APP_PREVIOUS_KEYS" in (delivery.last_error or "")

    def test_a_former_key_still_opens_them(self) -> None:
        delivery = a_mail(factories.a_space())
        former = instance.current().app_key

        with instance.override(mail_driver="array", app_key=b"x" * 32, app_previous_keys=(former,)):
            assert sending.deliver(delivery.pk) is Outcome.SENT


@pytest.mark.django_db(transaction=True)
class TestCommit:
    def test_inline_leaves_after_the_commit(self) -> None:
        space = factories.a_space()
        with instance.override(mail_driver="array", deliveries_inline=True):
            mail_gateways.memory.sent.clear()
            with transaction.atomic():
                a_mail(space)
                assert mail_gateways.memory.sent == []
            assert len(mail_gateways.memory.sent) == 1

    def test_a_rollback_sends_nothing(self) -> None:
        space = factories.a_space()
        with instance.override(mail_driver="array", deliveries_inline=True):
            mail_gateways.memory.sent.clear()
            with transaction.atomic():
                a_mail(space)
                transaction.set_rollback(True)
            assert mail_gateways.memory.sent == []
        assert not Delivery.objects.exists()

    def test_racing_workers_send_each_once(self) -> None:
        space = factories.a_space()
        for number in range(50):
            a_mail(space, to=f"user{number}@example.net")
        postbox = Postbox()

        def work() -> None:
            try:
                sending.deliver_due(until=never)
            finally:
                connection.close()

        with (
            smtp_server(postbox) as port,
            instance.override(mail_driver="smtp", mail_host="localhost", mail_port=port),
        ):
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            work()  # what one left to the other at the very end

        assert sorted(to for _, (to,) in postbox.envelopes) == sorted(f"user{n}@example.net" for n in range(50))
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
class TestLease:
    def test_a_dead_process_keeps_nothing(self, outbox: Outbox) -> None:
        delivery = a_mail(factories.a_space())
        Delivery.objects.filter(pk=delivery.pk).update(state="sending", attempts=1, locked_until=now())

        assert sending.deliver_due(until=never) == 1
        assert len(mail_gateways.memory.sent) == 1

    def test_a_living_one_is_left_alone(self, outbox: Outbox) -> None:
        delivery = a_mail(factories.a_space())
        later = now() + timedelta(minutes=1)
        Delivery.objects.filter(pk=delivery.pk).update(state="sending", attempts=1, locked_until=later)

        assert sending.deliver(delivery.pk) is Outcome.SKIPPED
        assert sending.deliver_due(until=never) == 0

    def test_who_was_away_too_long_sends_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        delivery = a_mail(factories.a_space())

        class Slow(mail_gateways.MemoryGateway):
            def send(self, mail: Any, *, confirm: Any) -> None:
                Delivery.objects.filter(pk=delivery.pk).update(locked_until=now() + timedelta(minutes=9))
                super().send(mail, confirm=confirm)

        slow = Slow()
        monkeypatch.setattr(mail_gateways, "memory", slow)
        with instance.override(mail_driver="array"):
            assert sending.deliver(delivery.pk) is Outcome.SKIPPED
        assert slow.sent == []

    def test_what_kills_its_sender_ends(self, outbox: Outbox) -> None:
        delivery = a_mail(factories.a_space())
        Delivery.objects.filter(pk=delivery.pk).update(state="sending", attempts=12, locked_until=now())

        assert sending.deliver_due(until=never) == 0

        delivery.refresh_from_db()
        assert delivery.state == "failed"

    def test_the_same_message_id_at_each_attempt(self, outbox: Outbox) -> None:
        delivery = a_mail(factories.a_space())
        sending.deliver(delivery.pk)
        again = {"state": "pending", "next_attempt_at": now(), "payload": delivery.payload}
        Delivery.objects.filter(pk=delivery.pk).update(**again)
        sending.deliver(delivery.pk)

        first, second = mail_gateways.memory.sent
        assert first.message_id == second.message_id


@pytest.mark.django_db
class TestBackOff:
    def test_pauses_double_up_to_six_hours(self) -> None:
        seconds = [sending.pause(attempts).total_seconds() for attempts in range(1, 13)]

        assert seconds[:4] == [30, 60, 120, 240]
        assert seconds[-2:] == [21600, 21600]

    def test_a_server_that_is_down_is_asked_once(self) -> None:
        own, other = factories.a_space(), factories.a_space()
        EmailServer.objects.create(space=own, host="localhost", port=1)
        for number in range(3):
            a_mail(own, to=f"down{number}@example.net")
            a_mail(other, to=f"up{number}@example.net")
        postbox = Postbox()

        with (
            smtp_server(postbox) as port,
            instance.override(mail_driver="smtp", mail_host="localhost", mail_port=port, outbound_allow_private=True),
        ):
            assert sending.deliver_due(until=never) == 3

        attempts = Delivery.objects.filter(space=own).values_list("attempts", flat=True)
        assert sorted(attempts) == [0, 0, 1]
        assert {to for _, (to,) in postbox.envelopes} == {f"up{n}@example.net" for n in range(3)}


@pytest.mark.django_db
class TestDoor:
    def test_administrators_see_what_became_of_messages(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        sent, waiting = a_mail(space, account=account), a_mail(space)
        text = services.enqueue_sms(space, to="+33612345678", text="Your X validation code is 4711.")
        Delivery.objects.filter(pk=sent.pk).update(state="sent", attempts=1, sent_at=now(), next_attempt_at=None)
        a_mail(factories.a_space())
        admin = api.as_admin(space)

        answer = admin.get("/api/deliveries")

        assert [one["id"] for one in answer.json["data"]] == [text.pk, waiting.pk, sent.pk]
        assert list(answer.json) == ["data", "next_cursor"]
        assert "4711" not in answer.text
        assert [one["recipient"] for one in answer.json["data"]] == [
            "+336***78",
            "al***@example.net",
            "al***@example.net",
        ]
        assert admin.get(f"/api/deliveries/{sent.pk}").json == {
            **answer.json["data"][2],
            "template": "register_validation",
            "account_id": account.pk,
            "state": "sent",
            "attempts": 1,
            "next_attempt_at": None,
        }
        for query, found in {
            "state=sent": [sent],
            "kind=sms": [text],
            f"account={account.pk}&kind=mail": [sent],
            "limit=1": [text],
        }.items():
            listed = admin.get(f"/api/deliveries?{query}").json["data"]
            assert [one["id"] for one in listed] == [one.pk for one in found], query

    @pytest.mark.parametrize(
        "query", ["state=lost", "kind=fax", "account=x", "account=9999999999", "limit=0", "after=x"]
    )
    def test_bad_filters(self, api: Api, query: str) -> None:
        answer = api.as_admin(factories.a_space()).get(f"/api/deliveries?{query}")

        assert (answer.status, list(answer.errors)) == (422, [query.partition("=")[0]])

    def test_what_failed_starts_anew(self, api: Api, outbox: Outbox) -> None:
        space = factories.a_space()
        delivery = a_mail(space)
        Delivery.objects.filter(pk=delivery.pk).update(state="failed", attempts=12, last_error="x")

        again = api.as_admin(space).post(f"/api/deliveries/{delivery.pk}/resend")

        assert again.status == 200
        assert (again.json["state"], again.json["attempts"], again.json["last_error"]) == ("pending", 0, None)
        assert outbox.mail.to == "alice@example.net"

    def test_what_was_sent_is_gone(self, api: Api, outbox: Outbox) -> None:
        space = factories.a_space()
        delivery = a_mail(space)
        sending.deliver(delivery.pk)

        refused = api.as_admin(space).post(f"/api/deliveries/{delivery.pk}/resend")

        assert (refused.status, refused.message) == (409, "The message was sent already or is being sent")

    def test_another_space_s_is_unknown(self, api: Api) -> None:
        delivery = a_mail(factories.a_space())
        path = f"/api/deliveries/{delivery.pk}"
        stranger = api.as_admin(factories.a_space())

        assert (stranger.get(path).status, stranger.post(f"{path}/resend").status) == (404, 404)
        assert stranger.get("/api/deliveries").json["data"] == []
        root = api.as_super_admin()
        assert (root.get(path).status, root.post(f"{path}/resend").status) == (200, 200)


@pytest.mark.django_db
class TestForget:
    def test_after_thirty_days(self) -> None:
        space = factories.a_space()
        old, young = a_mail(space), a_mail(space)
        Delivery.objects.filter(pk=old.pk).update(created_at=now() - timedelta(days=31))

        assert services.forget_old() == 1
        assert list(Delivery.objects.values_list("pk", flat=True)) == [young.pk]


@pytest.mark.django_db
class TestLogs:
    @pytest.mark.parametrize("environment", ["production", "testing"])
    def test_hold_no_code(self, caplog: pytest.LogCaptureFixture, environment: str) -> None:
        space = factories.a_space()
        with caplog.at_level("INFO"), instance.override(mail_driver="log", sms_driver="log", app_env=environment):
            sending.deliver(a_mail(space).pk)
            text = "Your X validation code is 4711."
            sending.deliver(services.enqueue_sms(space, to="+33612345678", text=text).pk)

        assert "al***@example.net" in caplog.text
        assert "4711" not in caplog.text
        assert "+33612345678" not in caplog.text

    def test_of_production_hold_none_on_any_level(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG", "flexiapi"), instance.override(mail_driver="log", app_env="production"):
            sending.deliver(a_mail(factories.a_space()).pk)

        assert "4711" not in caplog.text
