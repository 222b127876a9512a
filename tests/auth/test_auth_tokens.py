"""Auth tokens and personal API keys over the API."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from tests import factories
from tests.api import Api

from flexiapi.auth.gate import hashed
from flexiapi.auth.models import ApiKey, AuthToken
from flexiapi.config import instance

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_fresh_token(api: Api) -> str:
    """A token that an unknown device made."""
    token: str = api.post("/api/accounts/auth_token").json["token"]
    return token


class TestFlow:
    def test_one_device_lets_another_in(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        new_device, known_device = api.on(account.space).at("192.0.2.7"), api.as_account(account)

        made = new_device.post("/api/accounts/auth_token", User_Agent="App/1")
        assert made.status == 201
        assert list(made.json) == ["token", "ip", "user_agent", "updated_at", "created_at", "id"]
        assert (made.json["ip"], made.json["user_agent"], len(made.json["token"])) == ("192.0.2.7", "App/1", 32)
        token = made.json["token"]

        assert new_device.get(f"/api/accounts/me/api_key/{token}").status == 404
        attached = known_device.get(f"/api/accounts/auth_token/{token}/attach")
        assert (attached.status, attached.body) == (200, b"")
        assert known_device.get(f"/api/accounts/auth_token/{token}/attach").status == 404
        given = new_device.get(f"/api/accounts/me/api_key/{token}")
        assert given.status == 200
        assert list(given.json) == ["api_key"]
        assert len(given.json["api_key"]) == 40
        assert new_device.get(f"/api/accounts/me/api_key/{token}").status == 404
        assert new_device.with_key(given.json["api_key"]).get("/api/accounts/me").json["id"] == account.pk

    def test_five_minutes(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        with time_machine.travel(NOON, tick=False) as clock:
            client = api.on(account.space)
            first, second = a_fresh_token(client), a_fresh_token(client)
            api.as_account(account).get(f"/api/accounts/auth_token/{first}/attach")
            clock.shift(timedelta(minutes=5, seconds=1))

            assert client.get(f"/api/accounts/me/api_key/{first}").status == 404
            assert api.as_account(account).get(f"/api/accounts/auth_token/{second}/attach").status == 404
            a_fresh_token(client)
            assert AuthToken.objects.count() == 1

    def test_on_the_host_of_the_account(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.on(factories.a_space())
        token = a_fresh_token(client)
        api.as_account(account).get(f"/api/accounts/auth_token/{token}/attach")

        assert client.get(f"/api/accounts/me/api_key/{token}").status == 404
        assert api.on(account.space).get(f"/api/accounts/me/api_key/{token}").status == 200

    def test_blocked_accounts_attach_and_redeem_nothing(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client, token = api.as_account(account), a_fresh_token(api.on(account.space))
        client.get(f"/api/accounts/auth_token/{token}/attach")
        account.blocked = True
        account.save()

        refused = client.get(f"/api/accounts/me/api_key/{token}")

        assert (refused.status, refused.message) == (403, "Account blocked")
        assert AuthToken.objects.filter(token=token).exists()
        other = a_fresh_token(api.on(account.space))
        assert client.get(f"/api/accounts/auth_token/{other}/attach").message == "Account blocked"

    def test_looking_does_nothing(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client, token = api.as_account(account), a_fresh_token(api.on(account.space))

        assert client.send("HEAD", f"/api/accounts/auth_token/{token}/attach").status == 200
        assert client.get(f"/api/accounts/auth_token/{token}/attach", Sec_Purpose="prefetch").status == 400
        assert AuthToken.objects.get(token=token).account is None
        client.get(f"/api/accounts/auth_token/{token}/attach")
        client.send("HEAD", f"/api/accounts/me/api_key/{token}")
        assert client.get(f"/api/accounts/me/api_key/{token}", Purpose="prefetch").status == 400
        assert AuthToken.objects.filter(token=token).exists()

    @pytest.mark.parametrize("token", ["unknown", "x" * 32, "x" * 3000, "%00", "é"])
    def test_unknown_tokens(self, api: Api, token: str) -> None:
        account = factories.an_account(factories.a_space())

        for path in (f"/api/accounts/auth_token/{token}/attach", f"/api/accounts/me/api_key/{token}"):
            assert api.as_account(account).get(path).status in (400, 404)


class TestPersonalKey:
    def test_a_new_key_replaces_the_old_one(self, api: Api, password: str) -> None:
        account = factories.an_account(factories.a_space(), password=password)
        client = api.on(account.space).at("192.0.2.7")

        answer = client.digest("GET", "/api/accounts/me/api_key", account, password)

        assert (answer.status, answer.header("Content-Type")) == (200, "text/plain; charset=utf-8")
        key = answer.text
        assert len(key) == 40
        row = ApiKey.objects.get(account=account)
        assert (row.key, row.ip, row.name, row.expires_after_last_used_minutes) == (
            hashed(key),
            "192.0.2.7",
            None,
            None,
        )
        assert client.with_key(key).get("/api/accounts/me").status == 200
        elsewhere = client.at("192.0.2.8").with_key(key).get("/api/accounts/me")
        assert (elsewhere.status, elsewhere.message) == (401, "Invalid API Key")
        second = client.with_key(key).post("/api/accounts/me/api_key").text
        assert client.with_key(key).get("/api/accounts/me").status == 401
        assert client.with_key(second).get("/api/accounts/me").status == 200

    def test_managed_keys_stay(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), admin=True)
        managed = factories.a_key(account, name="script", expires_after_last_used_minutes=0)

        api.on(account.space).with_key(managed).get("/api/accounts/me/api_key")

        assert api.on(account.space).with_key(managed).get("/api/accounts/me").status == 200
        assert ApiKey.objects.filter(account=account).count() == 2

    def test_the_cookie_is_plain(self, api: Api) -> None:
        client = api.as_account(factories.an_account(factories.a_space()))

        answer = client.get("/api/accounts/me/api_key")

        cookie = answer.raw.cookies["x-api-key"]
        assert cookie.value == answer.text
        assert (cookie["max-age"], cookie["path"], cookie["httponly"]) == (3600, "/", True)
        assert not cookie["secure"]
        assert answer.header("Cache-Control") == "no-store"

    def test_a_key_for_ever_is_a_cookie_of_the_session(self, api: Api) -> None:
        client = api.as_account(factories.an_account(factories.a_space()))
        with instance.override(app_api_key_expiration_minutes=0, session_secure_cookie=True):
            cookie = client.get("/api/accounts/me/api_key").raw.cookies["x-api-key"]

        assert cookie["max-age"] == ""
        assert cookie["secure"]

    def test_the_cookie_is_never_read(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        key = factories.a_key(account)

        assert api.on(account.space).get("/api/accounts/me", Cookie=f"x-api-key={key}").status == 401

    def test_looking_does_nothing(self, api: Api) -> None:
        client = api.as_account(factories.an_account(factories.a_space()))

        assert client.send("HEAD", "/api/accounts/me/api_key").status == 200
        assert client.get("/api/accounts/me/api_key", Sec_Purpose="prefetch;prerender").status == 400
        assert client.get("/api/accounts/me").status == 200
