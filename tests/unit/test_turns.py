"""One at a time for each key; others do not wait, and nothing is kept of a key that nobody wants."""

import asyncio
import gc

import pytest

from hotline1022.core.turns import Turns


async def test_the_same_key_one_after_the_other_and_another_beside_it() -> None:
    turns, told = Turns(), []

    async def inside(key: str, name: str) -> None:
        async with turns.of(key):
            told.append(f"{name} in")
            await asyncio.sleep(0.01)
            told.append(f"{name} out")

    await asyncio.gather(inside("a", "1"), inside("a", "2"), inside("b", "3"))
    assert [one for one in told if one[0] != "3"] == ["1 in", "1 out", "2 in", "2 out"]
    assert told.index("3 in") < told.index("1 out")


async def test_an_error_and_a_cancelled_wait_let_the_next_one_in() -> None:
    turns = Turns()
    with pytest.raises(ValueError):
        async with turns.of("a"):
            raise ValueError
    async with turns.of("a"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), turns.of("a"):
                pass
    async with asyncio.timeout(1), turns.of("a"):
        pass


async def test_keys_are_forgotten() -> None:
    turns = Turns()
    for number in range(100):
        async with turns.of(str(number)):
            pass
    gc.collect()
    assert not turns._locks
