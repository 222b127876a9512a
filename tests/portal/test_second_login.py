"""The second step of logging in, by forms as browsers without JavaScript send them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from flexiapi.accounts.models import Account, RecoveryCode
from flexiapi.accounts.services import passwords
from flexiapi.auth import auth_tokens, limits
from flexiapi.config import instance
from tests import factories
from tests.portal.authenticator import WRONG, answers, at_second_step, protected, set_up
from tests.portal.conftest import PASSWORD
from tests.portal.visitor import Visitor

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    """A clock that stands still."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def is_in(visitor: Visitor) -> bool:
    return visitor.open("/dashboard").url == "/dashboard"


class TestLogin:
    def test_the_code_comes_after_the_password(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)

        page = answers(visitor, app.code())

        assert page.url == "/dashboard"

    def test_nothing_else_is_open_in_between(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)

        for path in ("/dashboard", "/second_factor", "/api_key", "/sessions", "/link_device", "/password"):
            assert visitor.open(path).url == "/login", path

    def test_who_wanted_a_page_gets_there(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        visitor = Visitor(owner.space)
        visitor.open("/sessions")
        visitor.log_in(owner, PASSWORD)

        assert answers(visitor, app.code()).url == "/sessions"

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_clocks_may_be_one_step_apart(self, owner: Account, clock: Any, steps: int) -> None:
        app, _ = protected(owner, PASSWORD)
        clock.shift(timedelta(minutes=5))

        assert answers(at_second_step(owner, PASSWORD), app.code(steps)).url == "/dashboard"

    @pytest.mark.parametrize("steps", [-2, 2])
    def test_but_not_two(self, owner: Account, clock: Any, steps: int) -> None:
        app, _ = protected(owner, PASSWORD)
        clock.shift(timedelta(minutes=5))

        assert answers(at_second_step(owner, PASSWORD), app.code(steps)).error_of("one_time_code") == WRONG

    def test_a_code_is_good_once(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        code = app.code()
        assert answers(at_second_step(owner, PASSWORD), code).url == "/dashboard"

        again = at_second_step(owner, PASSWORD)

        assert answers(again, code).error_of("one_time_code") == WRONG
        assert not is_in(again)

    def test_an_older_code_is_dead_once_a_newer_was_used(self, owner: Account, clock: Any) -> None:
        app, _ = protected(owner, PASSWORD)
        clock.shift(timedelta(minutes=5))
        older = app.code(-1)
        assert answers(at_second_step(owner, PASSWORD), app.code()).url == "/dashboard"

        assert answers(at_second_step(owner, PASSWORD), older).error_of("one_time_code") == WRONG

    def test_the_code_that_set_it_up_is_used(self, browser: Visitor, owner: Account) -> None:
        app, _ = set_up(browser, PASSWORD)

        assert answers(at_second_step(owner, PASSWORD), app.code(-1)).error_of("one_time_code") == WRONG

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "x" * 65])
    def test_other_things_are_refused(self, owner: Account, code: str) -> None:
        protected(owner, PASSWORD)

        page = answers(at_second_step(owner, PASSWORD), code)

        assert (page.url, bool(page.error_of("one_time_code"))) == ("/login/second_factor", True)

    def test_a_code_of_somebody_else_is_refused(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        other, codes = protected(factories.an_account(owner.space, password=PASSWORD), PASSWORD)

        assert answers(at_second_step(owner, PASSWORD), other.code()).error_of("one_time_code") == WRONG
        assert answers(at_second_step(owner, PASSWORD), codes[0]).error_of("one_time_code") == WRONG

    def test_it_has_ten_minutes(self, owner: Account, clock: Any) -> None:
        protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)

        clock.shift(timedelta(minutes=10, seconds=1))

        assert visitor.open("/login/second_factor").url == "/login"

    def test_a_new_password_ends_it(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)

        passwords.set_password(owner, "another s3cret")

        assert visitor.open("/login/second_factor").url == "/login"

    def test_another_space_does_not_know_it(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        visitor = at_second_step(owner, PASSWORD)

        visitor.space, visitor.page = factories.a_space(), None

        assert visitor.open("/login/second_factor").url == "/login"

    def test_the_session_changes_with_each_step(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        name = instance.current().session_cookie
        visitor = Visitor(owner.space)
        visitor.open("/sessions")
        seen = [visitor.client.cookies[name].value]
        visitor.log_in(owner, PASSWORD)
        seen.append(visitor.client.cookies[name].value)
        answers(visitor, app.code())
        seen.append(visitor.client.cookies[name].value)

        assert len(set(seen)) == 3

    def test_guessing_ends_after_five(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        limits.forget()
        with instance.override(rate_limit_credentials=True):
            visitor = at_second_step(owner, PASSWORD)
            for number in range(5):
                answers(visitor, f"{number:06}")
            page = answers(visitor, app.code())

        assert page.status == 429
        limits.forget()

    def test_others_are_not_asked(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        other = factories.an_account(owner.space, password=PASSWORD)

        assert Visitor(owner.space).log_in(other, PASSWORD).url == "/dashboard"

    def test_a_lost_key_of_the_instance_leaves_the_recovery_codes(self, owner: Account) -> None:
        app, codes = protected(owner, PASSWORD)
        with instance.override(app_key=b"k" * 32):
            visitor = Visitor(owner.space)
            visitor.log_in(owner, PASSWORD)

            assert answers(visitor, app.code()).error_of("one_time_code") == WRONG
            assert answers(visitor, codes[0]).url == "/dashboard"

    def test_a_former_key_still_opens_secrets(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        with instance.override(app_key=b"k" * 32, app_previous_keys=(instance.current().app_key,)):
            assert answers(at_second_step(owner, PASSWORD), app.code()).url == "/dashboard"


class TestOtherWaysIn:
    """What stands for the password does not stand for the second factor."""

    def test_recovery_by_mail(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        Account.objects.filter(pk=owner.pk).update(email="me@example.org")
        visitor = Visitor(owner.space)
        visitor.open("/recovery/email")
        visitor.submit({"email": "me@example.org"})
        code = RecoveryCode.objects.get(account=owner).code or ""

        page = visitor.submit({"code": code})

        assert page.url == "/login/second_factor"
        assert not is_in(visitor)
        assert answers(visitor, app.code()).url == "/password"
        assert visitor.page is not None
        assert not visitor.page.dom.xpath("//input[@name='old_password']")

    def test_a_recovery_left_half_way_gives_nothing_to_the_next_login(self, owner: Account) -> None:
        protected(owner, PASSWORD)
        Account.objects.filter(pk=owner.pk).update(email="me@example.org")
        other = factories.an_account(owner.space, password=PASSWORD)
        visitor = Visitor(owner.space)
        visitor.open("/recovery/email")
        visitor.submit({"email": "me@example.org"})
        code = RecoveryCode.objects.get(account=owner).code or ""
        visitor.submit({"code": code})

        visitor.log_in(other, PASSWORD)

        assert visitor.open("/password").dom.xpath("//input[@name='old_password']")
        assert visitor.open("/login/second_factor").url != "/login/second_factor"

    def test_qr_codes(self, owner: Account) -> None:
        app, _ = protected(owner, PASSWORD)
        token = auth_tokens.create(origin=factories.ORIGIN, account_id=owner.pk).token
        visitor = Visitor(owner.space)
        visitor.open(f"/auth_tokens/auth/{token}")

        assert visitor.submit().url == "/login/second_factor"
        assert not is_in(visitor)
        assert answers(visitor, app.code()).url == "/dashboard"
