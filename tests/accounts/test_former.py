"""The deprecated public endpoints, as the account creators of Linphone 4 and 5 call them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.messaging.models import Delivery
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NUMBER = "+33612345678"


@pytest.fixture
def _switched_on() -> Iterator[None]:
    factories.activate_countries("FR")
    with instance.override(app_dangerous_endpoints=True):
        yield


def sent() -> str:
    """The code or key of the last message."""
    payload = Delivery.objects.latest("id").payload
    return str(payload["context"]["code"]) if "context" in payload else str(payload["text"]).split()[-1].rstrip(".")


class TestOff:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "bob@{}/info"),
            ("GET", "+33612345678/info-by-phone"),
            ("POST", "public"),
            ("POST", "recover-by-phone"),
            ("GET", "bob@{}/recover/1234"),
            ("POST", "bob@{}/activate/email"),
            ("POST", "bob@{}/activate/phone"),
        ],
    )
    def test_there_are_no_such_routes(self, api: Api, method: str, path: str) -> None:
        account = factories.an_account(factories.a_space(), "bob")

        answer = api.on(account.space).send(method, f"/api/accounts/{path.format(account.domain)}")

        assert answer.status == 404
        assert answer.message.endswith("could not be found.")

    def test_no_keys_are_made(self, api: Api) -> None:
        body = {"username": "bob", "password": "s3cret", "confirmation_key_expires": "nonsense"}

        answer = api.as_admin(factories.a_space()).post("/api/accounts", body)

        assert "confirmation_key" not in answer.json
        assert Account.objects.get(username="bob").confirmation_key is None


@pytest.mark.usefixtures("_switched_on")
class TestOn:
    def test_whether_an_account_exists(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(realm="sip"), "bob", phone=NUMBER)
        client = api.on(account.space)

        for path in (f"sip%3Abob%40{account.domain}", f"bob@{account.domain}"):
            assert client.get(f"/api/accounts/{path}/info").json == {"activated": True, "realm": "sip"}
        assert client.get(f"/api/accounts/{NUMBER}/info-by-phone").json["phone"] is True
        assert client.get(f"/api/accounts/carol@{account.domain}/info").status == 404
        assert client.get("/api/accounts/+33612345679/info-by-phone").status == 404
        assert client.get("/api/accounts/0612345678/info-by-phone").status == 422
        assert api.on(factories.a_space()).get(f"/api/accounts/bob@{account.domain}/info").status == 404

    def test_an_account_by_mail(self, api: Api) -> None:
        client = api.on(factories.a_space())
        token = factories.a_creation_token()
        body = {"username": "bob", "password": "s3cret", "algorithm": "MD5", "email": "bob@example.org"}

        made = client.post("/api/accounts/public", {**body, "account_creation_token": token.token})
        assert (made.status, made.json["activated"], made.json["email"]) == (200, False, "bob@example.org")
        path = f"/api/accounts/bob%40{made.json['domain']}/activate/email"
        assert client.post(path, {"code": "1234"}).status == 422
        assert client.post(path, {"code": "x" * 13}).status == 404
        key = sent()
        assert len(key) == 13
        assert client.post(path, {"code": key}).json["activated"] is True
        assert client.post(path, {"confirmation_key": key}).status == 404
        token.refresh_from_db()
        assert token.used

    def test_an_account_by_phone(self, api: Api) -> None:
        client = api.on(factories.a_space())
        body = {"password": "s3cret", "phone": NUMBER, "account_creation_token": factories.a_creation_token().token}

        made = client.post("/api/accounts/public", body)
        assert (made.status, made.json["username"], made.json["phone"]) == (200, NUMBER, NUMBER)
        assert Delivery.objects.get().payload["text"] == f"Your {instance.current().app_name} creation code is {sent()}"
        path = f"/api/accounts/{NUMBER}%40{made.json['domain']}/activate/phone"
        assert client.post(path, {"code": sent()}).json["activated"] is True
        assert client.post(path, {"code": sent()}).status == 404

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"username": None}, ["username"]),
            ({"email": None}, ["email"]),
            ({"account_creation_token": ""}, ["account_creation_token"]),
            ({"username": "Bob"}, ["username"]),
            ({"phone": "0612"}, ["phone"]),
            ({"password": None}, ["password"]),
        ],
    )
    def test_bad_accounts(self, api: Api, changes: dict[str, object], fields: list[str]) -> None:
        token = factories.a_creation_token().token
        body = {"username": "bob", "password": "s3cret", "email": "b@example.org", "account_creation_token": token}

        answer = api.on(factories.a_space()).post("/api/accounts/public", {**body, **changes})

        assert list(answer.errors) == fields
        assert Account.objects.count() == 0

    def test_recovery_by_phone(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), "bob", password="lost", phone=NUMBER, activated=False)
        client = api.on(account.space)
        body = {"phone": "+33 612345678", "account_creation_token": factories.a_creation_token().token}

        assert client.post("/api/accounts/recover-by-phone", body).status == 200
        assert client.post("/api/accounts/recover-by-phone", body).status == 422
        key = sent()
        text = Delivery.objects.latest("id").payload["text"]
        assert text == f"Your {instance.current().app_name} recovery code is {key}"
        assert (
            client.get(
                f"/api/accounts/{NUMBER}%40{account.domain}/recover/{'1000' if key != '1000' else '1001'}"
            ).status
            == 404
        )
        looked = client.send("HEAD", f"/api/accounts/bob%40{account.domain}/recover/{key}")
        assert looked.status == 200
        given = client.get(f"/api/accounts/{NUMBER}%40{account.domain}/recover/{key}")

        assert (given.json["username"], given.json["activated"]) == ("bob", True)
        stored = account.passwords.get()
        assert given.json["passwords"] == [{"algorithm": "SHA-256", "password": stored.password}]
        assert client.get(f"/api/accounts/bob%40{account.domain}/recover/{key}").status == 404
        unknown = {"phone": "+33612345679", "account_creation_token": factories.a_creation_token().token}
        assert client.post("/api/accounts/recover-by-phone", unknown).status == 404

    def test_three_tries_and_ten_minutes(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), "bob", phone=NUMBER)
        client = api.on(account.space)

        def ask() -> str:
            body = {"phone": NUMBER, "account_creation_token": factories.a_creation_token().token}
            assert client.post("/api/accounts/recover-by-phone", body).status == 200
            return sent()

        with time_machine.travel(NOON, tick=False) as clock:
            key = ask()
            other = "1000" if key != "1000" else "1001"
            statuses = [client.get(f"/api/accounts/bob@{account.domain}/recover/{other}").status for _ in range(3)]
            assert statuses == [404] * 3
            assert client.get(f"/api/accounts/bob@{account.domain}/recover/{key}").status == 404
            key = ask()
            clock.shift(timedelta(minutes=11))
            late = client.get(f"/api/accounts/bob@{account.domain}/recover/{key}")
        assert (late.status, late.message) == (403, "Activation expired")

    def test_keys_of_administrators(self, api: Api) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)
        body = {"username": "bob", "password": "s3cret", "confirmation_key_expires": "2026-03-01 13:00:00"}
        with time_machine.travel(NOON, tick=False) as clock:
            made = admin.post("/api/accounts", body).json
            assert len(made["confirmation_key"]) == 13
            assert made["confirmation_key_expires"] == "2026-03-01 13:00:00"
            activated = admin.post("/api/accounts", {**body, "username": "carol", "activated": True}).json
            assert "confirmation_key" not in activated
            clock.shift(timedelta(hours=2))
            late = api.on(space).post(
                f"/api/accounts/bob@{space.domain}/activate/email", {"confirmation_key": made["confirmation_key"]}
            )
        assert (late.status, late.message) == (403, "Activation expired")
        refused = admin.post("/api/accounts", {**body, "username": "dave", "confirmation_key_expires": "tomorrow"})
        assert list(refused.errors) == ["confirmation_key_expires"]

    def test_blocked_accounts(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), "bob", blocked=True, confirmation_key="x" * 13)

        answer = api.on(account.space).post(f"/api/accounts/bob@{account.domain}/activate/email", {"code": "x" * 13})

        assert (answer.status, answer.message) == (403, "Account blocked")
