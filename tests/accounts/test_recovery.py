"""Recovery by mail and SMS, as its pages use it: decoys, tries, and one winner."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flexiapi.accounts.models import Account, AccountRecoveryToken, ProvisioningToken, RecoveryCode
from flexiapi.accounts.services import mails, password_reset, passwords, recovery
from flexiapi.http.errors import ApiError, Forbidden, Invalid, PageExpired
from flexiapi.messaging.models import Delivery
from flexiapi.spaces.models import Space
from tests import factories
from tests.outbox import Outbox
from tests.together import at_once

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NUMBER = "+33612345678"
ORIGIN = factories.ORIGIN


def by_email(space: Space, email: str, username: str | None = None) -> str:
    """Ask for a recovery by e-mail."""
    return recovery.request_by_email(
        space, email=email, username=username, base_url="https://sip.example.org", origin=ORIGIN
    )


def by_phone(space: Space, phone: str, token: AccountRecoveryToken | None = None) -> str:
    """Ask for a recovery by phone, with a fresh token if none is given."""
    token = token or factories.a_recovery_token()
    return recovery.request_by_phone(space, phone=phone, recovery_token=token.token, origin=ORIGIN)


def sent_code() -> str:
    """The code that was sent last."""
    return RecoveryCode.objects.filter(code__isnull=False).latest("id").code or ""


def wrong() -> str:
    """Another one."""
    return "1000" if sent_code() != "1000" else "1001"


@pytest.mark.django_db
class TestByEmail:
    def test_the_mail_brings_a_code_and_a_link(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, "alice", email="alice@example.org")

        handle = by_email(space, "alice@example.org")

        mail = Delivery.objects.get()
        token = ProvisioningToken.objects.get(account=account).token
        assert (mail.template, mail.recipient) == ("recover_by_code", "alice@example.org")
        assert mail.payload["context"] == {
            "code": sent_code(),
            "expiration_minutes": 10,
            "provisioning_url": f"https://sip.example.org/provisioning/{token}?reset_password",
            "provisioning_qrcode_url": f"https://sip.example.org/provisioning/qrcode/{token}?reset_password",
        }
        outcome = recovery.confirm(space, handle, sent_code(), origin=ORIGIN)
        assert outcome.account == account

    def test_an_unknown_address_looks_the_same(self) -> None:
        space = factories.a_space()
        factories.an_account(factories.a_space(), email="alice@example.org")

        handle = by_email(space, "alice@example.org")

        assert Delivery.objects.count() == 0
        assert [recovery.confirm(space, handle, "1234", origin=ORIGIN).attempts_left for _ in range(3)] == [2, 1, 0]
        with pytest.raises(PageExpired):
            recovery.confirm(space, handle, "1234", origin=ORIGIN)
        with pytest.raises(Invalid):
            by_email(space, "ALICE@example.org")

    def test_shared_addresses_need_the_username_or_the_number(self) -> None:
        space = factories.a_space(unique_email=False)
        factories.an_account(space, "alice", email="family@example.org")
        bob = factories.an_account(space, "bob", email="family@example.org", phone=NUMBER)

        by_email(space, "family@example.org")
        assert Delivery.objects.count() == 0
        by_email(space, "family@example.org", "carol")
        assert Delivery.objects.count() == 0
        by_email(space, "family@example.org", "bob")
        assert Delivery.objects.get().account == bob
        by_email(space, "family@example.org", "+33 6 12 34 56 78")
        assert Delivery.objects.count() == 2

    def test_once_a_minute(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            by_email(space, "alice@example.org")
            with pytest.raises(Invalid):
                by_email(space, "alice@example.org")
            clock.shift(timedelta(seconds=61))
            by_email(space, "alice@example.org")

    def test_asking_too_often_blocks_and_still_looks_the_same(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            for _ in range(7):
                handle = by_email(space, "alice@example.org")
                clock.shift(timedelta(seconds=61))

            assert Delivery.objects.count() == 5
            account.refresh_from_db()
            assert account.blocked
            assert recovery.confirm(space, handle, "1234", origin=ORIGIN).attempts_left == 2

    def test_ten_codes_a_day(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            for _ in range(12):
                by_email(space, "alice@example.org")
                clock.shift(timedelta(minutes=20))

        assert Delivery.objects.count() == 10


@pytest.mark.django_db
class TestByPhone:
    @pytest.mark.parametrize("columns", [{"phone": NUMBER}, {"username": NUMBER}])
    def test_the_sms_goes_to_the_number(self, columns: dict[str, str]) -> None:
        space = factories.a_space()
        account = factories.an_account(space, **columns)

        handle = by_phone(space, "+33 6 12 34 56 78")

        sms = Delivery.objects.get()
        assert (sms.kind, sms.recipient) == ("sms", NUMBER)
        assert sms.payload["text"].startswith(f"Your {space.name} validation code is {sent_code()}.")
        assert recovery.confirm(space, handle, sent_code(), origin=ORIGIN).account == account

    def test_the_token_is_used_up_known_or_not(self) -> None:
        space = factories.a_space()
        token = factories.a_recovery_token()

        recovery.request_by_phone(space, phone=NUMBER, recovery_token=token.token, origin=ORIGIN)

        token.refresh_from_db()
        assert (token.used, token.account_id) == (True, None)
        with pytest.raises(Forbidden, match="Wrong Account Recovery Token"):
            recovery.request_by_phone(space, phone="+33612345679", recovery_token=token.token, origin=ORIGIN)

    def test_an_old_token_is_refused(self) -> None:
        token = factories.a_recovery_token(created_at=NOON)

        with pytest.raises(PageExpired, match="Token expired"):
            recovery.request_by_phone(factories.a_space(), phone=NUMBER, recovery_token=token.token, origin=ORIGIN)


@pytest.mark.django_db
class TestConfirm:
    def test_three_tries(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        handle = by_email(space, "alice@example.org")

        assert [recovery.confirm(space, handle, wrong(), origin=ORIGIN).attempts_left for _ in range(3)] == [2, 1, 0]
        with pytest.raises(PageExpired, match="The code has expired"):
            recovery.confirm(space, handle, sent_code(), origin=ORIGIN)

    def test_a_code_works_once_and_for_ten_minutes(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            handle = by_email(space, "alice@example.org")
            code = sent_code()
            assert recovery.confirm(space, handle, code, origin=ORIGIN).account is not None
            assert recovery.confirm(space, handle, code, origin=ORIGIN).account is None
            clock.shift(timedelta(minutes=2))
            handle = by_email(space, "alice@example.org")
            clock.shift(timedelta(minutes=11))
            with pytest.raises(PageExpired):
                recovery.confirm(space, handle, sent_code(), origin=ORIGIN)

    def test_a_new_code_ends_the_older(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            first = by_email(space, "alice@example.org")
            code = sent_code()
            clock.shift(timedelta(minutes=2))
            by_email(space, "alice@example.org")

            assert recovery.confirm(space, first, code, origin=ORIGIN).account is None

    def test_handles_work_on_their_space_only(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        handle = by_email(space, "alice@example.org")

        for place, name in ((factories.a_space(), handle), (space, "made up")):
            with pytest.raises(PageExpired):
                recovery.confirm(place, name, sent_code(), origin=ORIGIN)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def outcomes(self, space: Space, handle: str, codes: list[str]) -> list[Account | None]:
        """What all of these tries come to, started together."""

        def attempt(number: int) -> Account | None:
            try:
                return recovery.confirm(space, handle, codes[number], origin=ORIGIN).account
            except ApiError:
                return None

        return at_once(len(codes), attempt)

    def test_one_of_all_gets_in(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org")
        handle = by_email(space, "alice@example.org")

        found = self.outcomes(space, handle, [sent_code()] * 100)

        assert [one for one in found if one is not None] == [account]

    def test_three_guesses_are_looked_at(self) -> None:
        space = factories.a_space()
        factories.an_account(space, email="alice@example.org")
        handle = by_email(space, "alice@example.org")

        assert set(self.outcomes(space, handle, [wrong()] * 100)) == {None}
        assert recovery.attempts_left(handle) == 0
        with pytest.raises(PageExpired):
            recovery.confirm(space, handle, sent_code(), origin=ORIGIN)

    def test_a_recovery_token_sends_one_code(self, outbox: Outbox) -> None:
        space = factories.a_space()
        numbers = [f"+336123456{last:02}" for last in range(100)]
        for number in numbers:
            factories.an_account(space, number)
        token = factories.a_recovery_token()

        def ask(number: int) -> bool:
            try:
                return bool(by_phone(space, numbers[number], token))
            except Forbidden:
                return False

        assert Counter(at_once(100, ask)) == {True: 1, False: 99}
        assert len(outbox.sms) == 1

    def test_a_reset_link_sets_one_password(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org", password="forgotten")
        token = a_link(account)

        def reset(number: int) -> int | None:
            try:
                password_reset.reset(space, token, f"remembered {number}", origin=ORIGIN)
            except Forbidden:
                return None
            return number

        (winner,) = [number for number in at_once(100, reset) if number is not None]
        assert passwords.matches(account, f"remembered {winner}")


def a_link(account: Account) -> str:
    """The token of a mailed link."""
    mails.send_password_reset(account, base_url="https://sip.example.org", by=None, origin=ORIGIN)
    url: str = Delivery.objects.latest("id").payload["context"]["reset_password_url"]
    return url.rpartition("/")[2]


@pytest.mark.django_db
class TestPasswordReset:
    def test_sets_a_password_once(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org", password="forgotten")
        factories.a_key(account)
        token = a_link(account)

        password_reset.reset(space, token, "remembered", origin=ORIGIN)

        assert account.api_keys.count() == 0
        with pytest.raises(ApiError):
            password_reset.reset(space, token, "again", origin=ORIGIN)

    def test_on_its_own_space_and_address_only(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org")
        token = a_link(account)

        with pytest.raises(ApiError):
            password_reset.usable_token(factories.a_space(), token)
        Account.objects.filter(pk=account.pk).update(email="other@example.org")
        with pytest.raises(ApiError):
            password_reset.usable_token(space, token)

    def test_for_a_day(self) -> None:
        space = factories.a_space()
        account = factories.an_account(space, email="alice@example.org")
        with time_machine.travel(NOON, tick=False) as clock:
            token = a_link(account)
            clock.shift(timedelta(hours=24, seconds=1))
            with pytest.raises(Forbidden):
                password_reset.usable_token(space, token)
