"""Registration by its forms, without JavaScript."""

import re
from typing import Any

import pytest

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import Space
from flexiapi.spaces.services.seats import touch
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db
FORM = {
    "username": "newcomer",
    "email": "new@example.org",
    "email_confirmation": "new@example.org",
    "password": "a good secret",
    "password_confirmation": "a good secret",
    "terms": "on",
}


class TestRegistration:
    def test_by_email_up_to_the_provisioned_app(self, api: Api) -> None:
        space = factories.a_space(newsletter_registration_address="news@example.org")
        visitor = Visitor(space)

        visitor.open("/register")
        page = visitor.submit({**FORM, "newsletter": "on"})

        assert page.url == "/email/validate"
        account = Account.objects.get(username="newcomer", space__domain=space.domain)
        assert (account.email, account.activated) == (None, False)
        assert list(Delivery.objects.values_list("recipient", flat=True)) == ["new@example.org"]
        code = account.email_change_codes.get().code or ""
        page = visitor.submit({"code": code}, action="/email")
        assert (page.url, page.toasts) == ("/dashboard", ["The e-mail address is confirmed."])
        account.refresh_from_db()
        assert (account.email, account.activated) == ("new@example.org", True)
        news = Delivery.objects.get(template="newsletter_registration")
        assert (news.recipient, news.payload["context"]["subscriber_email"]) == ("news@example.org", "new@example.org")
        url = re.search(r"/provisioning/\w{13}", page.text)
        assert url is not None
        assert api.on(space).get(url[0], X_Linphone_Provisioning="1").status == 200
        assert api.on(space).digest("GET", "/api/accounts/me", account, "a good secret").status == 200

    def test_by_phone(self) -> None:
        factories.activate_countries("FR")
        visitor = Visitor(factories.a_space())
        form = {key: value for key, value in FORM.items() if "email" not in key}

        visitor.open("/register/phone")
        page = visitor.submit({**form, "phone": "+33 6 12 34 56 78"})

        assert page.url == "/phone/validate"
        assert "+33612345678" in page.text
        assert Delivery.objects.get().kind == "sms"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"username": "Upper"}, "username"),
            ({"email": "nobody", "email_confirmation": "nobody"}, "email"),
            ({"email_confirmation": "other@example.org"}, "email"),
            ({"password": "short", "password_confirmation": "short"}, "password"),
            ({"password_confirmation": "another secret"}, "password"),
            ({"terms": None}, "terms"),
        ],
    )
    def test_refusals_make_no_account_and_keep_the_input(self, changes: dict[str, str], field: str) -> None:
        visitor = Visitor(factories.a_space())

        visitor.open("/register/email")
        page = visitor.submit({**FORM, **changes})

        assert page.url == "/register/email"
        assert page.error_of(field)
        assert Account.objects.count() == 0
        assert page.dom.xpath("//input[@name='username']/@value") == [changes.get("username", "newcomer")]

    def test_closed_full_or_without_phones(self) -> None:
        full = factories.a_space(max_accounts=1)
        factories.an_account(full)

        assert Visitor(factories.a_space(public_registration=False)).open("/register/email").status == 404
        assert Visitor(factories.a_space(phone_registration=False)).open("/register/phone").status == 404
        page = Visitor(full).open("/register")
        assert (page.status, "The current space is full" in page.text) == (403, True)

    @pytest.mark.parametrize(
        ("changes", "path", "status"),
        [
            ({"max_accounts": 1}, "/register/email", 403),
            ({"public_registration": False}, "/register/email", 404),
            ({"phone_registration": False}, "/register/phone", 404),
        ],
    )
    def test_what_closes_while_a_form_is_filled_in_counts(
        self, changes: dict[str, Any], path: str, status: int
    ) -> None:
        factories.activate_countries("FR")
        space = factories.a_space()
        factories.an_account(space)
        visitor = Visitor(space)
        visitor.open(path)
        Space.objects.filter(pk=space.pk).update(**changes)
        touch(space)

        by_phone = {name: value for name, value in FORM.items() if "mail" not in name} | {"phone": "+33612345678"}
        page = visitor.submit(by_phone if path.endswith("phone") else FORM)

        assert page.status == status
        assert Account.objects.count() == 1

    @pytest.mark.parametrize("field", ["admin", "activated"])
    def test_nobody_gives_themselves_rights(self, field: str) -> None:
        visitor = Visitor(factories.a_space())
        token = visitor.open("/register/email").dom.xpath("//input[@name='_token']/@value")[0]

        page = visitor._send("POST", "/accounts", {**FORM, "_token": token, field: "1"})

        assert page.url == "/register/email"
        assert Account.objects.count() == 0

    def test_without_address_and_number_there_is_nothing(self) -> None:
        visitor = Visitor(factories.a_space())
        token = visitor.open("/register/email").dom.xpath("//input[@name='_token']/@value")[0]

        assert visitor._send("POST", "/accounts", {"username": "newcomer", "_token": token}).status == 404

    def test_the_account_tells_where_it_comes_from_and_keeps_no_password_without_digest(self) -> None:
        space = factories.without_digest(factories.a_space(name="Acme"))
        touch(space)
        visitor = Visitor(space)
        visitor.open("/register/email")

        assert visitor.submit(FORM).url == "/email/validate"
        account = Account.objects.get()
        assert (account.user_agent, account.ip_address, account.activated) == ("Acme", "127.0.0.1", False)
        assert not account.passwords.exists()

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/register/email")

        page = visitor.submit({"username": "Upper", "email": "nobody", "password": "short"})

        assert all(page.error_of(field) for field in ("username", "email", "password", "terms"))

    def test_the_captcha_is_asked_for(self) -> None:
        visitor = Visitor(factories.a_space())
        with instance.override(captcha_driver="array"):
            visitor.open("/register/email")
            page = visitor.submit(FORM)
            assert "Please verify that you are not a robot." in page.text
            assert Account.objects.count() == 0
            assert page.dom.xpath("//*[@data-sitekey='memory']")
