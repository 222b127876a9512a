"""POST /api/accounts/me/password."""

import pytest

from flexiapi.accounts.models import Account, Password
from flexiapi.auth.models import ApiKey, AuthToken, Opaque
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

PATH = "/api/accounts/me/password"


class TestPassword:
    def test_the_first_needs_no_old_one(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), activated=False)

        answer = api.as_account(account).post(PATH, {"algorithm": "SHA-256", "password": "nonascii€"})

        assert answer.status == 200
        assert (answer.json["passwords"], answer.json["activated"]) == ([{"algorithm": "SHA-256"}], True)
        me = api.on(account.space).digest("GET", "/api/accounts/me", account, "nonascii€")
        assert me.status == 200

    def test_the_next_needs_the_old_one(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), password=" old ", activated=False)
        client = api.as_account(account)

        missing = client.post(PATH, {"password": "new"})
        assert missing.errors == {"old_password": ["The old password field is required."]}
        wrong = client.post(PATH, {"password": "new", "old_password": "old"})
        assert wrong.status == 422
        assert wrong.json == {
            "message": "Incorrect old password",
            "errors": {"old_password": ["Incorrect old password"]},
        }
        assert not Account.objects.get(pk=account.pk).activated
        assert client.post(PATH, {"password": " new ", "old_password": " old "}).status == 200
        assert api.on(account.space).digest("GET", "/api/accounts/me", account, " new ").status == 200

    def test_any_stored_one_is_the_old_one_and_one_remains(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(realm="sip"))
        factories.a_password(account, "first", "MD5", "sip")
        factories.a_password(account, "second", "SHA-256", "sip")

        answer = api.as_account(account).post(PATH, {"password": "third", "old_password": "first"})

        assert answer.json["passwords"] == [{"algorithm": "SHA-256"}]

    @pytest.mark.parametrize("algorithm", ["MD5", "CLRTXT", "sha-256", ["SHA-256"], 7])
    def test_the_algorithm_is_the_spaces(self, api: Api, algorithm: object) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).post(PATH, {"password": "new", "algorithm": algorithm})

        assert answer.status == 422
        assert list(answer.errors) == ["algorithm"]

    def test_of_the_accounts_own_space(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(algorithm="MD5"))

        answer = api.on(factories.a_space()).as_account(account).post(PATH, {"password": "new", "algorithm": "MD5"})

        assert answer.json["passwords"] == [{"algorithm": "MD5"}]

    def test_without_digest_there_are_none(self, api: Api) -> None:
        account = factories.an_account(factories.without_digest(factories.a_space()))

        answer = api.as_account(account).post(PATH, {})

        assert (answer.status, answer.message) == (403, "Digest is not enabled on this space")

    @pytest.mark.parametrize("password", [None, "", ["a"], "x" * 256, "a\x00b", True])
    def test_bad_passwords(self, api: Api, password: object) -> None:
        account = factories.an_account(factories.a_space())

        answer = api.as_account(account).post(PATH, {"password": password})

        assert list(answer.errors) == ["password"]
        assert not Password.objects.filter(account=account).exists()

    def test_other_ways_in_end(self, api: Api) -> None:
        account = factories.an_account(factories.a_space(), password="old")
        factories.a_key(account)
        managed = factories.a_key(account, expires_after_last_used_minutes=0)
        AuthToken.objects.create(account=account, token="x" * 32)

        body = {"password": "new", "old_password": "old"}
        assert api.on(account.space).digest("POST", PATH, account, "old", body).status == 200

        assert not ApiKey.objects.filter(account=account, expires_after_last_used_minutes=None).exists()
        assert not AuthToken.objects.filter(account=account).exists()
        assert not Opaque.objects.filter(account=account).exists()
        assert api.on(account.space).with_key(managed).get("/api/accounts/me").status == 200

    def test_the_callers_own_key_stays(self, api: Api) -> None:
        client = api.as_account(factories.an_account(factories.a_space()))

        client.post(PATH, {"password": "new"})

        assert client.get("/api/accounts/me").status == 200
