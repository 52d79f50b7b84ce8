"""What works in the background may break in any way: it rings, it is started anew, nothing else ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.service.background.guard import Guard, together
from tests.unit.queue_memory import MemoryBell

SECONDS = 10


def guard(bell: MemoryBell) -> Guard:
    return Guard(bell, first=0.001, longest=0.004)


class Part:
    """Breaks so often, then works until it is cancelled."""

    def __init__(self, *breaks: BaseException) -> None:
        self.breaks, self.begun, self.works = list(breaks), 0, asyncio.Event()

    async def run(self) -> None:
        self.begun += 1
        if self.breaks:
            raise self.breaks.pop(0)
        self.works.set()
        await asyncio.Event().wait()


@asynccontextmanager
async def kept(one: Guard, part: Part) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(one.keep("webhooks", part.run))
    try:
        async with asyncio.timeout(SECONDS):
            yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("'strange' is not a valid EventKind"), "ValueError"),
        (KeyError("x"), "KeyError"),
        (AssertionError(), "AssertionError"),
        (Refused("no", error_id="row-refused"), "Refused"),
        (ExceptionGroup("group", [ExceptionGroup("inner", [LookupError()])]), "LookupError"),
        (asyncio.CancelledError(), "RuntimeError"),
    ],
)
async def test_a_part_that_breaks_rings_and_is_started_anew(error: BaseException, name: str) -> None:
    bell, part = MemoryBell(), Part(error, error)
    watching = guard(bell)
    async with kept(watching, part) as task:
        await part.works.wait()
        assert not task.done()
    assert task.cancelled() and part.begun == 3
    text = f"webhooks broke ({name}); calls go on, and the service's log says why"
    assert bell.rung == [("part-broken", text)] * 2, "the bell makes one of them"
    assert watching.broken == {"webhooks": 2}


async def test_who_waits_for_a_database_that_is_away_rings_no_alarm_of_its_own() -> None:
    bell, part = MemoryBell(), Part(Unavailable("away", error_id="database-away"))
    async with kept(guard(bell), part):
        await part.works.wait()
    assert not bell.rung


async def test_a_part_that_has_nothing_more_to_do_is_not_begun_again() -> None:
    begun = []

    async def done() -> None:
        begun.append(1)

    await guard(MemoryBell()).keep("the catalogue", done)
    assert begun == [1]


async def test_what_breaks_while_it_is_cancelled_ends_all_the_same() -> None:
    begun = asyncio.Event()

    async def run() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("on the way out")

    bell = MemoryBell()
    task = asyncio.create_task(guard(bell).keep("stamps", run))
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(SECONDS):
        await asyncio.wait([task])
    assert task.cancelled() and not bell.rung


async def test_a_bell_that_breaks_too_ends_nothing() -> None:
    class Cracked:
        async def ring(self, kind: str, detail: str, call: str = "") -> None:
            raise ValueError("cracked")

    part = Part(ValueError("x"))
    async with kept(Guard(Cracked(), first=0.001), part):
        await part.works.wait()


async def test_the_pause_doubles_and_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    monkeypatch.setattr("hotline1022.service.background.guard.asyncio.sleep", sleep)
    part = Part(*[ValueError("x")] * 9)
    async with kept(Guard(MemoryBell()), part):
        await part.works.wait()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_beside_the_calls_what_fails_is_told_and_what_follows_is_done() -> None:
    bell = MemoryBell()
    async with guard(bell).beside("filing a recording"):
        raise KeyError("x")
    assert [kind for kind, _ in bell.rung] == ["part-broken"]
    with pytest.raises(asyncio.CancelledError):
        async with guard(bell).beside("filing a recording"):
            raise asyncio.CancelledError
    assert len(bell.rung) == 1


async def test_without_a_guard_all_end_together() -> None:
    ended: list[str] = []

    def waiting(name: str) -> Callable[[], Coroutine[Any, Any, None]]:
        async def run() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(name)

        return run

    with pytest.raises(ExceptionGroup):
        await together({"a": waiting("a"), "b": Part(ValueError()).run})
    assert ended == ["a"]
