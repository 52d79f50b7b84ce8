"""Nobody took her and she presses 0: the next free agent is hers, before those who have waited longer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_world import agency, answering, cascades, directory, no_silence, set_up, talk
from tests.asterisk.world import STAY, World, eventually, hotline, verify
from tests.lab import audio
from tests.lab.network import BUSY, Key, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

NOBODY = agency(787)
PATIENT = tuple(f"090963000{nth}" for nth in (3, 4, 5))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("ahead"), directory=directory(NOBODY), ring_seconds=20) as one:
        await one.people("101")
        await one.on_duty("101")
        yield one


async def test_0_after_nobody_took_her_is_answered_before_three_who_waited_longer(world: World) -> None:
    async def waiting(count: int) -> None:
        async def there() -> bool:
            return f"has {count} calls" in await world.product.asterisk.cli("queue show hl1022-main")

        await eventually(there, f"{count} citizens do not wait", 30)

    await set_up(world, NOBODY, BUSY, BUSY, BUSY, BUSY)
    hers = await talk(world, "0909630001")
    await asyncio.sleep(1)
    await hers.transfer(NOBODY)
    other = await talk(world, "0909630002")
    patient = [
        await world.net.call("1022", caller=caller, script=[Wait(1), Key("5"), STAY], talk=True) for caller in PATIENT
    ]
    await waiting(3)
    await hers.citizen.press("0")
    await waiting(4)
    await other.citizen.hangup()
    again = await answering(world, hers.citizen.who, 2)
    await asyncio.sleep(3)
    await hers.citizen.hangup()
    next_one = await world.net.phone("101").rings(20, nth=4)
    await next_one.answered()
    await asyncio.sleep(1)
    await asyncio.gather(*(one.hangup() for one in patient))
    await world.quiet()
    rung = [leg.other for leg in world.net.phone("101").legs]
    assert rung[:3] == [hers.citizen.who, other.citizen.who, hers.citizen.who] and rung[3] in PATIENT
    assert audio.heard_for(again.heard, hers.citizen.frequency) > 2.5
    assert not any(audio.heard_for(again.heard, one.frequency) for one in patient)
    assert sum(audio.heard_for(next_one.heard, one.frequency) for one in patient) > 0.5
    call = await world.logged(hers.citizen)
    (kept,) = await cascades(world, call)
    assert str(kept.row.outcome) == "nobody"
    no_silence(hers.citizen)
    verify(world.product, call)
