from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from flexiapi.db import locks
from tests.together import at_once

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.django_db
class TestTurn:
    def test_one_turn_until_it_is_over(self) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            assert locks.take_turn("purge", HOUR)
            assert not locks.take_turn("purge", HOUR)
            clock.shift(HOUR)
            assert locks.take_turn("purge", HOUR)
            assert not locks.take_turn("purge", HOUR)

    def test_names_are_independent(self) -> None:
        assert locks.take_turn("purge", HOUR)
        assert locks.take_turn("sweep", HOUR)


@pytest.mark.django_db
class TestHeld:
    def test_free_again_after_the_block(self) -> None:
        with locks.held("sweep", HOUR) as first, locks.held("sweep", HOUR) as second:
            assert (first, second) == (True, False)

        with locks.held("sweep", HOUR) as again:
            assert again

    def test_free_again_after_an_error(self) -> None:
        with pytest.raises(RuntimeError), locks.held("sweep", HOUR):
            raise RuntimeError

        assert locks.take_turn("sweep", HOUR)

    def test_an_overdue_holder_takes_nothing_from_the_next(self) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            with locks.held("sweep", HOUR):
                clock.shift(2 * HOUR)
                assert locks.take_turn("sweep", HOUR)

            assert not locks.take_turn("sweep", HOUR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True], ids=["first use", "expired"])
def test_simultaneous_workers_get_one_turn(known: bool) -> None:
    if known:
        assert locks.take_turn("purge", -HOUR)

    turns = at_once(8, lambda _: locks.take_turn("purge", HOUR))

    assert turns.count(True) == 1
