"""Turns: one at a time, nobody before who waits longer, and who gives up keeps nobody waiting."""

import asyncio

import pytest

from hotline1022.core.errors import Refused
from hotline1022.recordings.turns import Turns


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_newer_wish_takes_the_place_of_the_one_that_waits() -> None:
    turns, done, gate = Turns(), list[str](), asyncio.Event()

    async def wish(whose: str, what: str) -> None:
        async with turns.turn(whose):
            done.append(what)
            await gate.wait()

    wishes = [("lan", "a"), ("lan", "b"), ("hoa", "c"), ("", "d"), ("", "e"), ("lan", "f"), ("lan", "g")]
    tasks = []
    for whose, what in wishes:
        tasks.append(asyncio.create_task(wish(whose, what)))
        await settle()
    assert done == ["a"]
    gate.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert done == ["a", "c", "d", "e", "g"]
    assert [one.error_id for one in ended if isinstance(one, Refused)] == ["speakers-newer"] * 2
    async with asyncio.timeout(1), turns.turn("lan"):
        pass


@pytest.mark.parametrize("late", [False, True])
async def test_who_gives_up_passes_the_turn_on(late: bool) -> None:
    turns, done, gate = Turns(), list[str](), asyncio.Event()
    tasks: dict[str, asyncio.Task[None]] = {}

    async def wish(what: str) -> None:
        async with turns.turn():
            done.append(what)
            if what == "a":
                await gate.wait()
            if what == "c":
                raise ValueError(what)
        if what == "a" and late:
            tasks["b"].cancel()  # the turn is b's, who has not noticed yet

    for what in "abcd":
        tasks[what] = asyncio.create_task(wish(what))
        await settle()
    if not late:
        tasks["b"].cancel()
        await settle()
    gate.set()
    await asyncio.wait(tasks.values(), timeout=1)
    assert done == ["a", "c", "d"] and tasks["b"].cancelled() and isinstance(tasks["c"].exception(), ValueError)
