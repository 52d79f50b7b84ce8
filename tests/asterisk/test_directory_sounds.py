"""Category and agency are heard by their own names, also where only the directory has them: on a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_world import agency, called, directory, set_up, talk, ticket
from tests.asterisk.world import eventually, hotline
from tests.lab.network import Answers, HangUp, Key, Keys, Step, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

POWER = agency(746)
CATEGORY = f"""
[[categories]]
id = "cap-dien"
name = "Cấp điện"
agency = "{POWER.id}"
urgent = false
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    everybody = directory(POWER) + CATEGORY
    async with hotline(tmp_path_factory.mktemp("names"), directory=everybody, ring_seconds=20) as world:
        await world.people("101")
        await world.on_duty("101")
        async with screen(world) as one:
            yield one


async def test_the_names_of_a_category_and_an_agency_that_the_menu_does_not_have_are_played(desk: Screen) -> None:
    world = desk.world
    sounds = world.product.settings.paths.prompts / "sounds" / "vi" / "hl1022"

    async def there() -> bool:
        return all((sounds / f"{name}.alaw").is_file() for name in ("about-cap-dien", f"agency-{POWER.id}"))

    await eventually(there, f"the names were not made in {sounds}", 130)
    await set_up(world, POWER, Answers(after=0.3, talk=90))
    one = await talk(world, "0909460001")
    await asyncio.sleep(1)
    body = {"call": await desk.call_of(one.citizen.who), "agency": POWER.id, "category": "cap-dien"}
    status, told = await desk.ask("POST", "/api/cascades", body)
    assert status == 201, told
    specialist = await called(world, POWER.numbers[0])

    async def played() -> bool:
        channels = (await world.product.asterisk.cli("core show channels concise")).splitlines()
        return any("!Read!HL_PRESSED,hl1022/about-cap-dien," in row for row in channels)

    await eventually(played, "the called person is not told by that sound", 10)
    await asyncio.sleep(4)
    await specialist.press("1")
    await asyncio.sleep(1)
    await specialist.hangup()
    await one.citizen.ended(10)
    await world.quiet()
    code = (await ticket(world, await world.logged(one.citizen))).code
    script: list[Step] = [Wait(1), Key("*"), Wait(2), Keys(code), Wait(7), HangUp()]
    asks = await world.net.call("1022", caller="0909460002", script=script)
    await asks.ended(40)
    await world.quiet()
    events = (await world.logged(asks)).events
    heard = [event.data["prompt"] for event in events if event.kind == "PromptStarted"]
    assert heard[heard.index("hl1022/ticket-agency") + 1] == f"hl1022/agency-{POWER.id}"
