"""After an upgrade the service meets an Asterisk that has the older dial plan in memory: it rings, puts nobody through who was called
back, says why in one sentence, and the two go on talking. A reload is the cure.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hotline1022.service.asterisk.dialplan_mark import mark
from hotline1022.service.asterisk.render import own_texts
from tests.asterisk.callback_world import Called, talks
from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import takes
from tests.asterisk.cascade_world import agency, directory, outcomes, set_up
from tests.asterisk.product import Product, running
from tests.asterisk.test_callback import on_duty
from tests.asterisk.world import World, eventually
from tests.lab import audio
from tests.lab.network import Answers

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]

PLACE = agency(758)
LINE = "101"
EXTENSIONS = "hl1022/extensions.conf"
KIND = "dialplan-differs"


@asynccontextmanager
async def upgraded(folder: Path) -> AsyncIterator[Screen]:
    """This program's service, with an Asterisk that was started by an older one."""
    product = await asyncio.to_thread(Product.make, folder, f'[lines]\nnumbers = ["{LINE}"]', {"ring_seconds": 20})
    (folder / "agencies.toml").write_text(directory(PLACE), encoding="utf-8")
    await product.cli("directory", "import", str(folder / "agencies.toml"))
    written = own_texts(product.settings, product.prepared.secrets)[EXTENSIONS].splitlines(keepends=True)
    older = [line for line in written if not line.startswith("HL_DIALPLAN=")]
    assert len(older) == len(written) - 1
    product.asterisk = product.prepared.asterisk(extra_conf={EXTENSIONS: "".join(older)})
    async with running(product), product.network(folder / "net") as net:
        await net.registered()
        world = World(product, net, {LINE})
        async with screen(world) as one:
            await world.people(LINE)
            await on_duty(one, LINE)
            yield one


async def refused(one: Called, error_id: str) -> None:
    """The agent is told so, and nothing else happens to the two."""
    body = {"call": one.id, "agency": PLACE.id, "category": "construction", "note": "", "introduce": False}
    status, told = await one.desk.ask("POST", "/api/cascades", body)
    assert (status, told["error_id"]) == (409, error_id), told
    await asyncio.sleep(2)
    assert one.citizen.is_up and one.agent.is_up
    assert not one.desk.world.net.number(PLACE.numbers[0]).legs, "nobody was rung"


async def rung(world: World) -> list[str]:
    return [alarm.detail for alarm in await world.alarms() if alarm.kind == KIND]


async def test_nobody_is_lost_until_asterisk_has_read_the_new_plan(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as desk:
        world = desk.world
        asterisk = world.product.asterisk
        assert "HL_DIALPLAN" not in await asterisk.cli("dialplan show globals")

        async def told() -> bool:
            return bool(await rung(world))

        await eventually(told, "no alarm", 30)
        (detail,) = await rung(world)
        assert "nobody who was called back" in detail and "hotline1022 reload" in detail
        await set_up(world, PLACE, Answers(after=0.3, talk=90))
        one = await talks(desk, LINE, "0903144001")
        await refused(one, "dialplan-old")

        async def read() -> bool:
            return f"HL_DIALPLAN={mark()}" in await asterisk.cli("dialplan show globals")

        assert world.product.process is not None
        world.product.process.send_signal(signal.SIGHUP)  # as `hotline1022 reload` does
        await eventually(read, "the new plan was not read", 60)
        # and the module by which the phones of a hunt tell her channel what became of them
        assert "Unloaded" in await asterisk.cli("module unload func_export.so")
        await refused(one, "dialplan-module")
        assert "Loaded" in await asterisk.cli("module load func_export.so")

        await one.transfer(PLACE)
        specialist = await takes(world, PLACE.numbers[0], 1)
        await asyncio.sleep(2)
        await one.citizen.hangup()
        await specialist.ended(5)
        _, (kept,) = await one.ended("connected")
        assert outcomes(kept) == [("specialist", "office", "taken")]
        assert audio.heard_for(specialist.heard, one.citizen.frequency) > 1
        assert audio.heard_for(one.agent.heard, one.citizen.frequency) > 4, "the two talked on all the while"
        assert await rung(world) == [detail], "once"
