"""Tokens that let an app create an account: by captcha page, by push, by an administrator; and what uses them up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flexiapi.accounts import captcha
from flexiapi.accounts.models import Account, AccountCreationRequestToken, AccountCreationToken
from flexiapi.config import instance
from flexiapi.messaging import push
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXCHANGE = "/api/account_creation_tokens/using-account-creation-request-token"
BY_PUSH = "/api/account_creation_tokens/send-by-push"
DEVICE = {"pn_provider": "apns", "pn_param": "T.org.app.voip", "pn_prid": "tok:en"}


class TestCaptchaFlow:
    def test_the_whole_conversation(self, api: Api) -> None:
        space = factories.a_space()
        client = api.on(space)

        asked = client.post("/api/account_creation_request_tokens")
        assert asked.status == 201
        token = asked.json["token"]
        assert len(token) == 13
        assert asked.json["validation_url"] == f"http://{space.host}/creation_token/check/{token}"
        waiting = client.post(EXCHANGE, {"account_creation_request_token": token})
        assert (waiting.status, waiting.json) == (404, {"message": ""})

        person = Visitor(space)
        assert person.open(f"/creation_token/check/{token}").status == 200
        assert "go back to the app" in person.submit(action="/creation_token/validate").text
        given = client.post(EXCHANGE, {"account_creation_request_token": token}, User_Agent="App/1")

        assert given.status == 201
        assert list(given.json) == ["token", "ip", "user_agent", "expire_at"]
        assert given.json["expire_at"] is None
        assert (given.json["ip"], given.json["user_agent"]) == ("127.0.0.1", "App/1")
        row = AccountCreationRequestToken.objects.get(token=token)
        assert row.used
        assert row.creation_token == AccountCreationToken.objects.get(token=given.json["token"])
        again = client.post(EXCHANGE, {"account_creation_request_token": token})
        assert again.errors == {
            "account_creation_request_token": ["Please provide a valid account_creation_request_token"]
        }

    @pytest.mark.parametrize("value", [None, "", "short", "x" * 13, "x" * 300, ["a"], {"a": 1}, True, "a\x00b"])
    def test_other_request_tokens_are_422(self, api: Api, value: object) -> None:
        answer = api.on(factories.a_space()).post(EXCHANGE, {"account_creation_request_token": value})

        assert answer.status == 422
        assert list(answer.errors) == ["account_creation_request_token"]

    def test_request_tokens_live_for_a_day(self, api: Api) -> None:
        space = factories.a_space()
        with time_machine.travel(NOON, tick=False) as clock:
            token = api.on(space).post("/api/account_creation_request_tokens").json["token"]
            clock.shift(timedelta(hours=24, seconds=1))

            assert api.on(space).post(EXCHANGE, {"account_creation_request_token": token}).status == 422
            assert Visitor(space).open(f"/creation_token/check/{token}").status == 404

    def test_looking_at_the_page_validates_nothing(self, api: Api) -> None:
        space = factories.a_space()
        token = api.on(space).post("/api/account_creation_request_tokens").json["token"]

        Visitor(space).open(f"/creation_token/check/{token}")

        assert AccountCreationRequestToken.objects.get(token=token).validated_at is None

    def test_the_page_needs_the_web_panel(self, api: Api) -> None:
        space = factories.a_space(web_panel=False)
        token = api.on(space).post("/api/account_creation_request_tokens").json["token"]

        seen = Visitor(space).open(f"/creation_token/check/{token}", follow=False)

        assert (seen.status, seen.answer.header("Location")) == (302, "/about")

    def test_a_configured_captcha_must_be_solved(self, api: Api) -> None:
        space = factories.a_space()
        token = api.on(space).post("/api/account_creation_request_tokens").json["token"]
        captcha.memory.good = {"solved"}
        with instance.override(captcha_driver="array"):
            person = Visitor(space)
            page = person.open(f"/creation_token/check/{token}")
            assert "https://*.hcaptcha.com" in str(page.answer.header("Content-Security-Policy"))
            sent = {"_token": page.dom.xpath("//input[@name='_token']/@value")[0]}
            sent["account_creation_request_token"] = token

            missing = person._send("POST", "/creation_token/validate", sent)
            assert "Please verify that you are not a robot." in missing.text
            wrong = person._send("POST", "/creation_token/validate", {**sent, "h-captcha-response": "guessed"})
            assert "Captcha error!" in wrong.text
            assert AccountCreationRequestToken.objects.get(token=token).validated_at is None

            right = person._send("POST", "/creation_token/validate", {**sent, "h-captcha-response": "solved"})

        assert right.heading == "Thank you"


class TestByPush:
    def test_a_pushed_token_creates_an_account(self, api: Api) -> None:
        space = factories.a_space()
        push.memory.sent.clear()
        with instance.override(push_driver="array"):
            answer = api.on(space).post(BY_PUSH, DEVICE)

        assert (answer.status, answer.body) == (200, b"")
        (sent,) = push.memory.sent
        assert sent.kind == "background"
        assert sent.payload is not None
        body = {"username": "pushed", "password": "s3cret", "account_creation_token": sent.payload["token"]}
        assert api.on(space).post("/api/accounts/with-account-creation-token", body).status == 200

    def test_without_pusher_nothing_is_stored(self, api: Api) -> None:
        answer = api.on(factories.a_space()).post(BY_PUSH, DEVICE)

        assert (answer.status, answer.message) == (503, "Token not sent")
        assert AccountCreationToken.objects.count() == 0

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("pn_provider", "gcm", "The pn provider should be in apns.dev, apns, fcm"),
            ("pn_param", "@wrong", "The pn param should be null or contain only alphanumeric"),
            ("pn_param", "-option", "The pn param should be null or contain only alphanumeric"),
            ("pn_param", None, "The pn param field is required."),
            ("pn_prid", "@wrong", "The pn prid should be null or contain only alphanumeric"),
            ("pn_prid", "line\nbreak", "The pn prid should be null or contain only alphanumeric"),
            ("pn_prid", None, "The pn prid field is required."),
            ("pn_prid", ["a"], "The pn prid must be a string."),
            ("pn_prid", "x" * 256, "The pn prid may not be greater than 255 characters."),
        ],
    )
    @pytest.mark.parametrize("path", [BY_PUSH, "/api/account_recovery_tokens/send-by-push"])
    def test_bad_devices_are_refused(self, api: Api, path: str, field: str, value: object, message: str) -> None:
        answer = api.on(factories.a_space()).post(path, {**DEVICE, field: value})

        assert answer.status == 422
        assert list(answer.errors) == [field]
        assert answer.errors[field][0].startswith(message)

    @pytest.mark.parametrize(
        ("path", "make"),
        [
            (BY_PUSH, factories.a_creation_token),
            ("/api/account_recovery_tokens/send-by-push", factories.a_recovery_token),
        ],
    )
    def test_a_device_that_used_a_token_waits(self, api: Api, path: str, make: object) -> None:
        client = api.on(factories.a_space())
        with instance.override(push_driver="array"), time_machine.travel(NOON, tick=False) as clock:
            make(**DEVICE, used=False)  # type: ignore[operator]
            assert client.post(path, DEVICE).status == 200
            make(**DEVICE, used=True)  # type: ignore[operator]

            refused = client.post(path, DEVICE)
            assert (refused.status, refused.message) == (429, "Last token requested too recently")
            assert client.post(path, {**DEVICE, "pn_prid": "another"}).status == 200
            clock.shift(timedelta(minutes=61))
            assert client.post(path, DEVICE).status == 200

    def test_nobody_wakes_a_device_over_and_over(self, api: Api) -> None:
        client = api.on(factories.a_space())
        with instance.override(push_driver="array", rate_limit_credentials=True):
            statuses = [client.post(BY_PUSH, DEVICE).status for _ in range(11)]

        assert statuses == [200] * 10 + [429]


class TestByAdministrator:
    def test_issues_a_token(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())

        answer = admin.post("/api/account_creation_tokens")

        assert answer.status == 201
        assert len(answer.json["token"]) == 13
        assert answer.json["expire_at"] is None
        with instance.override(app_account_creation_token_expiration_minutes=10):
            assert admin.post("/api/account_creation_tokens").json["expire_at"].endswith("Z")

    def test_only_administrators(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())

        assert api.as_account(account).post("/api/account_creation_tokens").status == 403


class TestConsume:
    def test_vouches_for_the_caller(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        token = factories.a_creation_token(pn_provider="fcm")

        answer = api.as_account(account).post(
            "/api/account_creation_tokens/consume", {"account_creation_token": token.token}, User_Agent="App/1"
        )

        assert answer.status == 200
        assert answer.json == {
            "token": token.token,
            "pn_provider": "fcm",
            "pn_param": None,
            "pn_prid": None,
            "used": True,
            "account_id": account.pk,
            "ip": "127.0.0.1",
            "user_agent": "App/1",
            "expire_at": None,
        }
        token.refresh_from_db()
        assert (token.used, token.account_id) == (True, account.pk)

    @pytest.mark.parametrize("value", [None, "unknown", ["a"], "a\x00"])
    def test_anything_else_is_404(self, api: Api, value: object) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).post("/api/account_creation_tokens/consume", {"account_creation_token": value})

        assert answer.status == 404

    def test_used_and_expired_ones_are_404(self, api: Api) -> None:
        account = factories.an_account(factories.a_space())
        client = api.as_account(account)
        used = factories.a_creation_token(account)
        old = factories.a_creation_token(created_at=NOON)
        path = "/api/account_creation_tokens/consume"

        assert client.post(path, {"account_creation_token": used.token}).status == 404
        with instance.override(app_account_creation_token_expiration_minutes=10):
            assert client.post(path, {"account_creation_token": old.token}).status == 404


class TestRegistration:
    def test_answers_a_not_activated_account(self, api: Api) -> None:
        space = factories.a_space()
        token = factories.a_creation_token()
        body = {
            "username": "alice",
            "password": "nonascii€",
            "algorithm": "MD5",
            "account_creation_token": token.token,
            "email": "alice@example.org",
            "display_name": "Alice",
            "dictionary": {"a": "b"},
            "dtmf_protocol": "rfc2833",
        }

        answer = api.on(space).post("/api/accounts/with-account-creation-token", body, User_Agent="App/1")

        assert answer.status == 200, answer.text
        account = answer.json
        assert (account["username"], account["domain"], account["activated"]) == ("alice", space.domain, False)
        assert (account["email"], account["display_name"], account["dictionary"]) == (None, None, {})
        assert account["dtmf_protocol"] == "rfc2833"
        assert account["passwords"] == [{"algorithm": "SHA-256"}]
        assert account["user_agent"] == space.name
        token.refresh_from_db()
        assert (token.used, token.account_id) == (True, account["id"])
        me = api.on(space).digest("GET", "/api/accounts/me", Account.objects.get(pk=account["id"]), "nonascii€")
        assert me.status == 200

    def test_a_token_creates_one_account(self, api: Api) -> None:
        client = api.on(factories.a_space())
        body = {"username": "one", "password": "s3cret", "account_creation_token": factories.a_creation_token().token}
        path = "/api/accounts/with-account-creation-token"

        assert client.post(path, body).status == 200
        again = client.post(path, {**body, "username": "two"})

        assert again.errors == {"account_creation_token": ["Please provide a valid account_creation_token"]}
        assert not Account.objects.filter(username="two").exists()

    def test_an_expired_token_says_so(self, api: Api) -> None:
        token = factories.a_creation_token(created_at=NOON)
        body = {"username": "one", "password": "s3cret", "account_creation_token": token.token}
        with instance.override(app_account_creation_token_expiration_minutes=10):
            answer = api.on(factories.a_space()).post("/api/accounts/with-account-creation-token", body)

        assert answer.errors == {"account_creation_token": ["The provided token is expired"]}

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("admin", True),
            ("admin", None),
            ("activated", False),
            ("email", "nobody"),
            ("phone", "12"),
            ("dictionary", ["a"]),
            ("domain", "nowhere.example.org"),
            ("account_creation_token", None),
            ("account_creation_token", ["a"]),
            ("account_creation_token", "x" * 14),
            ("username", "+33612345678"),
            ("password", "ab"),
        ],
    )
    def test_bad_values_write_nothing(self, api: Api, field: str, value: object) -> None:
        token = factories.a_creation_token()
        body = {"username": "one", "password": "s3cret", "account_creation_token": token.token, field: value}

        answer = api.on(factories.a_space()).post("/api/accounts/with-account-creation-token", body)

        assert answer.status == 422
        assert list(answer.errors) == [field]
        assert Account.objects.count() == 0
        token.refresh_from_db()
        assert not token.used

    def test_rights_that_are_claimed_are_told(self, api: Api) -> None:
        answer = api.on(factories.a_space()).post("/api/accounts/with-account-creation-token", {"admin": 1})

        assert answer.errors["admin"] == ["The admin field must be missing."]

    def test_a_full_space_refuses_first(self, api: Api) -> None:
        space = factories.a_space(max_accounts=1)
        factories.an_account(space)

        answer = api.on(space).post("/api/accounts/with-account-creation-token", {})

        assert (answer.status, answer.message) == (403, "This action is unauthorized.")
