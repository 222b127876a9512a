"""PUT /api/accounts/{id}, its flags, its mails and its deletion: what administrators do to accounts."""

import pytest

from flexiapi.accounts.models import Account, ProvisioningToken, ResetPasswordEmailToken, Tombstone
from flexiapi.auth.gate import hashed
from flexiapi.config import instance
from flexiapi.messaging.models import Delivery
from flexiapi.provisioning.models import Wizard
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db

NUMBER = "+33612345678"


class TestChange:
    def test_texts_that_are_not_sent_become_null_flags_stay(self, api: Api) -> None:
        space = factories.a_space()
        factories.activate_countries("FR")
        account = factories.an_account(
            space, email="a@example.org", phone=NUMBER, display_name="A", dtmf_protocol="sipinfo", admin=True
        )
        admin = api.as_admin(space)

        answer = admin.put(f"/api/accounts/{account.pk}", {"username": account.username}, User_Agent="Tool/1")

        assert answer.status == 200
        changed = answer.json
        for name in ("email", "phone", "display_name", "dtmf_protocol"):
            assert changed[name] is None
        assert (changed["activated"], changed["admin"], changed["blocked"]) == (True, True, False)
        assert changed["user_agent"] == "Tool/1"
        kept = {"email": "a@example.org", "phone": "+33 612345678", "display_name": "A", "dtmf_protocol": "rfc2833"}
        flags = {"activated": "0", "blocked": True, "admin": 0}
        again = admin.put(f"/api/accounts/{account.pk}", {"username": "renamed", **kept, **flags}).json
        assert (again["username"], again["phone"], again["email"]) == ("renamed", NUMBER, "a@example.org")
        assert (again["activated"], again["blocked"], again["admin"]) == (False, True, False)

    def test_resending_what_it_has_is_fine(self, api: Api) -> None:
        space = factories.a_space()
        factories.activate_countries("FR")
        account = factories.an_account(space, email="a@example.org", phone=NUMBER)
        body = {"username": account.username, "email": account.email, "phone": account.phone}

        assert api.as_admin(space).put(f"/api/accounts/{account.pk}", body).status == 200

    def test_validation_comes_before_404(self, api: Api) -> None:
        admin = api.as_admin(factories.a_space())

        assert admin.put("/api/accounts/123456", {}).status == 422
        assert admin.put("/api/accounts/123456", {"username": "fine"}).status == 404
        assert admin.put("/api/accounts/abc", {"username": "fine"}).status == 404

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", None),
            ("username", "Upper"),
            ("username", "taken"),
            ("username", NUMBER[1:]),
            ("email", "taken@example.org"),
            ("phone", NUMBER),
            ("algorithm", "MD5"),
            ("dictionary", {"a": {"b": "c"}}),
            ("dictionary", "a"),
            ("dtmf_protocol", "morse"),
            ("display_name", "x" * 256),
            ("blocked", "yes"),
            ("domain", "nowhere.example.org"),
            ("password", ["a"]),
        ],
    )
    def test_bad_values_change_nothing(self, api: Api, field: str, value: object) -> None:
        space = factories.a_space()
        factories.activate_countries("FR")
        factories.an_account(space, "taken", email="taken@example.org", phone=NUMBER)
        factories.an_account(space, "other", phone=NUMBER[1:])
        account = factories.an_account(space, "mine", display_name="kept")

        answer = api.as_admin(space).put(f"/api/accounts/{account.pk}", {"username": "mine", field: value})

        assert answer.status == 422
        assert list(answer.errors) == [field]
        assert Account.objects.get(pk=account.pk).display_name == "kept"

    def test_the_dictionary_is_replaced(self, api: Api) -> None:
        space = factories.a_space()
        admin = api.as_admin(space)
        account = factories.an_account(space)
        path, body = f"/api/accounts/{account.pk}", {"username": account.username}

        assert admin.put(path, {**body, "dictionary": {"a": "1", "2": "b"}}).json["dictionary"] == {"a": "1", "2": "b"}
        assert admin.put(path, body).json["dictionary"] == {"a": "1", "2": "b"}
        assert admin.put(path, {**body, "dictionary": {"c": "3"}}).json["dictionary"] == {"c": "3"}
        assert '"dictionary":{}' in admin.put(path, {**body, "dictionary": []}).text

    def test_a_password_is_of_the_new_name(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "before", password="old")
        admin = api.as_admin(space)

        admin.put(f"/api/accounts/{account.pk}", {"username": "after", "password": "new", "algorithm": "SHA-256"})

        account.refresh_from_db()
        assert api.on(space).digest("GET", "/api/accounts/me", account, "new").json["username"] == "after"
        admin.put(f"/api/accounts/{account.pk}", {"username": "after", "password": ""})
        assert api.on(space).digest("GET", "/api/accounts/me", account, "new").status == 200

    def test_the_own_key_survives_the_own_password(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "root", admin=True)
        client = api.as_account(account)

        body = {"username": "root", "password": "new"}
        assert client.put(f"/api/accounts/{account.pk}", body).status == 200
        assert client.get("/api/accounts/me").status == 200

    def test_only_super_administrators_move(self, api: Api) -> None:
        space, other = factories.a_space(), factories.a_space()
        account = factories.an_account(space)
        path, body = f"/api/accounts/{account.pk}", {"username": account.username, "domain": other.domain}

        assert api.as_admin(space).put(path, body).json["domain"] == space.domain
        assert api.as_super_admin().put(path, body).json["domain"] == other.domain
        for absent in ({}, {"domain": None}, {"domain": ""}):
            answer = api.as_super_admin().put(path, {"username": account.username, **absent})
            assert answer.json["domain"] == other.domain
        assert api.as_admin(space).put(path, body).status == 404

    def test_a_move_needs_a_seat_and_a_free_name(self, api: Api) -> None:
        space, full, named = factories.a_space(), factories.a_space(max_accounts=1), factories.a_space()
        factories.an_account(full)
        factories.an_account(named, "same")
        account = factories.an_account(space, "same")
        root = api.as_super_admin()

        refused = root.put(f"/api/accounts/{account.pk}", {"username": "same", "domain": full.domain})
        assert (refused.status, refused.message) == (403, "This action is unauthorized.")
        taken = root.put(f"/api/accounts/{account.pk}", {"username": "same", "domain": named.domain})
        assert taken.errors == {"username": ["The username has already been taken."]}

    def test_a_name_that_is_a_foreign_phone(self, api: Api) -> None:
        space = factories.a_space()
        factories.an_account(space, phone="+33612345678")
        body = {"username": "+33612345678", "password": "s3cret"}

        with instance.override(app_allow_phone_number_username_admin_api=True):
            answer = api.as_admin(space).post("/api/accounts", body)

        assert answer.errors == {"username": ["The username has already been taken."]}


class TestState:
    @pytest.mark.parametrize(
        ("verb", "flag", "value"),
        [
            ("activate", "activated", True),
            ("deactivate", "activated", False),
            ("block", "blocked", True),
            ("unblock", "blocked", False),
        ],
    )
    def test_flags_are_set_once_or_again(self, api: Api, verb: str, flag: str, value: bool) -> None:
        space = factories.a_space()
        account = factories.an_account(space, **{flag: not value})
        admin = api.as_admin(space)

        for _ in range(2):
            assert admin.post(f"/api/accounts/{account.pk}/{verb}").json[flag] is value
        assert admin.get(f"/api/accounts/{account.pk}/{verb}").status == 405
        assert api.as_admin(factories.a_space()).post(f"/api/accounts/{account.pk}/{verb}").status == 404
        assert admin.post(f"/api/accounts/999999/{verb}").status == 404

    def test_provision_issues_a_token(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        admin = api.as_admin(space)

        first = admin.get(f"/api/accounts/{account.pk}/provision")
        second = admin.post(f"/api/accounts/{account.pk}/provision")

        assert first.json["provisioning_token"] != second.json["provisioning_token"]
        assert second.header("Cache-Control") == "no-store"
        assert admin.get(f"/api/accounts/{account.pk}").json["provisioning_token"] == second.json["provisioning_token"]
        assert admin.send("HEAD", f"/api/accounts/{account.pk}/provision").status == 200
        assert ProvisioningToken.objects.filter(account=account).count() == 2


class TestMails:
    def test_need_an_address(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space)
        admin = api.as_admin(space)

        for mail in ("send_provisioning_email", "send_reset_password_email"):
            answer = admin.post(f"/api/accounts/{account.pk}/{mail}")
            assert (answer.status, answer.message) == (403, "No email configured")
            assert admin.post(f"/api/accounts/999999/{mail}").status == 404
        assert Delivery.objects.count() == 0

    def test_provisioning(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="a@example.org")

        answer = api.as_admin(space).post(f"/api/accounts/{account.pk}/send_provisioning_email")

        assert (answer.status, answer.body) == (200, b"")
        wizard = Wizard.objects.get(account=account)
        assert (len(wizard.token), wizard.provisioning_account) == (8, account)
        token = ProvisioningToken.objects.get(account=account).token
        mail = Delivery.objects.get()
        assert (mail.recipient, mail.template) == ("a@example.org", "provisioning")
        assert mail.payload["context"] == {
            "wizard_url": f"http://{space.host}/wizard/{wizard.token}",
            "provisioning_url": f"http://{space.host}/provisioning/{token}",
            "provisioning_qrcode_url": f"http://{space.host}/provisioning/qrcode/{token}",
        }

    def test_password_reset(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="a@example.org")

        assert api.as_super_admin().post(f"/api/accounts/{account.pk}/send_reset_password_email").status == 200

        context = Delivery.objects.get().payload["context"]
        base, _, token = context["reset_password_url"].rpartition("/")
        assert (base, context["expiration_hours"]) == (f"http://{space.host}/reset_password", 24)
        row = ResetPasswordEmailToken.objects.get(account=account)
        assert (len(token), row.token, row.email) == (16, hashed(token), "a@example.org")


class TestDelete:
    def test_leaves_a_tombstone(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "gone")
        admin = api.as_admin(space)

        answer = admin.delete(f"/api/accounts/{account.pk}")

        assert (answer.status, answer.body) == (200, b"")
        assert Tombstone.objects.filter(username="gone", domain=space.domain).count() == 1
        assert admin.delete(f"/api/accounts/{account.pk}").status == 404
        refused = admin.post("/api/accounts", {"username": "gone", "password": "s3cret"})
        assert refused.errors == {"username": ["The username has already been taken."]}

    def test_oneself(self, api: Api) -> None:
        space = factories.a_space()
        admin = factories.an_account(space, admin=True)
        user = factories.an_account(space)

        assert api.as_account(admin).delete(f"/api/accounts/{admin.pk}").status == 200
        answer = api.on(factories.a_space()).as_account(user).delete("/api/accounts/me")
        assert (answer.status, answer.text) == (200, "1")
        assert Account.objects.count() == 0
        assert Tombstone.objects.count() == 2
