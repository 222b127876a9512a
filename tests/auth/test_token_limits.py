"""Guessing at tokens and asking for new ones are limited by address, push notifications by account and device too."""

from datetime import timedelta
from typing import Any

import pytest
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import Account
from flexiapi.auth.models import AuthToken
from flexiapi.config import instance

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class TestTokens:
    @pytest.mark.parametrize("kind", ["creation", "recovery"])
    def test_tokens_by_push(self, alice: Account, api: Api, kind: str) -> None:
        path, device = f"/api/account_{kind}_tokens/send-by-push", {"pn_provider": "fcm", "pn_param": "app"}
        client = api.on(alice.space)
        with instance.override(push_driver="array"):
            answers = [
                client.at(f"2001:db8:0:1::{n:x}").post(path, {**device, "pn_prid": f"device{n}"}).status
                for n in range(101)
            ]

        assert answers == [200] * 100 + [429]

    def test_push_notifications(self, alice: Account, api: Api) -> None:
        def asked(prid: str) -> dict[str, str | None]:
            return {"pn_provider": "fcm", "pn_param": "app", "pn_prid": prid, "type": "call", "call_id": None}

        user, proxy = api.as_account(alice), api.as_admin(alice.space)
        with instance.override(push_driver="array"):
            to_one = [user.post("/api/push_notification", asked("device")).status for _ in range(31)]
            to_all = [user.post("/api/push_notification", asked(f"device{n}")).status for n in range(30)]
            of_proxy = {proxy.post("/api/push_notification", asked("device")).status for _ in range(70)}
            others = api.as_account(factories.an_account(alice.space)).post("/api/push_notification", asked("new"))

        assert to_one == [200] * 30 + [429]
        assert to_all == [200] * 29 + [429]
        assert of_proxy == {200}
        assert others.status == 200

    def test_provisioning_tokens(self, alice: Account, api: Api, store: str, clock: Any) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(X_Linphone_Provisioning="1")
        token = factories.a_token(alice).token

        answers = [here.get(f"/provisioning/guess{n}") for n in range(31)]

        assert [answer.status for answer in answers] == [404] * 30 + [429]
        assert here.get(f"/provisioning/{token}").status == 429
        assert here.get(f"/provisioning/qrcode/{token}").status == 429
        assert here.get("/provisioning").status == 200
        clock.shift(timedelta(minutes=1))
        assert here.get(f"/provisioning/{token}").status == 200

    @pytest.mark.parametrize(
        ("path", "miss", "allowed"),
        [
            ("/wizard/guess{n}", 200, 60),
            ("/reset_password/guess{n}", 404, 60),
            ("/recovery/phone/guess{n}", 404, 60),
            ("/creation_token/check/guess{n}", 404, 100),
            ("/auth_tokens/auth/guess{n}", 404, 30),
            ("/auth_tokens/qrcode/guess{n}", 404, 30),
            ("/api/accounts/{sip}/recover/{n}", 404, 30),
        ],
    )
    def test_links(self, alice: Account, api: Api, path: str, miss: int, allowed: int) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(Accept="text/html")
        with instance.override(app_dangerous_endpoints=True):
            paths = [path.format(n=n, sip=alice.identifier) for n in range(1000, 1001 + allowed)]
            answers = [here.get(one).status for one in paths]
            elsewhere = here.at("198.51.100.7").get(paths[0]).status

        assert answers == [miss] * allowed + [429]
        assert elsewhere == miss

    @pytest.mark.parametrize(
        ("path", "name", "miss"),
        [
            ("account_creation_tokens/using-account-creation-request-token", "account_creation_request_token", 422),
            ("accounts/with-account-creation-token", "account_creation_token", 422),
            ("account_creation_tokens/consume", "account_creation_token", 404),
        ],
    )
    def test_creation_tokens(self, alice: Account, api: Api, path: str, name: str, miss: int) -> None:
        here, fields = api.as_account(alice).at("192.0.2.1"), {"username": "carol", "password": "a s3cret"}

        answers = [here.post(f"/api/{path}", {**fields, name: f"guess{n}"}).status for n in range(101)]
        elsewhere = here.at("198.51.100.7").post(f"/api/{path}", {**fields, name: "guess"}).status

        assert answers == [miss] * 100 + [429]
        assert elsewhere == miss

    def test_waiting_for_a_captcha_and_taken_names_are_no_guesses(self, alice: Account, api: Api) -> None:
        here = api.on(alice.space).at("192.0.2.1")
        waiting = here.post("/api/account_creation_request_tokens").json["token"]
        path = "/api/account_creation_tokens/using-account-creation-request-token"
        for _ in range(101):
            assert here.post(path, {"account_creation_request_token": waiting}).status == 404
            token = factories.a_creation_token().token
            taken = {"username": "alice", "password": "a s3cret", "account_creation_token": token}
            assert "username" in here.post("/api/accounts/with-account-creation-token", taken).errors

    def test_registrations_by_form(self, alice: Account) -> None:
        space = factories.a_space(public_registration=True)
        statuses = []
        for n in range(11):
            visitor = Visitor(space)
            visitor.open("/register/email")
            secret = {"password": "a good secret", "password_confirmation": "a good secret", "terms": "on"}
            email = {"email": f"new{n}@example.org", "email_confirmation": f"new{n}@example.org"}
            statuses.append(visitor.submit({"username": f"new{n}", **email, **secret}, follow=False).status)

        assert statuses == [302] * 10 + [429]

    @pytest.mark.parametrize("path", ["/api/accounts/me/api_key/{}", "/provisioning/auth_token/{}"])
    def test_auth_tokens(self, alice: Account, api: Api, path: str) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(X_Linphone_Provisioning="1")
        answers = [here.get(path.format(f"guess{n}")).status for n in range(31)]

        assert answers == [404] * 30 + [429]

    def test_new_auth_tokens(self, alice: Account, api: Api, store: str, clock: Any) -> None:
        here = api.on(alice.space).at("192.0.2.1")

        answers = [here.post("/api/accounts/auth_token").status for _ in range(61)]

        assert answers == [201] * 60 + [429]
        assert AuthToken.objects.count() == 60
        assert here.at("198.51.100.7").post("/api/accounts/auth_token").status == 201
        clock.shift(timedelta(minutes=10))
        assert here.post("/api/accounts/auth_token").status == 201

    def test_new_creation_request_tokens(self, alice: Account, api: Api) -> None:
        here = api.on(alice.space).at("192.0.2.1")

        answers = [here.post("/api/account_creation_request_tokens").status for _ in range(21)]

        assert answers == [201] * 20 + [429]
