"""Whole conversations of Linphone apps, and what happens once however many ask at the same moment."""

from collections import Counter

import pytest

from flexiapi.accounts.models import Account, AccountCreationRequestToken
from flexiapi.auth.models import ApiKey, AuthToken
from flexiapi.config import instance
from tests import factories
from tests.api import Api
from tests.together import at_once

MANY = 100
REGISTER = "/api/accounts/with-account-creation-token"


@pytest.mark.django_db
class TestLinphone:
    def test_a_field_error_is_shown_at_its_field(self, api: Api) -> None:
        space = factories.a_space()
        factories.an_account(space, "taken")
        body = {
            "account_creation_token": factories.a_creation_token().token,
            "algorithm": "MD5",
            "username": "taken",
            "password": "s3cret",
        }

        answer = api.on(space).post(REGISTER, body)

        assert (answer.status, answer.header("Content-Type")) == (422, "application/json")
        assert answer.json == {
            "message": "The username has already been taken.",
            "errors": {"username": ["The username has already been taken."]},
        }

    def test_a_push_account_activates_itself_by_provisioning(self, api: Api) -> None:
        space = factories.a_space()
        client = api.on(space)
        body = {"account_creation_token": factories.a_creation_token().token, "username": "linhome", "password": "pass"}
        account = Account.objects.get(pk=client.post(REGISTER, body).json["id"])
        assert not account.activated

        provisioned = client.digest("GET", "/api/accounts/me/provision", account, "pass")
        assert provisioned.status == 200
        token = provisioned.json["provisioning_token"]
        fetched = client.get(f"/provisioning/{token}", Accept="application/xml", X_Linphone_Provisioning="1")
        assert fetched.status == 200
        account.refresh_from_db()
        assert account.activated


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_creation_token_creates_one_account(self) -> None:
        space = factories.a_space()
        token = factories.a_creation_token()
        client = Api(host=space.host)

        def register(number: int) -> int:
            body = {"username": f"user{number}", "password": "s3cret", "account_creation_token": token.token}
            return client.post(REGISTER, body).status

        assert Counter(at_once(MANY, register)) == {200: 1, 422: MANY - 1}
        token.refresh_from_db()
        assert token.account == Account.objects.get()

    def test_a_request_token_is_traded_once(self) -> None:
        client = Api(host=factories.a_space().host)
        asked = AccountCreationRequestToken.objects.create(token="r" * 13)
        AccountCreationRequestToken.objects.filter(pk=asked.pk).update(validated_at=asked.created_at)
        path = "/api/account_creation_tokens/using-account-creation-request-token"

        statuses = at_once(MANY, lambda _: client.post(path, {"account_creation_request_token": asked.token}).status)

        assert Counter(statuses) == {201: 1, 422: MANY - 1}

    def test_a_creation_token_vouches_once(self) -> None:
        space, token = factories.a_space(), factories.a_creation_token()
        clients = [Api(host=space.host).as_account(factories.an_account(space)) for _ in range(10)]
        path, body = "/api/account_creation_tokens/consume", {"account_creation_token": token.token}

        statuses = at_once(MANY, lambda number: clients[number % 10].post(path, body).status)

        assert Counter(statuses) == {200: 1, 404: MANY - 1}

    def test_a_key_of_an_old_app_activates_once(self) -> None:
        account = factories.an_account(factories.a_space(), "bob", activated=False, confirmation_key="k" * 13)
        client, path = Api(host=account.domain), f"/api/accounts/bob@{account.domain}/activate/email"
        with instance.override(app_dangerous_endpoints=True):
            statuses = at_once(MANY, lambda _: client.post(path, {"code": "k" * 13}).status)

        assert Counter(statuses) == {200: 1, 404: MANY - 1}

    def test_three_guesses_of_an_old_app_are_looked_at(self) -> None:
        account = factories.an_account(factories.a_space(), "bob", activated=False)
        account.recovery_codes.create(code="4711")
        client, path = Api(host=account.domain), f"/api/accounts/bob@{account.domain}"
        with instance.override(app_dangerous_endpoints=True):
            statuses = at_once(MANY, lambda _: client.get(f"{path}/recover/1000").status)
            assert set(statuses) == {404}
            assert client.post(f"{path}/activate/phone", {"code": "4711"}).status == 404

    def test_an_auth_token_gives_one_key(self) -> None:
        account = factories.an_account(factories.a_space())
        AuthToken.objects.create(token="t" * 32, account=account)
        client = Api(host=account.domain)

        statuses = at_once(MANY, lambda _: client.get(f"/api/accounts/me/api_key/{'t' * 32}").status)

        assert Counter(statuses) == {200: 1, 404: MANY - 1}
        assert ApiKey.objects.filter(account=account).count() == 1

    @pytest.mark.parametrize("kind", ["email", "phone"])
    def test_three_guesses_of_an_address_code_are_looked_at(self, kind: str) -> None:
        account = waiting(kind)
        client = Api().as_account(account)

        statuses = at_once(MANY, lambda _: client.post(f"/api/accounts/me/{kind}", {"code": "1000"}).status)

        assert Counter(statuses) == {422: 3, 410: MANY - 3}

    @pytest.mark.parametrize("kind", ["email", "phone"])
    def test_a_right_code_counts_once(self, kind: str) -> None:
        account = waiting(kind)
        client = Api().as_account(account)

        statuses = at_once(MANY, lambda _: client.post(f"/api/accounts/me/{kind}", {"code": "4711"}).status)

        assert Counter(statuses)[200] == 1
        assert set(statuses) <= {200, 404, 410}


def waiting(kind: str) -> Account:
    """An account to whose new address a code was sent."""
    account = factories.an_account(factories.a_space())
    if kind == "email":
        account.email_change_codes.create(code="4711", email="new@example.org")
    else:
        account.phone_change_codes.create(code="4711", phone="+33612345678")
    return account
