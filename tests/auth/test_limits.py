"""Guessing is limited, by address and by account; whoever knows the secret elsewhere notices nothing."""

from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from tests import factories, requirements
from tests.api import Api, DigestClient, parameters
from tests.identity import Provider
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import Account, RecoveryCode
from flexiapi.auth import limits
from flexiapi.auth.models import RateCounter
from flexiapi.config import instance
from flexiapi.http.dates import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TOO_MANY = (429, "Too Many Attempts.")


def log_in(account: Account, password: str, address: str, name: str | None = None) -> int:
    """The status of the login form: 302 is in, 422-like refusals go back to the form."""
    visitor = Visitor(account.space)
    visitor.client.defaults["REMOTE_ADDR"] = address
    visitor.open("/login")
    page = visitor.submit(
        {"username": name or account.username, "password": password}, action="/authenticate", follow=False
    )
    if page.status == 302:
        return 200 if page.answer.header("Location") != "/login" else 401
    return page.status


def by_digest(api: Api, account: Account, password: str) -> int:
    """The status of a request with Digest."""
    client = DigestClient(api.on(account.space), account, password)
    first = client.api.get("/api/accounts/me", From=client.sender)
    if first.status != 401:
        return first.status
    return client.answer("GET", "/api/accounts/me", parameters(client.choose(first.lines("WWW-Authenticate")))).status


class TestPasswords:
    def test_from_one_address(self, alice: Account, store: str, clock: Any) -> None:
        bob = factories.an_account(alice.space, "bob", password="b0b s3cret")

        assert [log_in(alice, f"guess {n}", "192.0.2.1") for n in range(12)] == [401] * 10 + [429] * 2

        assert log_in(alice, "right s3cret", "192.0.2.1") == 429, "the right password is no exception"
        assert log_in(bob, "b0b s3cret", "192.0.2.1") == 200, "others at the address still get in"
        assert log_in(alice, "right s3cret", "198.51.100.7") == 200
        clock.shift(timedelta(minutes=10))
        assert log_in(alice, "right s3cret", "192.0.2.1") == 200

    def test_from_one_address_at_many_accounts(self, alice: Account, store: str) -> None:
        answers = [log_in(alice, "guess", "192.0.2.1", name=f"user{n}") for n in range(101)]

        assert answers == [401] * 100 + [429]
        assert log_in(alice, "right s3cret", "192.0.2.1") == 429
        assert log_in(alice, "right s3cret", "198.51.100.7") == 200

    def test_from_many_addresses_at_one_account(self, alice: Account, store: str, clock: Any) -> None:
        bob = factories.an_account(alice.space, "bob", password="b0b s3cret")

        answers = [log_in(alice, "guess", f"192.0.2.{n}") for n in range(101)]

        assert answers == [401] * 100 + [429]
        assert log_in(alice, "right s3cret", "198.51.100.7") == 429
        assert log_in(bob, "b0b s3cret", "198.51.100.7") == 200
        clock.shift(timedelta(hours=1))
        assert log_in(alice, "right s3cret", "198.51.100.7") == 200

    def test_unknown_accounts_are_locked_like_known_ones(self, alice: Account, store: str) -> None:
        unknown = [log_in(alice, "guess", "192.0.2.1", name="nobody") for _ in range(11)]

        assert unknown == [log_in(alice, "guess", "192.0.2.2") for _ in range(11)]

    def test_digest_and_login_share_their_counts(self, alice: Account, api: Api, store: str) -> None:
        here = api.at("192.0.2.1")

        assert [by_digest(here, alice, f"guess {n}") for n in range(5)] == [401] * 5
        assert [log_in(alice, "guess", "192.0.2.1") for _ in range(6)] == [401] * 5 + [429]

        assert by_digest(here, alice, "right s3cret") == 429
        assert by_digest(api.at("198.51.100.7"), alice, "right s3cret") == 200

    def test_another_name_of_the_account_is_no_way_round(self, alice: Account, api: Api) -> None:
        Account.objects.filter(pk=alice.pk).update(phone="+33612345678")
        names = ("alice", "ALICE", "+33612345678", "+33 6 12 34 56 78")

        answers = [log_in(alice, f"guess {n}", "192.0.2.1", names[n % 4]) for n in range(11)]

        assert answers == [401] * 10 + [429]
        assert by_digest(api.at("192.0.2.1"), alice, "right s3cret") == 429

    def test_the_old_one_is_no_way_round(self, alice: Account, api: Api) -> None:
        """Whoever holds a key or a session could guess the password where it is changed."""
        client = api.as_account(alice)
        sent = {"old_password": "guess", "password": "new s3cret"}

        answers = [client.post("/api/accounts/me/password", sent).status for _ in range(11)]

        assert answers == [422] * 10 + [429]
        assert client.post("/api/accounts/me/password", {**sent, "old_password": "right s3cret"}).status == 429

    def test_right_passwords_write_nothing(self, alice: Account) -> None:
        for _ in range(20):
            assert log_in(alice, "right s3cret", "192.0.2.1") == 200

        assert not RateCounter.objects.exists()

    def test_a_network_of_ipv6_is_one_address(self, alice: Account) -> None:
        answers = [log_in(alice, "guess", f"2001:db8:0:1::{n:x}") for n in range(11)]

        assert answers == [401] * 10 + [429]
        assert log_in(alice, "right s3cret", "2001:db8:0:2::1") == 200

    def test_counters_name_nobody(self, alice: Account) -> None:
        log_in(alice, "guess", "192.0.2.1")

        names = " ".join(RateCounter.objects.values_list("name", flat=True))

        assert names
        assert "alice" not in names
        assert "192.0.2.1" not in names

    def test_switched_off(self, alice: Account) -> None:
        with instance.override(rate_limit_credentials=False):
            assert [log_in(alice, "guess", "192.0.2.1") for _ in range(12)] == [401] * 12

        assert not RateCounter.objects.exists()


class TestCodes:
    @pytest.fixture
    def no_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answers come at once, rather than all in the same time."""
        monkeypatch.setattr(limits, "SAME_SECONDS", 0.0)

    def ask(self, account: Account, address: str, email: str) -> tuple[int, Visitor]:
        """The status of a request for a recovery code, and the browser that asked."""
        visitor = Visitor(account.space)
        visitor.client.defaults["REMOTE_ADDR"] = address
        visitor.open("/recovery/email")
        return visitor.submit({"email": email}, follow=False).status, visitor

    def guess(self, visitor: Visitor) -> list[int]:
        """The statuses of four wrong codes."""
        visitor.open("/recovery/confirm")
        right = RecoveryCode.objects.filter(code__isnull=False).latest("id").code
        wrong = "1000" if right != "1000" else "1001"
        answers = []
        for _ in range(4):
            token = visitor.client.cookies["XSRF-TOKEN"].value
            answers.append(visitor._send("POST", "/recovery/confirm", {"_token": token, "code": wrong}).status)
        return answers

    @pytest.mark.usefixtures("no_wait")
    def test_guesses_from_many_addresses(self, alice: Account, store: str, clock: Any) -> None:
        Account.objects.filter(pk=alice.pk).update(email="alice@example.org")
        bob = factories.an_account(alice.space, "bob", password="b0b s3cret", email="bob@example.org")
        tried = 0

        for n in range(12):
            status, visitor = self.ask(alice, f"192.0.2.{n}", "alice@example.org")
            assert status == 302
            codes = RecoveryCode.objects.filter(account=alice).count()
            answers = self.guess(visitor)
            assert answers == [200] * 3 + [419]
            tried += 3 * (codes == n + 1)  # those after the tenth code look the same
            assert log_in(alice, "right s3cret", "198.51.100.7") == 200
            assert log_in(bob, "b0b s3cret", f"192.0.2.{n}") == 200
            clock.shift(timedelta(minutes=8))

        assert tried == 30, "ten codes a day, three tries each"
        clock.shift(timedelta(days=1))
        _, visitor = self.ask(alice, "198.51.100.7", "alice@example.org")
        visitor.open("/recovery/confirm")
        code = RecoveryCode.objects.filter(account=alice).latest("id").code
        assert visitor.submit({"code": code}).url == "/password"

    @pytest.mark.usefixtures("no_wait")
    def test_requests_from_one_network(self, alice: Account, store: str, clock: Any) -> None:
        answers = [self.ask(alice, f"2001:db8:0:1::{n:x}", f"guess{n}@example.org")[0] for n in range(31)]

        assert answers == [302] * 30 + [429]
        assert self.ask(alice, "2001:db8:0:2::1", "guess@example.org")[0] == 302
        clock.shift(timedelta(hours=1))
        assert self.ask(alice, "2001:db8:0:1::1", "later@example.org")[0] == 302

    @pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
    def test_who_exists_is_not_told_by_the_clock(self, alice: Account, email: str) -> None:
        """A request and a wrong code take their time, as long as a mail needs, whether there is one or not."""
        Account.objects.filter(pk=alice.pk).update(email="alice@example.org")
        visitor = Visitor(alice.space)
        visitor.open("/recovery/email")
        token = visitor.client.cookies["XSRF-TOKEN"].value

        for path, fields in (("/recovery", {"email": email}), ("/recovery/confirm", {"code": "0000"})):
            begin = perf_counter()
            assert visitor._send("POST", path, {"_token": token, **fields}, follow=False).status in (200, 302)
            assert perf_counter() - begin >= limits.SAME_SECONDS


class TestOtherProcesses:
    def test_they_learn_of_a_lock_out_within_a_second(self, alice: Account, store: str, clock: Any) -> None:
        for n in range(10):
            log_in(alice, f"guess {n}", "192.0.2.1")

        limits.forget()  # as a process that saw none of it

        assert log_in(alice, "right s3cret", "192.0.2.1") == 429

    def test_redis_that_does_not_answer_is_no_way_round(self, alice: Account) -> None:
        port = requirements.free_port()
        with instance.override(redis_host="127.0.0.1", redis_port=port):
            answers = [log_in(alice, f"guess {n}", "192.0.2.1") for n in range(11)]

        assert answers == [401] * 10 + [429]


class TestKeys:
    def test_guesses(self, alice: Account, api: Api, store: str, clock: Any) -> None:
        here = api.on(alice.space).at("192.0.2.1")
        key = factories.a_key(alice)

        answers = [here.with_key(f"guess{n}").get("/api/accounts/me") for n in range(101)]

        assert [answer.status for answer in answers] == [401] * 100 + [429]
        refused = here.with_key(key).get("/api/accounts/me")
        assert (refused.status, refused.message, refused.header("Retry-After")) == (*TOO_MANY, None)
        assert refused.lines("Retry-After") == ["600"]
        assert here.at("198.51.100.7").with_key(key).get("/api/accounts/me").status == 200
        clock.shift(timedelta(minutes=10))
        assert here.with_key(key).get("/api/accounts/me").status == 200

    def test_administrators_too(self, api: Api) -> None:
        space = factories.a_space()
        here = api.as_admin(space).at("192.0.2.1")
        for n in range(100):
            here.with_key(f"guess{n}").get("/api/accounts")

        assert here.get("/api/accounts").status == 429
        assert here.at("198.51.100.7").get("/api/accounts").status == 200


class TestBearerTokens:
    @pytest.fixture
    def here(self, alice: Account, api: Api, provider: Provider) -> Api:
        provider.configure(alice.space)
        return api.on(alice.space).at("192.0.2.1")

    def test_forged_ones(self, alice: Account, here: Api, provider: Provider) -> None:
        good = f"Bearer {provider.token(email=alice.email)}"

        answers = [here.get("/api/accounts/me", Authorization=f"Bearer {n}.x.x") for n in range(301)]

        assert [answer.status for answer in answers] == [401] * 300 + [429]
        assert here.get("/api/accounts/me", Authorization=good).status == 429
        assert here.at("198.51.100.7").get("/api/accounts/me", Authorization=good).status == 200

    def test_expired_ones_come_from_honest_phones(self, alice: Account, here: Api, provider: Provider) -> None:
        late = f"Bearer {provider.token(email=alice.email, exp=int(now().timestamp()) - 5)}"

        assert {here.get("/api/accounts/me", Authorization=late).status for _ in range(301)} == {401}
        good = f"Bearer {provider.token(email=alice.email)}"
        assert here.get("/api/accounts/me", Authorization=good).status == 200


def test_counters_of_the_past_are_cleared(alice: Account, clock: Any) -> None:
    log_in(alice, "guess", "192.0.2.1")
    clock.shift(timedelta(minutes=10))

    assert limits.limit_store.clear_expired() == 2
    assert RateCounter.objects.count() == 1
