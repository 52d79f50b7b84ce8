"""Waiting for what tells nobody that it has happened: looked at again and again. Refuses to wait for ever."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool], what: str = "the condition", seconds: float = 20.0) -> None:
    """Wait until the condition holds, or fail saying what was waited for."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 -- files, threads and lists have no event
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true within {seconds:g} s") from None


async def met(condition: Callable[[], Awaitable[bool]], what: str = "the condition", seconds: float = 30.0) -> None:
    """The same of what is seen in a database or over a connection."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 -- rows have no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true within {seconds:g} s") from None
