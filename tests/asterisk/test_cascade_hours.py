"""An agency that is shut now: nobody there is rung for an ordinary request, but for an urgent one, with the service alive and dead."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_world import (
    TAKES_AFTER,
    Talk,
    agency,
    at_once,
    called,
    cascades,
    directory,
    no_silence,
    outcomes,
    rung,
    set_up,
    shut,
    talk,
)
from tests.asterisk.world import World, eventually, hotline, verify
from tests.lab.network import Answers

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

SHUT = agency(791, hours=shut())
#: the menu's keys of an ordinary category, and of the urgent one
ORDINARY, URGENT = "5", "3"
CATEGORY = f"""
[[categories]]
id = "public-order"
name = "An ninh trật tự"
agency = "{SHUT.id}"
urgent = true
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    everybody = directory(SHUT) + CATEGORY
    async with hotline(tmp_path_factory.mktemp("shut"), directory=everybody, ring_seconds=20) as one:
        await one.people("101", "102")
        await one.on_duty("101", "102")

        async def kept() -> bool:
            known = await one.product.asterisk.cli("database show hl1022")
            return "plan-791" in known and "urgent-public-order" in known

        await eventually(kept, "Asterisk's own database has no plan", 60)
        yield one


async def nobody(world: World) -> int:
    """How many hunts have ended with nobody."""
    return sum("outcome=nobody" in row["eventextra"] for row in world.product.journal())


@pytest.mark.parametrize("service", ["alive", "dead"])
async def test_shut_for_the_ordinary_and_rung_for_the_urgent(world: World, service: str) -> None:
    await set_up(world, SHUT, Answers(after=0.3, talk=90))
    number, last = world.net.number(SHUT.numbers[0]), 1 if service == "alive" else 2
    ordinary, urgent = await asyncio.gather(
        talk(world, f"090979000{last}", key=ORDINARY), talk(world, f"090979001{last}", key=URGENT)
    )
    if service == "dead":
        await world.product.stop_service(signal.SIGKILL)

    async def skipped() -> bool:
        return await nobody(world) == last

    async def told(one: Talk) -> None:
        await one.transfer(SHUT)
        await eventually(skipped, "the ordinary request was not kept", 20)

    async def taken(one: Talk) -> None:
        await one.transfer(SHUT)
        specialist = await called(world, SHUT.numbers[0], last)
        await asyncio.sleep(TAKES_AFTER)
        await specialist.press("1")
        await asyncio.sleep(2)

    await asyncio.gather(told(ordinary), taken(urgent))
    await asyncio.gather(ordinary.citizen.hangup(), urgent.citizen.hangup())
    await world.quiet()
    if service == "dead":
        await world.product.start_service()
    phones = rung(world, SHUT)
    assert (
        [leg.other for leg in number.legs]
        == [leg.other for leg in phones]
        == [f"090979001{nth}" for nth in range(1, last + 1)]
    )
    for one, wanted, how in (
        (ordinary, ["outside-hours"] * 4, "nobody"),
        (urgent, ["taken"], "connected"),
    ):
        call = await world.logged(one.citizen)
        (kept,) = await cascades(world, call)
        assert ([step for _, _, step in outcomes(kept)], str(kept.row.outcome)) == (wanted, how)
        assert (kept.row.code == "") is (service == "dead")
        at_once(kept, [leg for leg in phones if leg.other == one.citizen.who])
        no_silence(one.citizen)
        verify(world.product, call)
