"""Redis is configured and away: only what is Redis's own business says so, all else goes on."""

import re
import sys
from pathlib import Path

import pytest
from django.db import connection

from flexiapi.accounts.models import Account
from flexiapi.messaging.models import Delivery
from tests import factories, requirements
from tests.live import server
from tests.live.phone import Phone
from tests.live.processes import running, wait_until
from tests.messaging.servers import Postbox, smtp_server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]

DEVICE = "urn:uuid:5c2f3d6e-0000-4000-8000-00000000000a"


def test_an_account_lives_without_it(tmp_path: Path) -> None:
    space = factories.a_space()
    alice = factories.an_account(space, "alice", password="s3cret")
    factories.a_creation_token(alice)
    chief = factories.a_key(factories.an_account(space, admin=True))
    postbox = Postbox()
    with smtp_server(postbox) as port:
        environment = {
            "APP_ENV": "production",
            "LOG_CHANNEL": "stack",
            "APP_KEY": "base64:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(requirements.free_port()),
            "MAIL_DRIVER": "smtp",
            "MAIL_HOST": "localhost",
            "MAIL_PORT": str(port),
            "RATE_LIMIT_CREDENTIALS": "true",
            "RATE_LIMIT_API_PER_MINUTE": "600",
        }
        own = {
            "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
            "DB_DATABASE": str(connection.settings_dict["NAME"]),
            "FLEXIAPI_DATA_DIR": str(tmp_path / "data"),
            **environment,
        }
        with (
            server.serving(tmp_path, environment=environment) as product,
            running([sys.executable, "-m", "flexiapi", "worker"], tmp_path, own) as worker,
            Phone(product.port, f"{space.host}:{product.port}") as phone,
        ):
            devices = phone.digest("GET", "/api/accounts/me/devices", alice, "s3cret")
            assert (devices.status, devices.body) == (200, b"{}")
            refused = phone.digest("DELETE", f"/api/accounts/me/devices/{DEVICE}", alice, "s3cret")
            assert (refused.status, refused.json) == (503, {"message": "The registrar cannot be reached"})
            by_admin = phone.send("DELETE", f"/api/accounts/{alice.pk}/devices/{DEVICE}", x_api_key=chief)
            assert by_admin.status == 503

            assert phone.digest("GET", "/api/accounts/me", alice, "wrong").status == 401
            body = {"email": "alice@example.net"}
            asked = phone.digest("POST", "/api/accounts/me/email/request", alice, "s3cret", body)
            assert asked.status == 200, asked.body
            wait_until(lambda: bool(postbox.mails), "the sweep", seconds=40, running=worker)
            text = postbox.mails[0].get_body(("plain",))
            assert text is not None
            code = re.search(r"^\s*(\d{4})\s*$", text.get_content(), re.MULTILINE)
            assert code is not None
            proven = phone.digest("POST", "/api/accounts/me/email", alice, "s3cret", {"code": code[1]})
            assert (proven.status, proven.json["email"]) == (200, "alice@example.net")

            external = {"username": "alice", "domain": "provider.example.net", "password": "s3cret", "protocol": "UDP"}
            made = phone.post(f"/api/accounts/{alice.pk}/external", external, x_api_key=chief)
            assert made.status == 201, made.body
            assert phone.get("/login", Accept="text/html").status == 200
            gone = phone.digest("DELETE", "/api/accounts/me", alice, "s3cret")
            assert (gone.status, gone.body) == (200, b"1")
            assert not Account.objects.filter(pk=alice.pk).exists()
            assert not Delivery.objects.exclude(state="sent").exists()
            assert worker.end() == 0

    logs = "".join(path.read_text() for path in (tmp_path / "data").rglob("*.log"))
    assert "Traceback" not in product.program.output + worker.output + logs
    assert 1 <= logs.count("The queue cannot be read") <= 3
