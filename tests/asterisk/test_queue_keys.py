"""9 while waiting, at any moment: in the music, while the position is spoken, also of those who are not next."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, hotline, keys, outcome
from tests.lab.network import Answers, Key, Leg, Rings, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(250)]
#: seconds between two of them; an announcement of position and keys takes about nine
APART, CITIZENS = 0.8, 14


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("keys"), ring_seconds=60, announce_seconds=5) as one:
        await one.people("101")
        await one.on_duty("101")
        await one.net.phone("101").does(Rings())
        await one.net.number("115").does(Answers(after=0.3, talk=1.5))
        yield one


def script(*more: Step) -> list[Step]:
    """To the agents, and long enough for the words before the queue."""
    return [Wait(1), Key("0"), Wait(14), *more]


async def spoken(world: World, *whose: Leg) -> list[list[str]]:
    """The announcements that each of these citizens heard in the queue, by the journal."""
    found = [await world.logged(leg) for leg in whose]
    heard = [[event.data["prompt"] for event in one.events if event.kind == "PromptStarted"] for one in found]
    return [[prompt for prompt in prompts if "press-star" in prompt or "queue-" in prompt] for prompts in heard]


async def test_nine_at_any_moment_of_the_wait(world: World) -> None:
    citizens = [
        await world.net.call("1022", caller=f"09110000{n:02d}", script=script(Wait(n * APART), Key("9"), STAY))
        for n in range(CITIZENS)
    ]
    await asyncio.gather(*(leg.ended(90) for leg in citizens))
    await world.quiet()
    for leg in citizens:
        call = await world.logged(leg)
        assert outcome(call) == ("emergency", "emergency-answered"), leg
        assert keys(call) == ["0", "9"]
    heard = await spoken(world, *citizens)
    assert sum(bool(one) for one in heard) >= CITIZENS // 2, "9 was pressed in announcements too"
    assert not any("queue-" in prompt for one in heard for prompt in one), "app_queue speaks no position by itself"


async def test_who_moves_up_hears_the_new_position(world: World) -> None:
    """Asterisk's own word for it: the channel's language is that of the position, and that file is there."""
    asterisk = world.product.asterisk

    async def language_is(caller: str, wanted: str) -> None:
        async with asyncio.timeout(40):
            while True:
                told = [await asterisk.cli(f"core show channel {name}") for name in await channels(world)]
                if any(f"Caller ID: {caller}" in one and f"Language: {wanted}\n" in one for one in told):
                    return
                await asyncio.sleep(0.3)

    first = await world.net.call("1022", caller="0911000031", script=script(STAY))
    await language_is("0911000031", "vi_1")  # in the queue, before the second one calls
    second = await world.net.call("1022", caller="0911000032", script=script(STAY))
    await language_is("0911000032", "vi_2")
    await first.hangup()
    await language_is("0911000032", "vi_1")
    await second.hangup()
    await world.quiet()
    for language in ("vi_1", "vi_2", "vi_20"):
        assert (
            (world.product.settings.paths.prompts / "sounds" / language / "hl1022" / "press-star.alaw").stat().st_size
        )


async def channels(world: World) -> list[str]:
    lines = (await world.product.asterisk.cli("core show channels concise")).splitlines()
    return [line.split("!")[0] for line in lines if "!" in line]
