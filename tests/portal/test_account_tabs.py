"""Mails to an account, and its tabs besides the first, for its administrators."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flexiapi.accounts.models import (
    Account,
    EmailChangeCode,
    ProvisioningToken,
    RecoveryCode,
    ResetPasswordEmailToken,
)
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.intercom.models import AccountType
from flexiapi.messaging.models import Delivery
from flexiapi.operations.models import AuditRecord
from flexiapi.spaces.models import CardDavServer, Space
from flexiapi.telephony.models import AccountFile, CallForwarding
from flexiapi.telephony.registrar import MemoryRegistrar
from tests import factories
from tests.portal.visitor import PageSeen, Visitor

from .test_account_editing import write
from .test_accounts import an_administrator
from .test_call_logs import a_call
from .test_devices import UUID, register
from .test_telephony import a_forwarding, a_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(db: None) -> Space:
    return factories.a_space()


@pytest.fixture
def chief(space: Space) -> Visitor:
    return an_administrator(space)


@pytest.fixture
def anna(space: Space) -> Account:
    return factories.an_account(space, "anna", email="anna@example.org")


@pytest.fixture
def page(anna: Account) -> str:
    return f"/admin/accounts/{anna.pk}"


class TestMails:
    @pytest.mark.parametrize(
        ("kind", "template", "place"),
        [("provisioning_email", "provisioning", ""), ("reset_password_email", "reset_password", "/activity")],
    )
    def test_sent_after_a_question(
        self, chief: Visitor, anna: Account, page: str, kind: str, template: str, place: str
    ) -> None:
        assert f"{page}/{kind}/create" in chief.open(page).links()
        for path in ("create", "send"):
            assert "anna@example.org" in chief.open(f"{page}/{kind}/{path}").text
        assert not Delivery.objects.exists()

        seen = chief.submit()

        assert (seen.url, seen.toasts) == (page + place, ["The mail to anna@example.org is on its way."])
        sent = Delivery.objects.get()
        assert (sent.template, sent.recipient) == (template, "anna@example.org")
        assert f"http://{anna.space.host}/" in str(sent.payload)

    def test_the_lifetime_is_told(self, chief: Visitor, page: str) -> None:
        with instance.override(app_provisioning_token_expiration_minutes=90):
            assert "good for 2 hours" in chief.open(f"{page}/provisioning_email/create").text
        assert "good for" not in chief.open(f"{page}/provisioning_email/create").text

    @pytest.mark.parametrize("kind", ["provisioning_email", "reset_password_email"])
    def test_without_an_address(self, chief: Visitor, space: Space, kind: str) -> None:
        account = factories.an_account(space)
        page = f"/admin/accounts/{account.pk}"
        assert f"{page}/{kind}/create" not in chief.open(page).links()

        seen = chief.open(f"{page}/{kind}/create")
        assert (seen.url, seen.toasts) == (page, ["This account has no e-mail address."])
        assert write(chief, f"{page}/{kind}/send", "POST").status == 302
        assert not Delivery.objects.exists()

    def test_no_password_mail_without_digest(self, chief: Visitor, anna: Account, page: str) -> None:
        factories.without_digest(anna.space)

        assert "reset_password_email" not in chief.open(page).answer.text
        assert chief.open(f"{page}/reset_password_email/create").status == 403
        assert write(chief, f"{page}/reset_password_email/send", "POST").status == 403

    def test_links_lead_to_the_host_of_the_account(self, anna: Account, page: str) -> None:
        visitor = an_administrator(factories.a_super_space())
        visitor.open(f"{page}/provisioning_email/create")
        visitor.submit()

        assert f"http://{anna.space.host}/wizard/" in str(Delivery.objects.get().payload)


class TestTelephony:
    def test_voicemails_are_listed_and_deleted_not_heard(
        self, chief: Visitor, anna: Account, page: str, data_dir: Any
    ) -> None:
        recording = a_recording(anna, caller="sip:bob@sip.example.org")

        seen = chief.open(f"{page}/telephony")
        assert "bob@sip.example.org" in seen.text
        assert not seen.dom.xpath("//audio")
        assert str(recording.name) not in seen.answer.text

        assert "bob@sip.example.org" in chief.open(f"{page}/files/{recording.pk}/delete").text
        seen = chief.submit()
        assert (seen.url, seen.toasts) == (f"{page}/telephony", ["The voicemail was deleted."])
        assert not AccountFile.objects.exists()

    def test_forwardings_of_the_account_that_is_shown(self, chief: Visitor, anna: Account, page: str) -> None:
        own = a_forwarding(Account.objects.get(username="chief"))
        contact = factories.an_account(anna.space, "bob")
        factories.a_contact(anna, contact)

        chief.open(f"{page}/telephony")
        seen = chief.submit(
            {"busy[enabled]": "on", "busy[forward_to]": "contact", "busy[contact_id]": str(contact.pk)},
            action=f"{page}/call_forwardings",
        )

        assert (seen.url, seen.toasts) == (f"{page}/telephony", ["Call forwarding was saved."])
        row = CallForwarding.objects.get(account=anna)
        assert (row.type, row.contact_id, row.enabled) == ("busy", contact.pk, True)
        assert CallForwarding.objects.exclude(account=anna).get() == own

    def test_refused_forwardings_are_told(self, chief: Visitor, page: str) -> None:
        chief.open(f"{page}/telephony")
        seen = chief.submit({"busy[enabled]": "on", "busy[sip_uri]": "nonsense"}, action=f"{page}/call_forwardings")

        assert seen.url == f"{page}/telephony"
        assert "valid SIP URI" in seen.error_of("busy[sip_uri]")

    def test_voicemails_of_others(self, chief: Visitor, page: str) -> None:
        theirs = a_recording(factories.an_account(factories.a_space()))

        assert chief.open(f"{page}/files/{theirs.pk}/delete").status == 404
        assert write(chief, f"{page}/files/{theirs.pk}", "DELETE").status == 404
        assert chief.open(f"{page}/files/x/delete").status == 404


class TestCalls:
    def test_both_directions_with_the_peer_in_bold(self, chief: Visitor, anna: Account, page: str) -> None:
        a_call(anna, "bob", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
        a_call(anna, "carla", at=datetime(2026, 3, 2, 12, tzinfo=UTC), incoming=True)

        seen = chief.open(f"{page}/statistics/call_logs")

        assert [str(name).partition("@")[0] for name in seen.dom.xpath("//td//strong/text()")] == ["carla", "bob"]
        assert "2 calls" in seen.text

    def test_by_days(self, chief: Visitor, anna: Account, page: str) -> None:
        for day in (1, 2, 3):
            a_call(anna, f"day{day}", at=datetime(2026, 3, day, 12, tzinfo=UTC))

        seen = chief.open(f"{page}/statistics/call_logs?from=2026-03-02&to=2026-03-02")
        assert ("day2@" in seen.text, "day1@" in seen.text, "day3@" in seen.text) == (True, False, False)
        assert chief.open(f"{page}/statistics/call_logs?from=x").status == 422
        answer = write(chief, f"{page}/statistics/call_logs", "POST", **{"from": "2026-03-02", "to": ""}).answer
        assert answer.header("Location") == f"{page}/statistics/call_logs?from=2026-03-02"


class TestActivity:
    def section(self, seen: PageSeen, title: str) -> str:
        (found,) = seen.dom.xpath(f"//section[h2='{title}']")
        return " ".join(found.text_content().split())

    def test_nothing(self, chief: Visitor, page: str) -> None:
        assert "Nothing has happened yet" in chief.open(f"{page}/activity").text

    def test_live_secrets_are_not_shown(self, chief: Visitor, anna: Account, page: str) -> None:
        factories.a_key(anna)
        token = factories.a_creation_token(anna, user_agent="Linphone" + "x" * 40)
        RecoveryCode.objects.create(account=anna, code="8642", email="anna@example.org", ip="192.0.2.1")
        EmailChangeCode.objects.create(account=anna, code=None, email="new@example.org")
        ResetPasswordEmailToken.objects.create(account=anna, token="h" * 64, email="anna@example.org")

        seen = chief.open(f"{page}/activity")

        for secret in ("8642", "h" * 10, token.token, anna.api_keys.get().key):
            assert secret not in seen.answer.text
        assert f"…{token.token[-4:]}" in self.section(seen, "Account creation")
        assert "anna@example.org" in self.section(seen, "Recovery codes")
        assert "192.0.2.1" in self.section(seen, "Recovery codes")
        assert "new@example.org" in self.section(seen, "Changes of the e-mail address")
        assert seen.dom.xpath("//td/span[@title]/@title")[1] == "Linphone" + "x" * 40
        assert len(seen.dom.xpath("//table//s")) == 2  # the used creation token, the entered code

    def test_the_newest_provisioning_link_is_alive(self, chief: Visitor, anna: Account, page: str) -> None:
        former, newest = factories.a_token(anna), factories.a_token(anna)

        seen = chief.open(f"{page}/activity")

        assert seen.dom.xpath("//s/text()") == [former.token]
        assert str(newest.token) in self.section(seen, "Setup links")

    def test_old_ones_are_struck_through(self, chief: Visitor, anna: Account, page: str) -> None:
        factories.a_token(anna)
        ProvisioningToken.objects.update(created_at=now() - timedelta(hours=2))

        with instance.override(app_provisioning_token_expiration_minutes=60):
            assert len(chief.open(f"{page}/activity").dom.xpath("//s")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/provisioning_email/create",
        "/reset_password_email/send",
        "/telephony",
        "/statistics",
        "/statistics/call_logs",
        "/activity",
    ],
)
def test_others_accounts_are_not_there(chief: Visitor, path: str) -> None:
    stranger = factories.an_account(factories.a_space(), email="x@example.org")

    assert chief.open(f"/admin/accounts/{stranger.pk}{path}").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/provisioning_email/send"),
        ("POST", "/reset_password_email/send"),
        ("PUT", "/call_forwardings"),
        ("DELETE", "/files/x"),
        ("POST", "/statistics/call_logs"),
    ],
)
def test_nor_to_be_written(chief: Visitor, method: str, path: str) -> None:
    stranger = factories.an_account(factories.a_space(), email="x@example.org")

    assert write(chief, f"/admin/accounts/{stranger.pk}{path}", method).status == 404
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_write_is_told_in_the_audit_log(registrar: MemoryRegistrar) -> None:
    space = factories.a_space(intercom_features=True, carddav_user_credentials=True)
    visitor = an_administrator(space)
    account = factories.an_account(space, "anna", email="anna@example.org", dtmf_protocol="sipinfo")
    bob = factories.an_account(space, "bob")
    page = f"/admin/accounts/{account.pk}"
    register(registrar, account)
    server = CardDavServer.objects.create(space=space, uri="https://dav.example.org/")
    kind = AccountType.objects.create(key="gate")
    credentials = {"username": "anna", "realm": "dav", "algorithm": "MD5", "password": "hush hush"}
    AuditRecord.objects.all().delete()

    for method, path, fields in [
        ("POST", "/provisioning_email/send", {}),
        ("POST", "/external", {"username": "out", "domain": "sip.example.net", "protocol": "TLS", "password": "hush"}),
        ("POST", "/carddavs", {"carddav_id": server.pk, **credentials}),
        ("DELETE", "/devices", {"uuid": UUID}),
        ("DELETE", f"/files/{a_recording(account).pk}", {}),
        ("PUT", "/call_forwardings", {"busy[enabled]": "on", "busy[forward_to]": "voicemail"}),
        ("POST", "/contacts", {"sip": bob.identifier}),
        ("POST", "/contacts_lists", {"contacts_list_id": factories.a_contacts_list(space, title="Sales").pk}),
        ("POST", "/types", {"account_type_id": kind.pk}),
        ("POST", "/actions", {"key": "door", "code": "1"}),
    ]:
        assert write(visitor, page + path, method, **fields).status == 302, path

    records = list(AuditRecord.objects.order_by("id"))
    assert {(row.actor, row.object, row.ip) for row in records} == {
        (f"chief@{space.domain}", account.identifier, "127.0.0.1")
    }
    assert records[0].action == "account.mailed"
    assert [next(iter(json.loads(str(row.after)))) for row in records[1:]] == [
        "external account",
        f"CardDAV credentials {server.pk}",
        "device",
        "voicemail",
        "call forwarding busy",
        "contact",
        "contacts list",
        "type",
        "action",
    ]
    assert "hush" not in "".join(str(row.after) for row in records)
