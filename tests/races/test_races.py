"""What must happen once happens once, however many ask at the same moment."""

from collections import Counter

import pytest

from flexiapi.accounts.models import Account, AccountCreationToken, Password, ProvisioningToken
from flexiapi.auth.models import AuthToken, Opaque
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Api, DigestClient, parameters
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 100
ME = "/api/accounts/me"
PHONE = {"X_Linphone_Provisioning": "1"}


@pytest.fixture
def space() -> Space:
    return factories.a_space()


@pytest.fixture
def client(space: Space) -> Api:
    return Api(host=space.host)


def new_account(username: str) -> dict[str, object]:
    return {"username": username, "password": "s3cret", "activated": True}


class TestProvisioning:
    def test_a_token_gives_one_document(self, client: Api, space: Space) -> None:
        alice = factories.an_account(space, "alice", password="s3cret", activated=False)
        token = factories.a_token(alice)

        answers = at_once(MANY, lambda _: client.get(f"/provisioning/{token.token}", **PHONE))

        assert Counter(answer.status for answer in answers) == {200: 1, 404: MANY - 1}
        assert Account.objects.get(pk=alice.pk).activated
        assert ProvisioningToken.objects.get(pk=token.pk).used

    def test_one_password_is_set_with_a_token(self, client: Api, space: Space) -> None:
        alice = factories.an_account(space, "alice", password="s3cret")
        token = factories.a_token(alice)

        answers = at_once(10, lambda _: client.get(f"/provisioning/{token.token}?reset_password", **PHONE))

        (document,) = [answer.text for answer in answers if answer.status == 200]
        assert Password.objects.get(account=alice).password in document

    def test_an_auth_token_gives_one_document(self, client: Api, space: Space) -> None:
        alice = factories.an_account(space, "alice", password="s3cret")
        token = AuthToken.objects.create(token="t" * 32, account=alice)

        answers = at_once(MANY, lambda _: client.get(f"/provisioning/auth_token/{token.token}", **PHONE))

        assert Counter(answer.status for answer in answers) == {200: 1, 404: MANY - 1}


class TestCreation:
    def test_a_username_is_given_once(self, client: Api, space: Space) -> None:
        administrator = client.as_admin(space)

        answers = at_once(MANY, lambda _: administrator.post("/api/accounts", new_account("alice")))

        assert Counter(answer.status for answer in answers) == {200: 1, 422: MANY - 1}
        assert all("username" in answer.errors for answer in answers if answer.status == 422)
        alice = Account.objects.get(username="alice")
        assert Password.objects.filter(account=alice).count() == 1

    def test_a_space_does_not_overflow(self, client: Api, space: Space) -> None:
        administrator = client.as_admin(space)
        Space.objects.filter(pk=space.pk).update(max_accounts=8)

        answers = at_once(MANY, lambda number: administrator.post("/api/accounts", new_account(f"guest{number}")))

        assert Counter(answer.status for answer in answers) == {200: 7, 403: MANY - 7}
        assert Account.objects.filter(domain=space.domain).count() == 8

    def test_an_email_is_given_once(self, client: Api, space: Space) -> None:
        administrator = client.as_admin(space)
        Space.objects.filter(pk=space.pk).update(unique_email=True)

        answers = at_once(
            MANY,
            lambda number: administrator.post(
                "/api/accounts", {**new_account(f"guest{number}"), "email": "shared@example.org"}
            ),
        )

        assert Counter(answer.status for answer in answers) == {200: 1, 422: MANY - 1}

    def test_a_creation_token_makes_one_account(self, client: Api, space: Space) -> None:
        token = AccountCreationToken.objects.create(token="t" * 16)

        answers = at_once(
            MANY,
            lambda number: client.post(
                "/api/accounts/with-account-creation-token",
                {
                    "username": f"guest{number}",
                    "password": "s3cret",
                    "algorithm": "MD5",
                    "account_creation_token": token.token,
                },
            ),
        )

        assert Counter(answer.status for answer in answers)[200] == 1, answers[0].text
        assert {answer.status for answer in answers} <= {200, 404, 422}
        assert Account.objects.filter(domain=space.domain).count() == 1
        assert AccountCreationToken.objects.get(pk=token.pk).used

    def test_creations_of_different_accounts_all_succeed(self, client: Api, space: Space) -> None:
        administrator = client.as_admin(space)

        answers = at_once(MANY, lambda number: administrator.post("/api/accounts", new_account(f"guest{number}")))

        assert Counter(answer.status for answer in answers) == {200: MANY}


class TestDigest:
    def test_a_counter_value_counts_once(self, client: Api, space: Space) -> None:
        alice = factories.an_account(space, "alice", password="s3cret")
        digest = DigestClient(client, alice, "s3cret")
        challenge = parameters(client.get(ME, From=digest.sender).lines("WWW-Authenticate")[0])

        for count in (1, 2):
            answers = at_once(MANY, lambda _, count=count: digest.answer("GET", ME, challenge, nc=count))

            assert Counter(answer.status for answer in answers) == {200: 1, 401: MANY - 1}
        assert Opaque.objects.get().nc == 2

    def test_growing_counters_never_go_back(self, client: Api, space: Space) -> None:
        alice = factories.an_account(space, "alice", password="s3cret")
        digest = DigestClient(client, alice, "s3cret")
        challenge = parameters(client.get(ME, From=digest.sender).lines("WWW-Authenticate")[0])

        answers = at_once(MANY, lambda number: digest.answer("GET", ME, challenge, nc=number + 1))

        assert {answer.status for answer in answers} <= {200, 401}
        assert answers[-1].status == 200
        assert Opaque.objects.get().nc == MANY
