"""Confirmation, recovery and QR login, walked through by forms without JavaScript."""

import re

import pytest
import time_machine

from flexiapi.accounts.models import RecoveryCode
from flexiapi.accounts.services import mails
from flexiapi.auth.models import AuthToken
from flexiapi.config import instance
from flexiapi.messaging.models import Delivery
from tests import factories
from tests.api import Api
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db


def digits(code: str) -> dict[str, str]:
    """A code in its field."""
    return {"code": code}


class TestAddresses:
    @pytest.mark.parametrize(("kind", "target"), [("email", "fresh@example.org"), ("phone", "+33612345678")])
    def test_another_code_is_a_click_away(self, kind: str, target: str) -> None:
        factories.activate_countries("FR")
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
            visitor.log_in(account, "s3cret")
            visitor.open(f"/{kind}/change")
            visitor.submit({kind: target})

            page = visitor.submit(action=f"/{kind}/send_again")
            assert "less than a minute ago" in page.error_of("code")
            assert Delivery.objects.count() == 1
            clock.shift(61)
            page = visitor.submit(action=f"/{kind}/send_again")

        assert (page.url, page.toasts) == (f"/{kind}/validate", ["A new code was sent."])
        assert list(Delivery.objects.values_list("recipient", flat=True)) == [target] * 2
        former, latest = getattr(account, f"{kind}_change_codes").order_by("id")
        assert (former.code, len(latest.code)) == (None, 4)

    def test_wrong_codes_end_after_three(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        visitor.log_in(account, "s3cret")
        visitor.open("/email/change")
        visitor.submit({"email": "fresh@example.org"})
        code = account.email_change_codes.get().code
        wrong = "1000" if code != "1000" else "1001"

        for _ in range(3):
            assert visitor.submit(digits(wrong), action="/email").url == "/email/change"
            visitor.open("/email/validate")
        assert visitor.submit(digits(code or ""), action="/email").status == 410

    def test_too_many_block_the_account(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        visitor.log_in(account, "s3cret")
        with instance.override(blocking_amount_events_authorized_during_period=1):
            visitor.open("/email/change")
            visitor.submit({"email": "one@example.org"})
            visitor.open("/email/change")
            page = visitor.submit({"email": "two@example.org"})

        assert (page.url, page.heading) == ("/blocked", "Account blocked")

    @pytest.mark.parametrize(("kind", "new"), [("email", "new@example.org"), ("phone", "+33612345678")])
    def test_a_wrong_code_leads_back_to_the_change(self, kind: str, new: str) -> None:
        factories.activate_countries("FR")
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        visitor.log_in(account, "s3cret")
        visitor.open(f"/{kind}/change")
        visitor.submit({kind: new})
        codes = account.email_change_codes if kind == "email" else account.phone_change_codes
        right = codes.get().code or ""

        page = visitor.submit(digits("1000" if right != "1000" else "1001"), action=f"/{kind}")

        assert page.url == f"/{kind}/change"
        assert [line.text_content() for line in page.dom.xpath("//*[@role='alert']")] == ["The code should be valid"]
        assert f"/{kind}/validate" in page.links()
        visitor.open(f"/{kind}/validate")
        assert visitor.submit(digits(right), action=f"/{kind}").url == "/dashboard"

    def test_without_pending_code_there_is_nothing_to_enter(self) -> None:
        space = factories.a_space(phone_registration=False)
        account = factories.an_account(space, password="s3cret")
        visitor = Visitor(space)
        visitor.log_in(account, "s3cret")

        assert visitor.open("/email/validate").status == 404
        assert visitor.open("/phone/change").status == 404


class TestRecovery:
    def test_by_email_to_a_new_password(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="me@example.org", password="forgotten")
        visitor = Visitor(space)
        visitor.open("/recovery/email")

        page = visitor.submit({"email": "me@example.org"})
        assert (page.url, "3 attempts left" in page.text) == ("/recovery/confirm", True)
        code = RecoveryCode.objects.get(account=account).code or ""
        wrong = "1000" if code != "1000" else "1001"
        assert "2 attempts left" in visitor.submit(digits(wrong)).text
        page = visitor.submit(digits(code))

        assert page.url == "/password"
        assert not page.dom.xpath("//input[@name='old_password']")
        page = visitor.submit({"password": "a new secret", "password_confirmation": "a new secret"})
        assert page.url == "/login"
        assert api.on(space).digest("GET", "/api/accounts/me", account, "a new secret").status == 200

    def test_half_an_hour_later_the_old_password_is_asked_for(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="me@example.org", password="forgotten")
        visitor = Visitor(space)
        with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
            visitor.open("/recovery/email")
            visitor.submit({"email": "me@example.org"})
            visitor.submit(digits(RecoveryCode.objects.get(account=account).code or ""))
            clock.shift(29 * 60)
            assert not visitor.open("/password").dom.xpath("//input[@name='old_password']")
            clock.shift(2 * 60)

            page = visitor.submit({"password": "a new secret", "password_confirmation": "a new secret"})

            assert (page.url, bool(page.error_of("old_password"))) == ("/password", True)

    @pytest.mark.parametrize(
        ("host", "base"),
        [
            ("evil.example", "http://a.example.org"),
            ("evil.example:8000", "http://a.example.org"),
            ("a.example.org:8000", "http://a.example.org:8000"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ],
    )
    def test_the_mail_leads_to_the_host_of_the_space(self, host: str, base: str) -> None:
        """A Space that is alone answers on every host: whoever asks for the mail must not choose where it leads."""
        space = factories.a_space(host="a.example.org")
        factories.an_account(space, email="me@example.org")
        visitor = Visitor(space)
        visitor.open("/recovery/email")
        token = str(visitor.page.dom.xpath("//input[@name='_token']/@value")[0])  # type: ignore[union-attr]

        with instance.override(app_root_host=None):
            visitor.client.post(
                "/recovery", {"_token": token, "email": "me@example.org"}, headers={"Host": host}, RAW_URI="/recovery"
            )

        assert Delivery.objects.get().payload["context"]["provisioning_url"].startswith(f"{base}/provisioning/")

    def test_by_phone_with_the_token_that_the_app_was_sent(self) -> None:
        factories.activate_countries("FR")
        space = factories.a_space()
        account = factories.an_account(space, phone="+33612345678", password="forgotten")
        token = factories.a_recovery_token().token
        visitor = Visitor(space)

        page = visitor.open(f"/recovery/phone/{token}?phone=%2B33612345678")
        assert page.dom.xpath("//input[@name='phone']/@value") == ["+33612345678"]
        page = visitor.submit()

        assert (page.url, Delivery.objects.get().kind) == ("/recovery/confirm", "sms")
        assert visitor.submit(digits(RecoveryCode.objects.get(account=account).code or "")).url == "/password"
        assert Visitor(space).open(f"/recovery/phone/{token}").status == 404

    def test_a_phone_without_country_code_is_refused_and_the_token_stays(self) -> None:
        token = factories.a_recovery_token().token
        visitor = Visitor(factories.a_space())
        visitor.open(f"/recovery/phone/{token}")

        page = visitor.submit({"phone": "0612345678"})

        assert (page.url, bool(page.error_of("phone"))) == (f"/recovery/phone/{token}", True)

    def test_tokens_end_after_an_hour(self) -> None:
        with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
            token = factories.a_recovery_token().token
            clock.shift(61 * 60)
            page = Visitor(factories.a_space()).open(f"/recovery/phone/{token}")

        assert (page.status, "Token expired" in page.text) == (419, True)

    def test_where_addresses_are_shared_the_name_is_asked_for(self) -> None:
        space = factories.a_space(unique_email=False)
        factories.an_account(space, "one", email="all@example.org")
        factories.an_account(space, "two", email="all@example.org")
        visitor = Visitor(space)
        visitor.open("/recovery/email")

        assert visitor.submit({"email": "all@example.org", "username": ""}).error_of("username")
        assert visitor.submit({"username": "two"}).url == "/recovery/confirm"
        assert RecoveryCode.objects.get().account.username == "two"

    def test_a_second_request_has_to_wait(self) -> None:
        visitor = Visitor(factories.a_space())
        for _ in range(2):
            visitor.open("/recovery/email")
            page = visitor.submit({"email": "me@example.org"})

        assert (page.url, "A code was sent a moment ago." in page.text) == ("/recovery/email", True)

    def test_unknown_addresses_are_answered_alike(self) -> None:
        visitor = Visitor(factories.a_space())
        visitor.open("/recovery/email")

        page = visitor.submit({"email": "nobody@example.org"})

        assert (page.url, "3 attempts left" in page.text) == ("/recovery/confirm", True)
        assert "2 attempts left" in visitor.submit(digits("1234")).text
        assert "1 attempt left" in visitor.submit(digits("1234")).text
        assert "0 attempts left" in visitor.submit(digits("1234")).text
        assert visitor.submit(digits("1234")).status == 419
        assert Delivery.objects.count() == 0

    def test_the_code_page_needs_a_request(self) -> None:
        assert Visitor(factories.a_space()).open("/recovery/confirm").url == "/recovery/email"
        assert Visitor(factories.a_space()).open("/recovery/phone/unknown").status == 404

    def test_the_link_of_an_administrator(self, api: Api) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="me@example.org", password="forgotten")
        assert api.as_admin(space).post(f"/api/accounts/{account.pk}/send_reset_password_email").status == 200
        payload = str(Delivery.objects.get().payload)
        found = re.search(r"/reset_password/(\w+)", payload)
        assert found is not None, mails
        visitor = Visitor(space)

        visitor.open(found[0])
        page = visitor.submit({"password": "a new secret", "password_confirmation": "a new secret"})

        assert page.heading == "Password updated"
        assert api.on(space).digest("GET", "/api/accounts/me", account, "a new secret").status == 200
        page = visitor.open(found[0])
        assert (page.status, "This link is no longer available." in page.text) == (200, True)
        assert visitor.open("/reset_password/neverissued12345").status == 404


CODE = "//*[local-name()='svg'][@aria-label='QR code that logs another device in']"


class TestQrLogin:
    def test_a_browser_is_let_in_by_a_device_that_is_logged_in(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        new, phone = Visitor(space), Visitor(space)
        phone.log_in(account, "s3cret")

        page = new.open("/authenticate/qrcode")
        token = page.url.rpartition("/")[2]
        assert page.answer.header("Refresh") == "5"
        assert phone.open(f"/auth_tokens/auth/external/{token}").heading == "Let this device in?"
        assert AuthToken.objects.get().account_id is None
        phone.submit()

        assert new.open(page.url).url == "/dashboard"
        assert AuthToken.objects.count() == 0
        thief = Visitor(space)
        assert thief.open(f"/authenticate/qrcode/{token}").url != f"/authenticate/qrcode/{token}"

    def test_a_device_is_let_in_by_the_code_of_a_browser(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, password="s3cret")
        browser, phone = Visitor(space), Visitor(space)
        browser.log_in(account, "s3cret")
        browser.open("/dashboard")
        page = browser.submit(action="/auth_tokens")
        assert (page.url, page.toasts) == ("/dashboard", ["A code for another device is ready."])
        card = page.dom.xpath("//section[@id='link-device']")[0]
        assert "for another 5 minutes." in card.text_content()
        assert card.xpath(CODE)
        token = AuthToken.objects.get(account=account).token

        assert browser.open(f"/auth_tokens/qrcode/{token}").answer.header("Content-Type") == "image/png"
        assert phone.open(f"/auth_tokens/auth/{token}").heading == "Log in on this device?"
        page = phone.submit()

        assert page.url == "/dashboard"
        assert not browser.open("/dashboard").dom.xpath(CODE)
        assert Visitor(space).open(f"/auth_tokens/auth/{token}").status == 404

    def test_codes_end_after_five_minutes(self) -> None:
        space = factories.a_space()
        browser, new = Visitor(space), Visitor(space)
        with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
            browser.log_in(factories.an_account(space, password="s3cret"), "s3cret")
            browser.open("/link_device")
            page = browser.submit()
            assert (page.url, page.answer.header("Refresh")) == ("/link_device", "301")
            waiting = new.open("/authenticate/qrcode").url
            token = AuthToken.objects.exclude(account=None).get().token

            clock.shift(4 * 60)
            assert "for another minute." in browser.open("/link_device").text
            clock.shift(61)
            assert not browser.open("/link_device").dom.xpath(CODE)
            assert Visitor(space).open(f"/auth_tokens/auth/{token}").status == 404
            assert Visitor(space).open(f"/auth_tokens/qrcode/{token}").status == 404
            renewed = new.open(waiting)

        assert renewed.status == 200
        assert renewed.url.startswith("/authenticate/qrcode/")
        assert renewed.url != waiting

    def test_across_spaces_there_is_nothing(self) -> None:
        token = AuthToken.objects.create(token="a" * 32, account=factories.an_account(factories.a_space()))

        assert Visitor(factories.a_space()).open(f"/auth_tokens/auth/{token.token}").status == 404
        assert Visitor(factories.a_space()).open(f"/auth_tokens/qrcode/{token.token}").status == 404
