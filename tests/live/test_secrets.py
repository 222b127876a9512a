"""The life of an account on the real server: what is secret stands in no log, error, delivery or audit record."""

import json
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from flexiapi.accounts.models import Account
from flexiapi.messaging.models import Delivery
from flexiapi.operations.models import AuditRecord
from tests import factories
from tests.live import server
from tests.live.phone import Phone
from tests.live.processes import Program, running, wait_until
from tests.live.replies import Reply
from tests.messaging.servers import Postbox, smtp_server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

PUSHER = """#!/usr/bin/env python3
import pathlib, sys
pathlib.Path(__file__).with_suffix(".argv").write_text(sys.argv[sys.argv.index("--customPayload") + 1])
"""
FIRST, SECOND = "first-s3cret-of-alice", "second-s3cret-of-alice"
NUMBER = "+33612345678"


class Life:
    """A phone that remembers every refusal."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.refusals: list[bytes] = []

    def send(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Reply:
        return self._checked(self.phone.send(method, path, body, **headers), status)

    def digest(
        self, method: str, path: str, account: Account, password: str, body: Any = None, *, status: int = 200
    ) -> Reply:
        return self._checked(self.phone.digest(method, path, account, password, body), status)

    def _checked(self, reply: Reply, status: int) -> Reply:
        assert reply.status == status, (reply.status, reply.body)
        if reply.status >= 400:
            self.refusals.append(reply.body)
        return reply


@contextmanager
def worker(folder: Path, environment: dict[str, str]) -> Iterator[Program]:
    own = {
        "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
        "DB_DATABASE": str(connection.settings_dict["NAME"]),
        "FLEXIAPI_DATA_DIR": str(folder / "data"),
        **environment,
    }
    with running([sys.executable, "-m", "flexiapi", "worker"], folder, own) as program:
        yield program


def a_pusher(folder: Path) -> Path:
    program = folder / "pusher.py"
    program.write_text(PUSHER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def found_in(mails: Postbox, number: int, pattern: str) -> str:
    wait_until(lambda: len(mails.mails) >= number, f"mail {number}")
    content = mails.mails[number - 1].get_body(("plain",))
    assert content is not None
    found = re.search(pattern, content.get_content(), re.MULTILINE)
    assert found is not None, content.get_content()
    return found[1]


def test_nothing_tells_them(tmp_path: Path) -> None:
    space = factories.a_space()
    factories.activate_countries("FR")
    chief = factories.a_key(factories.an_account(space, admin=True))
    postbox, pusher = Postbox(), a_pusher(tmp_path)
    with smtp_server(postbox) as port:
        environment = {
            "APP_ENV": "production",
            "APP_KEY": "base64:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "LOG_CHANNEL": "stack",
            "LOG_LEVEL": "debug",
            "APP_FLEXISIP_PUSHER_PATH": str(pusher),
            "MAIL_DRIVER": "smtp",
            "MAIL_HOST": "localhost",
            "MAIL_PORT": str(port),
            "SMS_DRIVER": "log",
            "RATE_LIMIT_CREDENTIALS": "true",
        }
        with (
            server.serving(tmp_path, environment=environment) as product,
            worker(tmp_path, environment) as sender,
            Phone(product.port, f"{space.host}:{product.port}") as phone,
        ):
            life = Life(phone)
            secrets = live(life, postbox, pusher, chief)
            wait_until(lambda: not Delivery.objects.exclude(state="sent").exists(), "the worker", running=sender)
            deliveries = str(list(Delivery.objects.values()))
            life.digest("DELETE", "/api/accounts/me", Account.objects.get(username="alice"), SECOND)

    logs = [*tmp_path.glob("*.out"), *(tmp_path / "data").rglob("*.log")]
    texts = {str(path.relative_to(tmp_path)): path.read_text(errors="replace") for path in logs}
    assert {path.name.partition("-")[0] for path in logs} >= {"flexiapi.log", "events"}, logs
    texts["refusals"] = b"\n".join(life.refusals).decode()
    texts |= {"deliveries": deliveries, "audit": str(list(AuditRecord.objects.values()))}
    assert (texts["refusals"].count('"message"'), deliveries.count("'sent'"), texts["audit"].count("deleted")) == (
        9,
        3,
        1,
    )
    assert [
        (name, kind) for name, text in texts.items() for kind, secret in secrets.items() if tells(text, secret)
    ] == []


def tells(text: str, secret: str) -> bool:
    """Whether a text holds a secret; four digits only where they are no part of a number, date or address."""
    return re.search(rf"(?<![\w.:-]){secret}(?![\w.:-])" if secret.isdigit() else secret, text) is not None


def live(life: Life, postbox: Postbox, pusher: Path, chief: str) -> dict[str, str]:
    """Register, prove, change, link and delete, with a wrong try before each right one; returns what was secret."""
    secrets = {"first password": FIRST, "second password": SECOND, "administrator's key": chief}
    device = {"pn_provider": "fcm", "pn_param": "app", "pn_prid": "d"}
    life.send("POST", "/api/account_creation_tokens/send-by-push", device)
    secrets["creation token"] = token = json.loads(pusher.with_suffix(".argv").read_text())["token"]

    register = {"account_creation_token": token, "username": "alice", "password": FIRST}
    life.send("POST", "/api/accounts/with-account-creation-token", {**register, "username": "A"}, status=422)
    life.send("POST", "/api/accounts/with-account-creation-token", register)
    life.send("POST", "/api/accounts/with-account-creation-token", {**register, "username": "bob"}, status=422)
    alice = Account.objects.get(username="alice")
    life.digest("GET", "/api/accounts/me", alice, f"{FIRST}x", status=401)

    told = life.digest("GET", "/api/accounts/me/provision", alice, FIRST).json
    secrets["provisioning token"] = link = told["provisioning_token"]
    for status in (200, 404):
        life.send("GET", f"/provisioning/{link}", status=status, X_Linphone_Provisioning="1")

    path = "/api/accounts/me/email"
    life.digest("POST", f"{path}/request", alice, FIRST, {"email": "alice@example.net"})
    secrets["e-mail code"] = code = found_in(postbox, 1, r"^\s*(\d{4})\s*$")
    life.digest("POST", path, alice, FIRST, {"code": "1000" if code != "1000" else "1001"}, status=422)
    life.digest("POST", path, alice, FIRST, {"code": code})

    path = "/api/accounts/me/phone"
    life.digest("POST", f"{path}/request", alice, FIRST, {"phone": NUMBER})
    secrets["phone code"] = code = alice.phone_change_codes.get().code or ""
    life.digest("POST", path, alice, FIRST, {"code": "1000" if code != "1000" else "1001"}, status=422)
    life.digest("POST", path, alice, FIRST, {"code": code})

    change = {"algorithm": "SHA-256", "old_password": f"{FIRST}x", "password": SECOND}
    life.digest("POST", "/api/accounts/me/password", alice, FIRST, change, status=422)
    life.digest("POST", "/api/accounts/me/password", alice, FIRST, {**change, "old_password": FIRST})

    secrets["auth token"] = token = life.send("POST", "/api/accounts/auth_token", status=201).json["token"]
    life.digest("GET", f"/api/accounts/auth_token/{token}/attach", alice, SECOND)
    secrets["key"] = key = life.send("GET", f"/api/accounts/me/api_key/{token}").json["api_key"]
    life.send("GET", f"/api/accounts/me/api_key/{token}", status=404)
    life.send("GET", "/api/accounts/me", x_api_key=key)
    life.send("GET", "/api/accounts/me", status=401, x_api_key=f"{key}x")

    life.send("POST", f"/api/accounts/{alice.pk}/send_reset_password_email", x_api_key=chief)
    secrets["reset token"] = link = found_in(postbox, 2, r"/reset_password/(\w{16})")
    life.send("GET", f"/reset_password/{link}x", status=404, Accept="text/html")
    return secrets
