"""The only agent ends the wrap-up early, and the phone rings at once for the citizen who waits: Asterisk's own wrap-up is over too, and
nobody who waits is let go meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, eventually, hotline, outcome
from tests.lab.network import Answers, Key, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
#: seconds
WRAP_UP, SOON = 60, 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("wrap"), ring_seconds=15, wrap_up_seconds=WRAP_UP) as one:
        await one.people("101")
        await one.on_duty("101")
        yield one


async def test_the_next_call_rings_at_once(world: World) -> None:
    port = world.product.settings.service.http_port
    token = (await world.product.cli("token", "create", "desk", "--scope", "agent")).splitlines()[-1]
    phone, bearer = world.net.phone("101"), {"Authorization": f"Bearer {token}"}
    await phone.does(Answers(after=0.3, talk=2))
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as http:

        async def state() -> str:
            async with http.get("/api/lines") as response:
                lines = (await response.json())["lines"]
            return str(next(one["state"] for one in lines if one["line"] == "101"))

        async def waiting() -> int:
            async with http.get("/api/queue") as response:
                return len((await response.json())["waiting"])

        async def writes() -> bool:
            return await state() == "wrap-up"

        async def one_waits() -> bool:
            return await waiting() == 1

        first = await world.net.call("1022", caller="0909100081", script=[Wait(1), Key("0"), STAY])
        await first.ended(60)
        await eventually(writes, "the agent does not write down the call", 10)
        second = await world.net.call("1022", caller="0909100082", script=[Wait(1), Key("0"), STAY])
        await eventually(one_waits, "the second citizen does not wait", 20)
        await asyncio.sleep(3)
        assert await state() == "wrap-up" and await waiting() == 1, "nobody rings the agent who writes"
        ringing = asyncio.create_task(phone.rings(SOON))
        begun = time.monotonic()
        async with http.post("/api/lines/101/ready") as response:
            assert response.status == 200 and (await response.json())["state"] == "ready"
        await ringing
        print(f"from the button to the ring: {time.monotonic() - begun:.2f} s")
        await second.ended(60)
    assert outcome(await world.logged(second)) == ("answered", "agent-answered")
