"""Guessing is limited, by address and by account; whoever knows the secret elsewhere notices nothing."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
import time_machine
from redis import Redis
from redis.exceptions import RedisError
from tests import factories, requirements
from tests.api import Api, DigestClient, parameters
from tests.identity import Provider
from tests.portal.visitor import Visitor

from flexiapi.accounts.models import Account, RecoveryCode
from flexiapi.auth import limits
from flexiapi.auth.models import AuthToken, RateCounter
from flexiapi.config import instance
from flexiapi.http.dates import now

pytestmark = pytest.mark.django_db

HOST, PORT, DATABASE = os.environ.get("TEST_REDIS_HOST", "127.0.0.1"), 6379, 5
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOO_MANY = (429, "Too Many Attempts.")


@pytest.fixture(params=["database", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the counts are shared."""
    if request.param == "database":
        yield "database"
        return
    client = Redis(host=HOST, port=PORT, db=DATABASE, socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        requirements.missing("a Redis server")
    prefix = f"test-{secrets.token_hex(4)}:"
    with instance.override(redis_host=HOST, redis_port=PORT, redis_db=DATABASE, redis_prefix=prefix):
        yield "redis"
    for key in client.scan_iter(f"{prefix}*"):
        client.delete(key)
    client.close()


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    """Limits on, at the beginning of a window."""
    limits.forget()
    with instance.override(rate_limit_credentials=True), time_machine.travel(START, tick=False) as traveller:
        yield traveller
    limits.forget()


@pytest.fixture
def alice(db: None) -> Account:
    """Somebody with a password."""
    return factories.an_account(factories.a_space(), "alice", password="right s3cret", email="alice@example.org")


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


class TestTokens:
    @pytest.mark.parametrize("kind", ["creation", "recovery"])
    def test_tokens_by_push(self, alice: Account, api: Api, kind: str) -> None:
        path, device = f"/api/account_{kind}_tokens/send-by-push", {"pn_provider": "fcm", "pn_param": "app"}
        client = api.on(alice.space)
        with instance.override(push_driver="array"):
            answers = [
                client.at(f"2001:db8:0:1::{n:x}").post(path, {**device, "pn_prid": f"device{n}"}).status
                for n in range(101)
            ]

        assert answers == [200] * 100 + [429]

    def test_push_notifications(self, alice: Account, api: Api) -> None:
        def asked(prid: str) -> dict[str, str | None]:
            return {"pn_provider": "fcm", "pn_param": "app", "pn_prid": prid, "type": "call", "call_id": None}

        user, proxy = api.as_account(alice), api.as_admin(alice.space)
        with instance.override(push_driver="array"):
            to_one = [user.post("/api/push_notification", asked("device")).status for _ in range(31)]
            to_all = [user.post("/api/push_notification", asked(f"device{n}")).status for n in range(30)]
            of_proxy = {proxy.post("/api/push_notification", asked("device")).status for _ in range(70)}
            others = api.as_account(factories.an_account(alice.space)).post("/api/push_notification", asked("new"))

        assert to_one == [200] * 30 + [429]
        assert to_all == [200] * 29 + [429]
        assert of_proxy == {200}
        assert others.status == 200

    def test_provisioning_tokens(self, alice: Account, api: Api, store: str, clock: Any) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(X_Linphone_Provisioning="1")
        token = factories.a_token(alice).token

        answers = [here.get(f"/provisioning/guess{n}") for n in range(31)]

        assert [answer.status for answer in answers] == [404] * 30 + [429]
        assert here.get(f"/provisioning/{token}").status == 429
        assert here.get(f"/provisioning/qrcode/{token}").status == 429
        assert here.get("/provisioning").status == 200
        clock.shift(timedelta(minutes=1))
        assert here.get(f"/provisioning/{token}").status == 200

    @pytest.mark.parametrize(
        ("path", "miss", "allowed"),
        [
            ("/wizard/guess{n}", 200, 60),
            ("/reset_password/guess{n}", 404, 60),
            ("/recovery/phone/guess{n}", 404, 60),
            ("/creation_token/check/guess{n}", 404, 100),
            ("/auth_tokens/auth/guess{n}", 404, 30),
            ("/auth_tokens/qrcode/guess{n}", 404, 30),
            ("/api/accounts/{sip}/recover/{n}", 404, 30),
        ],
    )
    def test_links(self, alice: Account, api: Api, path: str, miss: int, allowed: int) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(Accept="text/html")
        with instance.override(app_dangerous_endpoints=True):
            paths = [path.format(n=n, sip=alice.identifier) for n in range(1000, 1001 + allowed)]
            answers = [here.get(one).status for one in paths]
            elsewhere = here.at("198.51.100.7").get(paths[0]).status

        assert answers == [miss] * allowed + [429]
        assert elsewhere == miss

    @pytest.mark.parametrize(
        ("path", "name", "miss"),
        [
            ("account_creation_tokens/using-account-creation-request-token", "account_creation_request_token", 422),
            ("accounts/with-account-creation-token", "account_creation_token", 422),
            ("account_creation_tokens/consume", "account_creation_token", 404),
        ],
    )
    def test_creation_tokens(self, alice: Account, api: Api, path: str, name: str, miss: int) -> None:
        here, fields = api.as_account(alice).at("192.0.2.1"), {"username": "carol", "password": "a s3cret"}

        answers = [here.post(f"/api/{path}", {**fields, name: f"guess{n}"}).status for n in range(101)]
        elsewhere = here.at("198.51.100.7").post(f"/api/{path}", {**fields, name: "guess"}).status

        assert answers == [miss] * 100 + [429]
        assert elsewhere == miss

    def test_waiting_for_a_captcha_and_taken_names_are_no_guesses(self, alice: Account, api: Api) -> None:
        here = api.on(alice.space).at("192.0.2.1")
        waiting = here.post("/api/account_creation_request_tokens").json["token"]
        path = "/api/account_creation_tokens/using-account-creation-request-token"
        for _ in range(101):
            assert here.post(path, {"account_creation_request_token": waiting}).status == 404
            token = factories.a_creation_token().token
            taken = {"username": "alice", "password": "a s3cret", "account_creation_token": token}
            assert "username" in here.post("/api/accounts/with-account-creation-token", taken).errors

    def test_registrations_by_form(self, alice: Account) -> None:
        space = factories.a_space(public_registration=True)
        statuses = []
        for n in range(11):
            visitor = Visitor(space)
            visitor.open("/register/email")
            secret = {"password": "a good secret", "password_confirmation": "a good secret", "terms": "on"}
            email = {"email": f"new{n}@example.org", "email_confirmation": f"new{n}@example.org"}
            statuses.append(visitor.submit({"username": f"new{n}", **email, **secret}, follow=False).status)

        assert statuses == [302] * 10 + [429]

    @pytest.mark.parametrize("path", ["/api/accounts/me/api_key/{}", "/provisioning/auth_token/{}"])
    def test_auth_tokens(self, alice: Account, api: Api, path: str) -> None:
        here = api.on(alice.space).at("192.0.2.1").using(X_Linphone_Provisioning="1")
        answers = [here.get(path.format(f"guess{n}")).status for n in range(31)]

        assert answers == [404] * 30 + [429]

    def test_new_auth_tokens(self, alice: Account, api: Api, store: str, clock: Any) -> None:
        here = api.on(alice.space).at("192.0.2.1")

        answers = [here.post("/api/accounts/auth_token").status for _ in range(61)]

        assert answers == [201] * 60 + [429]
        assert AuthToken.objects.count() == 60
        assert here.at("198.51.100.7").post("/api/accounts/auth_token").status == 201
        clock.shift(timedelta(minutes=10))
        assert here.post("/api/accounts/auth_token").status == 201

    def test_new_creation_request_tokens(self, alice: Account, api: Api) -> None:
        here = api.on(alice.space).at("192.0.2.1")

        answers = [here.post("/api/account_creation_request_tokens").status for _ in range(21)]

        assert answers == [201] * 20 + [429]


def test_counters_of_the_past_are_cleared(alice: Account, clock: Any) -> None:
    log_in(alice, "guess", "192.0.2.1")
    clock.shift(timedelta(minutes=10))

    assert limits.limit_store.clear_expired() == 2
    assert RateCounter.objects.count() == 1
