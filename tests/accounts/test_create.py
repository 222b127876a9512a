"""POST /api/accounts: an administrator creates an account."""

import pytest

from flexiapi.accounts.models import Account, Tombstone
from flexiapi.config import instance
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db


class TestCreate:
    def test_answers_the_account_with_its_token(self, api: Api) -> None:
        space = factories.a_space()

        answer = api.as_admin(space).post("/api/accounts", {"username": "alice", "password": "s3cret"})

        assert answer.status == 200
        account = answer.json
        assert account["username"] == "alice"
        assert account["domain"] == space.domain
        assert account["activated"] is False
        assert len(account["provisioning_token"]) == 13
        assert account["passwords"] == [{"algorithm": "SHA-256"}]
        assert '"dictionary":{}' in answer.text
        assert "space" not in account

    def test_stores_what_an_administrator_may_set(self, api: Api) -> None:
        space = factories.a_space()
        factories.activate_countries("FR")
        body = {
            "username": "bob",
            "password": "s3cret",
            "email": "bob@example.org",
            "phone": "+33 6 12 34 56 78",
            "display_name": "Bob",
            "dtmf_protocol": "sipinfo",
            "activated": "1",
            "admin": True,
            "dictionary": {"color": "blue"},
        }

        answer = api.as_admin(space).post("/api/accounts", body)

        assert answer.status == 200, answer.text
        assert answer.json["phone"] == "+33612345678"
        assert answer.json["dictionary"] == {"color": "blue"}
        assert (answer.json["activated"], answer.json["admin"]) == (True, True)

    def test_full_space_refuses_before_validation(self, api: Api) -> None:
        space = factories.a_space(max_accounts=1)

        answer = api.as_admin(space).post("/api/accounts", {})

        assert (answer.status, answer.message) == (403, "This action is unauthorized.")

    def test_every_message_of_a_field_is_told(self, api: Api) -> None:
        answer = api.as_admin(factories.a_space()).post("/api/accounts", {"username": "Wrong Name"})

        assert answer.status == 422
        assert answer.errors == {
            "username": ["No uppercase letters are allowed.", "The username should be a valid SIP username"],
            "password": ["The password field is required."],
        }
        assert answer.message == "No uppercase letters are allowed. (and 2 more errors)"

    def test_messages_follow_the_language(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())

        assert "The username field is required." in admin.post("/api/accounts", {}, Accept_Language="de").message
        assert "Le champ pseudo est obligatoire." in admin.post("/api/accounts", {}, Accept_Language="fr").message

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", ["a"]),
            ("username", "a" * 65),
            ("username", "+33612345678"),
            ("username", "nul\x00byte"),
            ("password", "ab"),
            ("password", {"a": 1}),
            ("email", "nobody"),
            ("email", "a" * 60 + "@example.org"),
            ("display_name", "x" * 256),
            ("dtmf_protocol", "morse"),
            ("activated", "yes"),
            ("dictionary", {"a": {"b": "c"}}),
            ("dictionary", "text"),
            ("algorithm", "MD5"),
            ("domain", "nowhere.example.org"),
            ("phone", "0612345678"),
        ],
    )
    def test_bad_values_are_refused_and_write_nothing(self, api: Api, field: str, value: object) -> None:
        space = factories.a_space()
        body = {"username": "carol", "password": "s3cret", field: value}

        answer = api.as_admin(space).post("/api/accounts", body)

        assert answer.status == 422
        assert list(answer.errors) == [field]
        assert Account.objects.filter(domain=space.domain, admin=False).count() == 0

    def test_a_taken_or_reserved_name_is_refused(self, api: Api) -> None:
        space = factories.a_space()
        factories.an_account(space, "taken")
        Tombstone.objects.create(username="buried", domain=space.domain)
        admin = api.as_admin(space)

        for name in ("taken", "buried"):
            answer = admin.post("/api/accounts", {"username": name, "password": "s3cret"})
            assert answer.errors == {"username": ["The username has already been taken."]}

    def test_a_number_as_name_needs_the_setting(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())
        body = {"username": "+33612345678", "password": "s3cret"}

        with instance.override(app_allow_phone_number_username_admin_api=True):
            assert admin.post("/api/accounts", body).status == 200

    def test_an_administrator_cannot_choose_another_domain(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()

        answer = api.as_admin(space).post(
            "/api/accounts", {"username": "dave", "password": "s3cret", "domain": other.domain}
        )

        assert answer.json["domain"] == space.domain

    def test_a_super_administrator_can(self, api: Api) -> None:
        other = factories.a_space()
        client = api.as_super_admin()
        body = {"username": "dave", "password": "s3cret"}

        assert client.post("/api/accounts", {**body, "domain": other.domain}).json["domain"] == other.domain
        unknown = client.post("/api/accounts", {**body, "domain": "nowhere.example.org"})
        assert (unknown.status, unknown.message) == (403, "This action is unauthorized.")

    def test_only_administrators(self, api: Api) -> None:
        space = factories.a_space()
        user = factories.an_account(space)

        assert api.as_account(user).post("/api/accounts", {}).message == "Unauthorized area"
        assert api.on(space).post("/api/accounts", {}).status == 401
        assert api.on(factories.a_space()).with_key(factories.a_key(user)).post("/api/accounts", {}).status == 403
