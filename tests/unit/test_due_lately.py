"""What would go, as pages show it: a page never waits for a long count, and shows none that is of before a change as new."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.types import DueView, Terms
from hotline1022.service.retention.due_lately import FRESH, MOST, DueLately

AT = datetime(2026, 11, 30, 3, tzinfo=UTC)
DAYS = Terms(ordinary=30, emergency=60, calls=90, calls_emergency=120)


class Counting:
    """A count that takes as long as the test wants."""

    def __init__(self) -> None:
        self.asked: list[Terms | None] = []
        self.may = asyncio.Event()
        self.error: Exception | None = None
        self.now = 0.0

    async def __call__(self, terms: Terms | None) -> DueView:
        self.asked.append(terms)
        number = len(self.asked)
        await self.may.wait()
        if self.error is not None:
            raise self.error
        return DueView(days=(), held=0, damaged=0, calls=number, doubt="")

    def of(self, patience: float) -> DueLately:
        """For pages that wait so long."""
        return DueLately(self, lambda: AT, seconds=lambda: self.now, patience=patience)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def calls(lately: DueLately) -> Callable[[], "asyncio.Future[int | None]"]:
    async def ask() -> int | None:
        found = await lately.seen()
        return found.due.calls if found.due else None

    return lambda: asyncio.ensure_future(ask())


async def until_counted(lately: DueLately, terms: Terms | None = None) -> None:
    for _ in range(1000):
        if not (await lately.seen(terms)).counting:
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it is counted for ever")


async def test_a_quick_count_is_shown_at_once(counting: Counting) -> None:
    counting.may.set()
    found = await counting.of(patience=5).seen()
    assert (found.due is not None, found.at, found.counting) == (True, AT, False)


async def test_a_long_count_is_not_waited_for_and_counted_once_for_all(counting: Counting) -> None:
    lately = counting.of(patience=0.01)
    found = [await lately.seen(), *await asyncio.gather(lately.seen(), lately.seen())]
    assert [(one.due, one.at, one.counting) for one in found] == [(None, None, True)] * 3
    counting.may.set()
    await until_counted(lately)
    assert (await calls(lately)()) == 1
    assert counting.asked == [None]


async def test_a_count_is_good_for_a_minute_and_then_shown_until_the_next_one(counting: Counting) -> None:
    counting.may.set()
    lately = counting.of(patience=0.01)
    await until_counted(lately)
    counting.now = FRESH - 0.1
    await lately.seen()
    assert counting.asked == [None]
    counting.may.clear()
    counting.now = FRESH
    found = await lately.seen()
    assert found.due is not None and found.due.calls == 1 and found.counting
    counting.may.set()
    await until_counted(lately)
    assert (await calls(lately)()) == 2


async def test_what_was_being_counted_before_a_change_is_not_taken_for_new(counting: Counting) -> None:
    lately = counting.of(patience=0.01)
    await lately.seen()
    lately.forget()
    counting.may.set()
    await asyncio.sleep(0.01)  # the count of before ends
    found = await lately.seen()
    assert found.due is not None and found.due.calls == 2
    assert counting.asked == [None, None]


async def test_who_waits_hears_of_a_failure_and_the_next_page_tries_again(
    counting: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    lately = counting.of(patience=0.01)
    counting.error = Unavailable("the database is away", error_id="database-away")
    await lately.seen()
    counting.may.set()
    await asyncio.sleep(0.01)  # it fails while nobody waits
    assert "could not be counted" in caplog.text
    with pytest.raises(Unavailable):
        await lately.seen()
    counting.error = None
    assert (await calls(lately)()) == 3


async def test_other_days_are_counted_apart_and_forgotten_in_their_turn(counting: Counting) -> None:
    counting.may.set()
    lately = counting.of(patience=5)
    await lately.seen()
    trials = [Terms(ordinary=days, emergency=0, calls=0, calls_emergency=0) for days in range(1, MOST + 4)]
    for one in (DAYS, *trials):
        await lately.seen(one)
    assert counting.asked == [None, DAYS, *trials]
    await lately.seen()
    await lately.seen(trials[-1])
    assert len(counting.asked) == len(trials) + 2, "those in force and the last trial are known"
    await lately.seen(DAYS)
    assert counting.asked[-1] == DAYS
