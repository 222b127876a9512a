"""Changes of the own e-mail address and phone number: codes, their limits, blocking and uniqueness."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flexiapi.accounts.models import Account, EmailChangeCode, PhoneChangeCode
from flexiapi.config import instance
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import Space
from tests import factories
from tests.api import Answer, Api

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NUMBER = "+33612345678"
CHANGES = [("email", "new@example.org"), ("phone", NUMBER)]


def a_vouched_account(space: Space | None = None, **columns: object) -> Account:
    """An account that may ask for codes."""
    account = factories.an_account(space or factories.a_space(), **columns)
    factories.a_creation_token(account)
    return account


def pending(kind: str, account: Account) -> EmailChangeCode | PhoneChangeCode:
    """The code that was sent last."""
    codes = account.email_change_codes if kind == "email" else account.phone_change_codes
    found = codes.filter(code__isnull=False).last()
    assert found is not None
    return found


def wrong(code: str | None) -> str:
    """Another code."""
    return "1000" if code != "1000" else "1001"


@pytest.fixture(autouse=True)
def _france() -> None:
    factories.activate_countries("FR")


@pytest.mark.parametrize(("kind", "value"), CHANGES)
class TestBoth:
    def ask(self, api: Api, account: Account, kind: str, value: object) -> Answer:
        return api.as_account(account).post(f"/api/accounts/me/{kind}/request", {kind: value})

    def confirm(self, api: Api, account: Account, kind: str, code: object) -> Answer:
        return api.as_account(account).post(f"/api/accounts/me/{kind}", {"code": code})

    def test_a_right_code_changes_it(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account(activated=False)

        asked = self.ask(api, account, kind, value)
        assert (asked.status, asked.body) == (200, b"")
        code = pending(kind, account)
        assert getattr(code, kind) == value
        assert 1000 <= int(code.code or "") <= 9999
        answer = self.confirm(api, account, kind, code.code)

        assert answer.status == 200
        assert (answer.json[kind], answer.json["activated"]) == (value, True)
        assert answer.json["email_change_code"] is None
        assert ("phone_change_code" in answer.json) == (kind == "phone")
        assert self.confirm(api, account, kind, code.code).status == 404

    def test_only_administrators_see_the_code(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        self.ask(api, account, kind, value)
        code = pending(kind, account).code

        shown = api.as_admin(account.space).get(f"/api/accounts/{account.pk}").json
        me = api.as_account(account).get("/api/accounts/me")

        assert shown[f"{kind}_change_code"]["code"] == code
        assert shown[f"{kind}_change_code"][kind] == value
        if kind == "email":
            assert list(me.json["email_change_code"]) == ["email", "created_at", "updated_at", "ip", "user_agent"]
        else:
            assert "phone_change_code" not in me.json

    def test_without_pending_code(self, api: Api, kind: str, value: str) -> None:
        assert self.confirm(api, a_vouched_account(), kind, "1234").status == 404

    @pytest.mark.parametrize("code", [None, "12", "12345", "abcd", "1234\n5", "１２３４", ["1"], {"a": 1}, True])
    def test_codes_have_four_digits(self, api: Api, kind: str, value: str, code: object) -> None:
        answer = self.confirm(api, a_vouched_account(), kind, code)

        assert answer.status == 422
        assert list(answer.errors) == ["code"]

    def test_three_wrong_tries_end_a_code(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        self.ask(api, account, kind, value)
        code = pending(kind, account).code

        for _ in range(3):
            answer = self.confirm(api, account, kind, wrong(code))
            assert answer.status == 422
            assert answer.errors == {"code": ["The code should be valid"]}
        ended = self.confirm(api, account, kind, code)

        assert (ended.status, ended.message) == (410, "Expired code")

    def test_an_old_code_is_gone(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        with time_machine.travel(NOON, tick=False) as clock:
            self.ask(api, account, kind, value)
            clock.shift(timedelta(minutes=10, seconds=1))

            assert self.confirm(api, account, kind, pending(kind, account).code).status == 410
            with instance.override(
                app_email_change_code_expiration_minutes=0, app_phone_change_code_expiration_minutes=0
            ):
                assert self.confirm(api, account, kind, pending(kind, account).code).status == 200

    def test_a_new_request_ends_the_older_code(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        self.ask(api, account, kind, value)
        first = pending(kind, account).code
        assert self.ask(api, account, kind, value).status == 200
        second = pending(kind, account).code

        if first != second:
            assert self.confirm(api, account, kind, first).status == 422
        assert self.confirm(api, account, kind, second).status == 200
        assert self.confirm(api, account, kind, first).status == 404

    def test_unvouched_accounts_are_refused_before_validation(self, api: Api, kind: str, value: str) -> None:
        account = factories.an_account(factories.a_space())

        answer = self.ask(api, account, kind, None)
        assert (answer.status, answer.message) == (403, "Account unvalidated")

        token = factories.a_creation_token()
        api.as_account(account).post("/api/account_creation_tokens/consume", {"account_creation_token": token.token})
        assert self.ask(api, account, kind, value).status == 200

    def test_too_many_requests_block_the_account(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        with instance.override(blocking_amount_events_authorized_during_period=1):
            assert self.ask(api, account, kind, value).status == 200
            refused = self.ask(api, account, kind, value)

        assert (refused.status, refused.message) == (403, "Account blocked")
        account.refresh_from_db()
        assert account.blocked
        assert api.as_account(account).get("/api/accounts/me").message == "Account blocked"
        assert api.as_admin(account.space).post(f"/api/accounts/{account.pk}/unblock").json["blocked"] is False

    def test_old_requests_do_not_count(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        with (
            instance.override(blocking_amount_events_authorized_during_period=1),
            time_machine.travel(NOON, tick=False) as clock,
        ):
            self.ask(api, account, kind, value)
            clock.shift(timedelta(minutes=31))

            assert self.ask(api, account, kind, value).status == 200

    def test_blocking_can_be_off(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        with instance.override(blocking_amount_events_authorized_during_period=0):
            assert {self.ask(api, account, kind, value).status for _ in range(7)} == {200}

    def test_somebody_elses_is_taken_in_the_space_only(self, api: Api, kind: str, value: str) -> None:
        space = factories.a_space()
        account = a_vouched_account(space)
        factories.an_account(factories.a_space(), **{kind: value})
        assert self.ask(api, account, kind, value).status == 200

        factories.an_account(space, **{kind: value})
        answer = self.ask(api, account, kind, value)

        assert answer.errors == {kind: [f"The {kind} has already been taken."]}

    def test_taken_meanwhile(self, api: Api, kind: str, value: str) -> None:
        account = a_vouched_account()
        self.ask(api, account, kind, value)
        factories.an_account(account.space, **{kind: value})

        answer = self.confirm(api, account, kind, pending(kind, account).code)

        assert answer.errors == {"code": [f"The {kind} has already been taken."]}


class TestEmail:
    def test_the_mail_goes_to_the_new_address(self, api: Api) -> None:
        account = a_vouched_account(email="old@example.org")

        api.as_account(account).post("/api/accounts/me/email/request", {"email": "new@example.org"})

        mail = Delivery.objects.get(kind="mail")
        assert mail.recipient == "new@example.org"
        assert mail.payload["context"] == {"code": pending("email", account).code, "expiration_minutes": 10}

    def test_the_present_address_is_none(self, api: Api) -> None:
        account = a_vouched_account(email="old@example.org")

        answer = api.as_account(account).post("/api/accounts/me/email/request", {"email": "old@example.org"})

        assert answer.errors == {"email": ["The selected email is invalid."]}

    @pytest.mark.parametrize("email", [None, "nobody", "a b@example.org", "a" * 60 + "@example.org", ["a"]])
    def test_bad_addresses(self, api: Api, email: object) -> None:
        answer = api.as_account(a_vouched_account()).post("/api/accounts/me/email/request", {"email": email})

        assert answer.status == 422
        assert Delivery.objects.count() == 0

    def test_addresses_need_not_be_unique(self, api: Api) -> None:
        account = a_vouched_account(factories.a_space(unique_email=False))
        factories.an_account(account.space, email="new@example.org")

        answer = api.as_account(account).post("/api/accounts/me/email/request", {"email": "new@example.org"})

        assert answer.status == 200


class TestPhone:
    def test_the_sms_has_the_text_that_providers_know(self, api: Api) -> None:
        account = a_vouched_account()

        api.as_account(account).post("/api/accounts/me/phone/request", {"phone": "+33 6 12 34 56 78"})

        sms = Delivery.objects.get(kind="sms")
        code = pending("phone", account).code
        assert sms.recipient == NUMBER
        assert sms.payload["text"] == (
            f"Your {account.space.name} validation code is {code}. The code is available for 10 minutes"
        )

    def test_the_own_number_is_taken_too(self, api: Api) -> None:
        account = a_vouched_account(phone=NUMBER)

        answer = api.as_account(account).post("/api/accounts/me/phone/request", {"phone": NUMBER})

        assert answer.errors == {"phone": ["The phone has already been taken."]}

    def test_a_number_that_is_a_username_is_taken(self, api: Api) -> None:
        account = a_vouched_account()
        factories.an_account(account.space, NUMBER)

        answer = api.as_account(account).post("/api/accounts/me/phone/request", {"phone": NUMBER})

        assert answer.errors == {"phone": ["The phone has already been taken."]}

    @pytest.mark.parametrize("phone", [None, "0612345678", "+3361", "+33612345678x5", "x", ["+33612345678"], 7])
    def test_bad_numbers(self, api: Api, phone: object) -> None:
        answer = api.as_account(a_vouched_account()).post("/api/accounts/me/phone/request", {"phone": phone})

        assert answer.status == 422
        assert list(answer.errors) == ["phone"]
        assert Delivery.objects.count() == 0

    def test_by_digest_as_the_sdk_does(self, api: Api, password: str) -> None:
        account = a_vouched_account(password=password)
        client = api.on(account.space)

        asked = client.digest("POST", "/api/accounts/me/phone/request", account, password, {"phone": NUMBER})
        assert asked.status == 200
        body = {"code": pending("phone", account).code}
        assert client.digest("POST", "/api/accounts/me/phone", account, password, body).json["phone"] == NUMBER


class TestCountries:
    def test_numbers_of_a_country_are_accepted_once_it_is_activated(self, api: Api) -> None:
        account, admin = a_vouched_account(), api.as_super_admin()
        number = {"phone": "+31612345678"}

        refused = api.as_account(account).post("/api/accounts/me/phone/request", number)
        assert refused.errors == {"phone": ["The phone number must belong to an authorized country."]}
        activated = admin.post("/api/phone_countries/NL/activate")
        assert (activated.status, activated.text) == (200, "1")
        assert api.as_account(account).post("/api/accounts/me/phone/request", number).status == 200
        assert admin.post("/api/phone_countries/NL/deactivate").text == "1"
        assert api.as_account(account).post("/api/accounts/me/phone/request", number).status == 422

    def test_all_with_the_same_calling_code(self, api: Api) -> None:
        answer = api.as_super_admin().post("/api/phone_countries/GB/activate")

        listed = {row["code"]: row for row in api.get("/api/phone_countries", Host="super.example.org").json}
        assert answer.text == "4"
        assert {code for code, row in listed.items() if row["activated"]} == {"FR", "GB", "GG", "IM", "JE"}
        assert listed["GB"] == {"code": "GB", "country_code": "44", "activated": True}
        assert list(listed) == sorted(listed)

    @pytest.mark.parametrize("code", ["nl", "XX", "NLD", "Ñ", "N'L"])
    def test_unknown_countries(self, api: Api, code: str) -> None:
        assert api.as_super_admin().post(f"/api/phone_countries/{code}/activate").status == 404

    def test_only_super_administrators(self, api: Api) -> None:
        space = factories.a_space()

        assert api.as_admin(space).post("/api/phone_countries/NL/activate").status == 403
        assert api.as_account(factories.an_account(space)).post("/api/phone_countries/NL/activate").status == 403
        assert api.on(space).post("/api/phone_countries/NL/activate").status == 401
