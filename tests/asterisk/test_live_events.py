"""A phone rings, and the browser of who sits there has the caller on the screen: measured against the telephone's own clock."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.asterisk.world import STAY, World, eventually, hotline
from tests.lab.network import Answers, Key, Wait
from tests.lab.sse import Listener, listening

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
#: seconds from the ring to the screen
SOON = 0.3
CALLS = 3
#: seconds until a phone that has left or come back is shown so
SEEN = 1.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("live"), ring_seconds=8) as one:
        await one.people("101", "102")
        yield one


async def ring_of(stream: Listener, caller: str) -> tuple[str, float]:
    """The call that the stream says rings, and when it came, on the clock of the telephones."""
    while True:
        said = await stream.next("call", seconds=40)
        if said.data["what"] in ("ring", "known") and said.data["number"] == caller:
            return said.data["call"], time.time() - (asyncio.get_running_loop().time() - said.at)


async def test_the_ring_is_on_the_screen_at_once_with_who_calls(world: World) -> None:
    await world.on_duty("101")
    await world.net.phone("101").does(Answers(after=1.5, talk=1))
    port = world.product.settings.service.http_port
    token = (await world.product.cli("token", "create", "screen", "--scope", "agent")).splitlines()[-1]
    bearer = {"Authorization": f"Bearer {token}"}
    delays = []
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as http,
        listening(http, "/api/events?line=101") as mine,
        listening(http, "/api/events?topics=lines&line=102") as other,
    ):
        for number in range(CALLS):
            caller = f"090600000{number}"
            ringing = asyncio.create_task(world.net.phone("101").rings(60))
            citizen = await world.net.call("1022", caller=caller, script=[Wait(1), Key("2"), STAY])
            call, came = await ring_of(mine, caller)
            async with http.get("/api/lines/101/call") as response:
                shown = await response.json()
            took = time.time() - came
            assert shown["call"]["call"] == call and shown["call"]["caller"] == caller, shown
            assert shown["call"]["keys"] == ["2"] and shown["call"]["waited_ms"] >= 0
            assert [one["entered_at"] for one in shown["call"]["past"]] == [], "each calls for the first time"
            agent = await ringing
            await asyncio.gather(citizen.ended(60), agent.ended(60))
            delays.append((came - agent.started_at, took))
            while (await mine.next("call")).data["what"] != "over":
                pass
        async with http.get("/api/lines/101/call") as response:
            assert (await response.json())["call"] is None
        states: list[str] = []
        while len(states) < 3 * CALLS:
            said = await other.next("lines")
            if said.data["what"] == "line" and said.data["state"] in ("ringing", "talking", "wrap-up"):
                states.append(said.data["state"])
        assert states == ["ringing", "talking", "wrap-up"] * CALLS
    print("ring to screen, its page: " + ", ".join(f"{1000 * a:.0f} ms, {1000 * b:.0f} ms" for a, b in delays))
    assert min(a for a, _ in delays) <= SOON, delays
    assert sorted(a for a, _ in delays)[CALLS // 2] <= SOON, delays


async def test_a_phone_is_seen_to_come_and_go_although_nobody_is_logged_in_at_it(world: World) -> None:
    await world.on_duty()
    phone, port = world.net.phone("102"), world.product.settings.service.http_port
    token = (await world.product.cli("token", "create", "phones", "--scope", "agent")).splitlines()[-1]

    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as http:

        async def shown(up: bool, seconds: float) -> None:
            async def so() -> bool:
                async with http.get("/api/lines") as response:
                    lines = {one["line"]: one for one in (await response.json())["lines"]}
                assert lines["102"]["state"] == "logged-out"
                return bool(lines["102"]["reachable"] is up)

            await eventually(so, f"line 102 is not seen to be {'there' if up else 'gone'}", seconds)

        await shown(True, SEEN)
        await phone.unplug()
        await shown(False, SEEN)
        await phone.plug()
        await shown(True, SEEN)
        await phone.unplug()
        await world.product.stop_service()
        await phone.plug()
        await world.product.start_service()
        await shown(True, 10)
        await phone.unplug()
        await shown(False, SEEN)
        await phone.plug()
