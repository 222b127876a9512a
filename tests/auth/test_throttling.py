"""The general limit on requests to the API, by address."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.api import Answer, Api

from flexiapi.auth import limits, throttling
from flexiapi.config import instance
from flexiapi.spaces.models import Space

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
POLLED = "/api/account_creation_tokens/using-account-creation-request-token"


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[Any]:
    """A low limit, and a clock that stands still 40 seconds before the end of a minute."""
    throttling.forget()
    limits.forget()
    with instance.override(rate_limit_api_per_minute=40), time_machine.travel(START, tick=False) as traveller:
        yield traveller
    throttling.forget()


@pytest.fixture
def space(db: None) -> Space:
    """A Space."""
    return factories.a_space()


def left(answer: Answer) -> tuple[str | None, str | None]:
    """What an answer says of the limit."""
    return answer.header("X-RateLimit-Limit"), answer.header("X-RateLimit-Remaining")


class TestLimit:
    def test_every_answer_tells(self, api: Api, space: Space) -> None:
        client = api.on(space)

        assert left(client.get("/api/ping")) == ("40", "39")
        assert left(client.get("/api/accounts")) == ("40", "38"), "a 401"
        assert left(client.get("/api/nothing")) == ("40", "37"), "a 404"
        assert left(client.get("/up")) == (None, None)

    def test_beyond_it(self, api: Api, space: Space, clock: Any) -> None:
        client = api.on(space)
        assert {client.get("/api/ping").status for _ in range(40)} == {200}

        answer = client.get("/api/ping")

        assert (answer.status, answer.message) == (429, "Too Many Attempts.")
        assert left(answer) == ("40", "0")
        assert answer.header("Retry-After") == "40"
        assert answer.header("X-RateLimit-Reset") == str(int(START.timestamp()) + 40)
        assert client.at("198.51.100.7").get("/api/ping").status == 200
        assert client.get("/about").status != 429
        clock.shift(timedelta(seconds=40))
        assert left(client.get("/api/ping")) == ("40", "39")

    def test_a_limit_of_nought_is_none(self, api: Api, space: Space) -> None:
        with instance.override(rate_limit_api_per_minute=0):
            assert left(api.on(space).get("/api/ping")) == (None, None)


class TestExemptions:
    def test_an_administrators_key(self, api: Api, space: Space) -> None:
        proxy = api.as_admin(space)

        assert {proxy.get("/api/accounts").status for _ in range(45)} == {200}
        assert left(proxy.get("/api/accounts")) == ("40", "40")

    @pytest.mark.parametrize(("host", "path"), [(None, "/api/nothing"), ("nowhere.example.org", "/api/ping")])
    def test_a_key_that_no_view_looks_at_is_no_way_round(
        self, api: Api, space: Space, host: str | None, path: str
    ) -> None:
        client = api.to(host or space.host).with_key("made up")

        answers = [client.get(path) for _ in range(41)]

        assert [answer.status for answer in answers] == [404] * 40 + [429]
        assert left(answers[0]) == ("40", "39")

    @pytest.mark.parametrize("ip", [None, "198.51.100.7"])
    def test_no_other_key(self, api: Api, space: Space, ip: str | None) -> None:
        account = factories.an_account(space, admin=ip is not None)
        client = api.on(space).with_key(factories.a_key(account, ip=ip))

        statuses = [client.get("/api/accounts/me").status for _ in range(41)]

        assert statuses == [200 if ip is None else 401] * 40 + [429]

    def test_the_polling_of_apps(self, api: Api, space: Space) -> None:
        client = api.on(space)

        assert 429 not in {client.post(POLLED, {}).status for _ in range(45)}


class TestSharing:
    def test_other_processes_count_too(self, api: Api, space: Space) -> None:
        client = api.on(space)
        for _ in range(40):
            client.get("/api/ping")

        throttling.forget()  # as another process, which knows of none of them

        statuses = [client.get("/api/ping").status for _ in range(12)]
        assert statuses.count(429) >= 2, "it learns of them with the first batch that it shares"

    def test_hot_routes_cost_no_statement_more(self, api: Api, space: Space, clock: Any) -> None:
        client = api.as_account(factories.an_account(space))
        client.get("/api/accounts/me")
        with instance.override(rate_limit_api_per_minute=0), CaptureQueriesContext(connection) as without:
            client.get("/api/accounts/me")

        with CaptureQueriesContext(connection) as with_limit:
            client.get("/api/accounts/me")

        assert len(with_limit) == len(without)

    def test_a_thousand_requests_cost_few_statements(self, api: Api, space: Space, clock: Any) -> None:
        with instance.override(rate_limit_api_per_minute=600), CaptureQueriesContext(connection) as captured:
            for _ in range(100):
                throttling.count("192.0.2.1", 600)

        assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) <= 3 * 3

    def test_no_hit_is_lost_between_threads(self) -> None:
        def hit() -> None:
            for _ in range(20):
                throttling.count("192.0.2.1", 10_000_000)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(throttling, "MOST_KEPT_BACK", 1_000)
            threads = [threading.Thread(target=hit) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)

        assert throttling.known("192.0.2.1") == 80
