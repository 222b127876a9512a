"""Authenticator apps and recovery codes, by forms as browsers without JavaScript send them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from flexiapi.accounts.models import Account
from flexiapi.auth import limits, seals
from flexiapi.auth.models import FactorRecoveryCode, PortalSession, TotpSecret
from flexiapi.auth.second_factor import totp
from flexiapi.config import instance
from flexiapi.operations.models import AuditRecord
from tests import factories
from tests.portal.authenticator import WRONG, App, answers, at_second_step, protected, set_up
from tests.portal.conftest import PASSWORD
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    """A clock that stands still."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


class TestSetUp:
    def test_from_the_dashboard_to_ten_recovery_codes(self, browser: Visitor, owner: Account) -> None:
        assert "/second_factor" in browser.open("/dashboard").links()

        _, codes = set_up(browser, PASSWORD)

        assert len(set(codes)) == 10
        assert all(len(code) == 19 for code in codes)
        assert "10 codes are left" in browser.open("/second_factor").text

    def test_the_code_names_space_and_account(self, browser: Visitor, owner: Account) -> None:
        browser.open("/second_factor")
        page = browser.submit(action="/second_factor/app/secret")

        (link,) = [link for link in page.links() if link.startswith("otpauth:")]
        assert link.startswith("otpauth://totp/Space%20")
        assert f"%3A{owner.username}%40" in link
        assert page.dom.xpath("//main//*[local-name()='svg'][@role='img']")

    def test_the_database_alone_gives_no_codes(self, browser: Visitor, owner: Account) -> None:
        app, codes = set_up(browser, PASSWORD)
        row = TotpSecret.objects.get(account=owner)

        assert app.secret.replace(" ", "") not in row.secret
        assert not any(code.replace("-", "") in repr(list(FactorRecoveryCode.objects.values())) for code in codes)
        assert not any(code in row.session_data for code in codes for row in PortalSession.objects.all())

    def test_a_code_that_the_app_does_not_show_is_refused(self, browser: Visitor, owner: Account) -> None:
        browser.open("/second_factor")
        page = browser.submit(action="/second_factor/app/secret")
        app = App(page.dom.get_element_by_id("secret").text_content())

        page = browser.submit({"one_time_code": app.code(5), "current_password": PASSWORD})

        assert page.error_of("one_time_code") == WRONG
        assert page.dom.get_element_by_id("secret").text_content() == app.secret
        assert not TotpSecret.objects.filter(confirmed_at__isnull=False).exists()

    def test_it_needs_the_password(self, browser: Visitor) -> None:
        browser.open("/second_factor")
        page = browser.submit(action="/second_factor/app/secret")
        app = App(page.dom.get_element_by_id("secret").text_content())

        page = browser.submit({"one_time_code": app.code(), "current_password": "wrong"})

        assert page.error_of("current_password") == "This is neither the password nor a usable code."
        assert not TotpSecret.objects.filter(confirmed_at__isnull=False).exists()

    def test_who_has_no_password_is_not_asked_for_one(self) -> None:
        account = factories.an_account(factories.a_space(), password=PASSWORD)
        visitor = Visitor(account.space)
        visitor.log_in(account, PASSWORD)
        account.passwords.all().delete()
        visitor.open("/second_factor")
        page = visitor.submit(action="/second_factor/app/secret")
        app = App(page.dom.get_element_by_id("secret").text_content())

        assert visitor.submit({"one_time_code": app.code()}).heading == "Recovery codes"

    def test_a_confirmed_one_is_not_replaced(self, browser: Visitor, owner: Account) -> None:
        browser.open("/second_factor")
        stale = browser.page
        set_up(browser, PASSWORD)
        before = TotpSecret.objects.get(account=owner).secret

        browser.page = stale
        page = browser.submit(action="/second_factor/app/secret")

        assert page.status == 409
        assert TotpSecret.objects.get(account=owner).secret == before

    def test_in_french(self, owner: Account) -> None:
        visitor = Visitor(owner.space, headers={"Accept-Language": "fr"})
        visitor.log_in(owner, PASSWORD)

        assert visitor.open("/second_factor").heading == "Second facteur"


class TestRecoveryCodes:
    def test_each_is_good_once(self, owner: Account) -> None:
        _, codes = protected(owner, PASSWORD)

        page = answers(at_second_step(owner, PASSWORD), codes[3].upper().replace("-", " "))

        assert (page.url, page.toasts) == ("/dashboard", ["9 recovery codes are left."])
        assert answers(at_second_step(owner, PASSWORD), codes[3]).error_of("one_time_code") == WRONG

    def test_new_ones_end_the_former(self, browser: Visitor, owner: Account) -> None:
        _, codes = set_up(browser, PASSWORD)
        browser.open("/second_factor/recovery_codes")

        page = browser.submit({"current_password": PASSWORD})

        fresh = [item.text_content() for item in page.dom.get_element_by_id("recovery-codes")]
        assert len(fresh) == 10
        assert answers(at_second_step(owner, PASSWORD), codes[0]).error_of("one_time_code") == WRONG
        assert answers(at_second_step(owner, PASSWORD), fresh[0]).url == "/dashboard"

    def test_without_factor_there_are_none(self, browser: Visitor) -> None:
        assert browser.open("/second_factor/recovery_codes").url == "/second_factor"
        assert FactorRecoveryCode.objects.count() == 0


class TestRemoval:
    @pytest.mark.parametrize("proof", ["password", "app", "recovery code"])
    def test_it_needs_a_proof(self, browser: Visitor, owner: Account, proof: str) -> None:
        app, codes = set_up(browser, PASSWORD)
        browser.open("/second_factor/app/delete")
        page = browser.submit({"current_password": "wrong"})
        assert page.error_of("current_password") == "This is neither the password nor a usable code."

        given = {"password": PASSWORD, "app": app.code(), "recovery code": codes[0]}[proof]
        page = browser.submit({"current_password": given})

        assert (page.url, page.toasts) == ("/second_factor", ["The authenticator app was removed."])
        assert FactorRecoveryCode.objects.count() == 0
        assert Visitor(owner.space).log_in(owner, PASSWORD).url == "/dashboard"

    def test_a_session_alone_guesses_no_longer_than_at_login(self, browser: Visitor) -> None:
        set_up(browser, PASSWORD)
        limits.forget()
        with instance.override(rate_limit_credentials=True):
            for _ in range(5):
                browser.open("/second_factor/app/delete")
                browser.submit({"current_password": "wrong"})
            browser.open("/second_factor/app/delete")
            page = browser.submit({"current_password": PASSWORD})

        assert page.status == 429
        assert TotpSecret.objects.exists()
        limits.forget()

    def test_there_is_nothing_to_remove(self, browser: Visitor) -> None:
        assert browser.open("/second_factor/app/delete").status == 404


def test_codes_are_those_of_the_rfc(browser: Visitor, owner: Account, clock: Any) -> None:
    """RFC 6238, appendix B: at 1111111109 the key `12345678901234567890` gives 07081804."""
    browser.open("/second_factor")
    browser.submit(action="/second_factor/app/secret")
    TotpSecret.objects.filter(account=owner).update(secret=seals.seal("second factor", b"12345678901234567890"))

    clock.move_to(datetime.fromtimestamp(1111111109, UTC))
    visitor = Visitor(owner.space)
    visitor.log_in(owner, PASSWORD)
    visitor.open("/second_factor/app")

    page = visitor.submit({"one_time_code": "081804", "current_password": PASSWORD})
    assert page.heading == "Recovery codes"


def test_every_step_is_in_the_audit_log(owner: Account, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        app, codes = protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)
        answers(visitor, "000000")
        answers(visitor, app.code())
        answers(at_second_step(owner, PASSWORD), codes[0])
        visitor.open("/second_factor/recovery_codes")
        visitor.submit({"current_password": PASSWORD})
        visitor.open("/second_factor/app/delete")
        visitor.submit({"current_password": PASSWORD})

    records = list(AuditRecord.objects.order_by("id").values_list("action", "object", "after"))
    assert [action for action, _, _ in records] == [
        "login.succeeded",
        "second_factor.added",
        "credential.refused",
        "login.succeeded",
        "recovery_code.used",
        "login.succeeded",
        "recovery_codes.replaced",
        "second_factor.removed",
    ]
    assert {who for _, who, _ in records} == {owner.identifier}
    assert records[3][2] == '{"how":"password + code"}'
    assert not any(code in str(records) for code in codes)


def test_the_key_uri_quotes_names() -> None:
    assert totp.uri("ABC", issuer="Müller: & Co", name="a@b.c") == (
        "otpauth://totp/M%C3%BCller%20%20%26%20Co%3Aa%40b.c?secret=ABC&issuer=M%C3%BCller%20%20%26%20Co"
    )
