"""A menu that is published while citizens call, on a real Asterisk: the next caller hears it, who is in the menu or talks goes on,
and the service has it after a restart too.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen
from tests.asterisk.world import STAY, World, agrees, eventually, hotline, keys, outcome
from tests.lab.network import Answers, HangUp, Key, Wait
from tests.lab.prompts import kept_prompts

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]
SHIPPED = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
#: key 4 leads into the menu below, where it chose traffic before; one sound is another one
OTHER = SHIPPED.replace('4 = "agents:traffic"', '4 = "menu:more"').replace(
    "Giao thông, bấm phím 4.", "Việc khác, bấm phím 4.", 1
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("published")
    # prompts of its own: other tests hear the shared ones
    await asyncio.to_thread(shutil.copytree, kept_prompts(), folder / "data" / "prompts")
    async with hotline(folder, ring_seconds=5, max_wait_seconds=300) as one:
        await one.people("101")
        yield one


async def test_the_next_caller_hears_it_and_calls_go_on(world: World) -> None:
    product, net = world.product, world.net
    token = (await product.cli("token", "create", "menu", "--scope", "admin")).splitlines()[-1]
    await world.on_duty("101")
    phone = net.phone("101")
    await phone.does(Answers(after=0.5, talk=15))
    talks = await net.call("1022", caller="0903000061", script=[Wait(1), Key("0"), STAY])
    await phone.rings(20)
    in_menu = await net.call("1022", caller="0903000062", script=[Wait(1), Key("6"), Wait(12), Key("4"), STAY])

    async def in_information() -> bool:
        return any("menu=information|step=menu" in str(row) for row in product.journal())

    await eventually(in_information, "the second citizen is not in the menu", 10)
    url = f"http://127.0.0.1:{product.settings.service.http_port}"
    async with aiohttp.ClientSession(url) as http:
        screen = Screen(world, http, token)
        sound = product.settings.paths.prompts / "sounds" / "vi" / "hl1022" / "menu-root.alaw"
        before = await asyncio.to_thread(sound.read_bytes)
        status, told = await screen.ask(
            "POST", "/api/menu", {"text": OTHER.replace("menu:more", "menu:mor"), "seen": 1}
        )
        assert (status, told["error_id"]) == (400, "menu-invalid") and "there is no menu mor" in told["message"]
        assert await asyncio.to_thread(sound.read_bytes) == before, "nothing was changed"
        status, told = await screen.ask("POST", "/api/menu", {"text": OTHER, "seen": 1, "note": "Phím 4"})
        assert status == 200, told
        assert (told["version"]["number"], told["sounds"]) == (2, 1)
        assert await asyncio.to_thread(sound.read_bytes) != before
        status, told = await screen.ask("POST", "/api/menu", {"text": SHIPPED, "seen": 1})
        assert (status, told["error_id"]) == (409, "menu-changed")

    later = await net.call(
        "1022", caller="0903000063", script=[Wait(1), Key("4"), Wait(2), Key("2"), Wait(2), HangUp()]
    )
    await later.ended(30)
    assert keys(await world.logged(later)) == ["4", "2"]
    assert steps(await world.logged(later)) == ["root", "more"]
    await phone.does(Answers(after=0.5, talk=2))
    await asyncio.gather(*(leg.ended(60) for leg in (talks, in_menu)))
    await world.quiet()
    rang = {leg.other: leg for leg in phone.legs if leg.answered_at is not None}
    call = await world.logged(talks)
    assert outcome(call) == ("answered", "agent-answered")
    agrees(call, talks, rang[talks.who])
    waited = await world.logged(in_menu)
    assert keys(waited)[:2] == ["6", "4"] and waited.call.reason is not None


async def test_after_a_restart_it_is_in_force_whatever_the_file_says(world: World) -> None:
    product, net = world.product, world.net
    await product.stop_service()
    await product.start_service()
    said = await product.cli("reload")
    assert "published at the desk" in said
    again = await net.call("1022", caller="0903000064", script=[Wait(1), Key("4"), Wait(2), HangUp()])
    await again.ended(30)
    led = [event.data for event in (await world.logged(again)).events if event.kind == "StepTaken"]
    assert ("menu", "more") in [(one["step"], one["menu"]) for one in led]


def steps(call: Any) -> list[str]:
    return [event.data["menu"] for event in call.events if event.kind == "KeyPressed"]
