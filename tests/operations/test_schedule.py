"""Periodic work: whose turn it is, and when."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from flexiapi import schedule
from flexiapi.config.tasks import JOBS
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.services import enqueue_mail
from flexiapi.schedule import Job, Timetable
from tests import factories
from tests.operations.conftest import Console
from tests.together import at_once

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


class Count:
    """Work that counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


class TestFollowing:
    @pytest.mark.parametrize(
        ("job", "expected"),
        [
            (Job("a", print, every=timedelta(minutes=1)), datetime(2026, 3, 1, 12, 1, tzinfo=UTC)),
            (Job("a", print, every=timedelta(seconds=10)), datetime(2026, 3, 1, 12, 0, 40, tzinfo=UTC)),
            (Job("a", print, every=timedelta(hours=7)), datetime(2026, 3, 1, 14, 0, tzinfo=UTC)),
            (Job("a", print, at=time(0, 10)), datetime(2026, 3, 2, 0, 10, tzinfo=UTC)),
            (Job("a", print, at=time(23, 0)), datetime(2026, 3, 1, 23, 0, tzinfo=UTC)),
        ],
    )
    def test_next_time(self, job: Job, expected: datetime) -> None:
        assert job.following(NOON) == expected


@pytest.mark.django_db
class TestTurns:
    def test_once_in_its_time(self) -> None:
        done = Count()
        job = Job("each minute", done, every=timedelta(minutes=1))
        with time_machine.travel(NOON, tick=False) as clock:
            assert schedule.run_due([job]) == ["each minute"]
            assert schedule.run_due([job]) == []
            clock.shift(31)
            assert schedule.run_due([job]) == ["each minute"]
        assert done.times == 2

    def test_a_daily_job_waits_for_its_first_time(self) -> None:
        done = Count()
        job = Job("daily", done, at=time(0, 10))
        with time_machine.travel(NOON, tick=False) as clock:
            schedule.run_due([job])
            assert done.times == 0
            clock.move_to(datetime(2026, 3, 2, 0, 10, 1, tzinfo=UTC))
            schedule.run_due([job])
            schedule.run_due([job])
            assert done.times == 1

    def test_a_missed_day_is_made_up_for(self) -> None:
        done = Count()
        job = Job("daily", done, at=time(0, 10))
        with time_machine.travel(NOON, tick=False) as clock:
            schedule.run_due([job])
            clock.shift(timedelta(days=3))
            schedule.run_due([job])
        assert done.times == 1

    def test_a_failure_is_logged_and_waits(self, caplog: pytest.LogCaptureFixture) -> None:
        def fail() -> None:
            raise RuntimeError

        job = Job("failing", fail, every=timedelta(minutes=1))
        with time_machine.travel(NOON, tick=False):
            assert schedule.run_due([job]) == ["failing"]
            assert schedule.run_due([job]) == []
        assert "The job failing failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_has_the_turn() -> None:
    done: list[int] = []
    job = Job("shared", lambda: done.append(1), every=timedelta(hours=12))

    at_once(4, lambda _: schedule.run(job))

    assert done == [1]


@pytest.mark.django_db(transaction=True)
def test_a_worker_starts_what_is_due() -> None:
    done = threading.Event()
    timetable = Timetable([Job("now", done.set, every=timedelta(hours=1))])

    timetable.tick()

    assert done.wait(10)
    timetable.join(10)


class TestCommand:
    def test_runs_what_is_due(self, console: Console) -> None:
        context = {"code": "4711", "expiration_minutes": 10}
        delivery = enqueue_mail(
            factories.a_space(), template="register_validation", to="alice@example.net", context=context
        )

        said = console("schedule:run")

        assert said.code == 0
        assert "Done: deliveries\n" in said.out
        assert "accounts:clear" not in said.out  # daily work waits for its first night
        assert Delivery.objects.get(pk=delivery.pk).state == "sent"

    def test_every_job_has_a_name_of_its_own(self) -> None:
        names = [job.lock for job in JOBS]

        assert len(set(names)) == len(names)
        assert {
            "job:digest:clear-opaques",
            "job:accounts:clear-api-keys",
            "job:accounts:clear-accounts-tombstones",
            "job:accounts:clear-unconfirmed",
            "job:spaces:expiration-emails",
            "job:deliveries",
        } <= set(names)

    @pytest.mark.django_db
    @pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
    def test_every_job_runs(self, job: Job) -> None:
        job.run()
