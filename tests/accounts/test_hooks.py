"""The operator's hooks on accounts, and the lines of the event log."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging.models import Delivery
from tests import factories
from tests.api import Api
from tests.outbox import Outbox

pytestmark = pytest.mark.django_db(transaction=True)

HOOKS = """
import json
from pathlib import Path

NOTES = Path(__file__).with_name("notes")

def note(name, request, account):
    line = {"hook": name, "id": account.id, "username": account.username, "email": account.email,
            "host": request.host, "caller": request.caller, "agent": request.headers.get("User-Agent")}
    with NOTES.open("a") as notes:
        notes.write(json.dumps(line) + "\\n")

def account_created(request, account):
    note("created", request, account)

def account_edited(request, account):
    note("edited", request, account)

def account_destroyed(request, account):
    note("destroyed", request, account)
    raise RuntimeError("hooks may fail")
"""


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """A configuration directory with hooks."""
    (tmp_path / "account_service_hooks.py").write_text(HOOKS)
    with instance.override(flexiapi_config_dir=tmp_path):
        yield tmp_path


def notes(directory: Path) -> list[dict[str, Any]]:
    """What the hooks wrote down."""
    file = directory / "notes"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


class TestHooks:
    def test_an_accounts_life(self, api: Api, directory: Path) -> None:
        space = factories.a_space()
        admin = factories.an_account(space, "root", admin=True)
        client = api.as_account(admin).using(User_Agent="Tool/1")

        made = client.post("/api/accounts", {"username": "bob", "password": "s3cret", "email": "b@example.org"}).json
        client.put(f"/api/accounts/{made['id']}", {"username": "bobby"})
        client.post(f"/api/accounts/{made['id']}/block")
        deleted = client.delete(f"/api/accounts/{made['id']}")

        assert deleted.status == 200
        seen = {"id": made["id"], "host": space.host, "caller": f"root@{space.domain}", "agent": "Tool/1"}
        assert notes(directory) == [
            {"hook": "created", "username": "bob", "email": "b@example.org", **seen},
            {"hook": "edited", "username": "bobby", "email": None, **seen},
            {"hook": "destroyed", "username": "bobby", "email": None, **seen},
        ]

    def test_registration_has_no_caller(self, api: Api, directory: Path) -> None:
        body = {"username": "bob", "password": "s3cret", "account_creation_token": factories.a_creation_token().token}

        api.on(factories.a_space()).post("/api/accounts/with-account-creation-token", body)

        (note,) = notes(directory)
        assert (note["hook"], note["username"], note["caller"]) == ("created", "bob", None)

    def test_refused_requests_call_nothing(self, api: Api, directory: Path) -> None:
        api.as_admin(factories.a_space()).post("/api/accounts", {"username": "Bob"})

        assert notes(directory) == []

    def test_columns_are_read_only(self, api: Api, directory: Path) -> None:
        (directory / "account_service_hooks.py").write_text(
            "def account_created(request, account):\n    account.admin = True\n"
        )

        made = api.as_admin(factories.a_space()).post("/api/accounts", {"username": "bob", "password": "s3cret"})

        assert made.status == 200
        assert not Account.objects.get(username="bob").admin


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What the event log got."""
    with caplog.at_level(logging.INFO, "flexiapi.events"), structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


class TestEventLog:
    def test_what_happened_without_secrets(self, api: Api, events: list[dict[str, Any]]) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "bob", email="bob@example.org")
        factories.a_creation_token(account)
        admin, bob = api.as_admin(space), api.as_account(account)

        bob.post("/api/accounts/me/email/request", {"email": "new@example.org"})
        bob.post("/api/accounts/me/email", {"code": account.email_change_codes.get().code})
        bob.post("/api/accounts/me/password", {"password": "s3cret-password"})
        admin.post(f"/api/accounts/{account.pk}/send_provisioning_email")
        admin.post(f"/api/accounts/{account.pk}/deactivate")
        admin.get(f"/api/accounts/{account.pk}/provision")
        admin.delete(f"/api/accounts/{account.pk}")

        assert [line["event"] for line in events] == [
            "email change requested",
            "email changed",
            "password updated",
            "provisioning mail sent",
            "account deactivated",
            "account provisioned",
            "account destroyed",
        ]
        assert {line["id"] for line in events} == {f"bob@{space.domain}"}
        text = repr(events)
        for secret in ("new@example", "s3cret", "bob@example.org"):
            assert secret not in text

    def test_what_left(self, api: Api, events: list[dict[str, Any]], outbox: Outbox) -> None:
        account = factories.an_account(factories.a_space(), "bob")
        factories.a_creation_token(account)
        factories.activate_countries("FR")
        bob = api.as_account(account)

        bob.post("/api/accounts/me/phone/request", {"phone": "+33612345678"})
        code = outbox.sms[-1].text.split(" is ")[1][:4]
        Delivery.objects.create(
            account=account,
            kind="mail",
            template="register_validation",
            locale="en",
            recipient="nobody",
            payload={"context": {"code": "4711", "expiration_minutes": 10}},
            next_attempt_at=now(),
        )
        assert outbox.mails == []
        with instance.override(push_driver="array"):
            device = {"pn_provider": "fcm", "pn_param": "app", "pn_prid": "s3cret-device", "type": "call"}
            assert bob.post("/api/push_notification", device).status == 200

        lines = [(line["event"], line["id"]) for line in events]
        assert lines == [
            (event, account.identifier)
            for event in ("phone change requested", "SMS sent", "mail failed", "push notification sent")
        ]
        for secret in (code, "4711", "+33612345678", "nobody", "s3cret-device"):
            assert secret not in repr([{**line, "delivery_id": None} for line in events])
