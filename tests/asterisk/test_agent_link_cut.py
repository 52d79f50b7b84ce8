"""The link to Asterisk is cut, and stays cut, while an agent's page is open: it says so within two seconds, a phone that rings meanwhile
is shown by what the journal tells, and the words are gone when the link is there again.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar

from hotline1022.accounts.types import Wanted
from hotline1022.core.clock import utc_now
from hotline1022.db.unit import Database
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.web.numbers_said import said_number
from tests.asterisk.test_crashes import sessions
from tests.asterisk.world import STAY, World, eventually, hotline, outcome, person
from tests.contract.database.desk_world import OWN, Browser
from tests.lab.network import Answers, Key, Wait
from tests.lab.sse import listening

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(200)]
CALLER = "0909100077"
#: seconds from the cut to the screen
SOON = 2.0
CUT = "Mất kết nối với tổng đài từ"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with hotline(tmp_path_factory.mktemp("cut"), ring_seconds=15) as one:
        await one.people("101")
        await one.on_duty("101")
        yield one


async def cut(world: World) -> None:
    """Nobody is let in any more, and who is there is put out."""
    await manager(world, "yes", "no")
    for link in await sessions(world):
        await world.product.asterisk.cli(f"manager kick session {link}")


async def manager(world: World, before: str, after: str) -> None:
    file = world.product.asterisk.etc / "manager.conf"
    text = file.read_text(encoding="utf-8")
    assert f"\nenabled={before}\n" in text
    file.write_text(text.replace(f"\nenabled={before}\n", f"\nenabled={after}\n"), encoding="utf-8")
    await world.product.asterisk.cli("manager reload")


async def test_the_page_of_an_agent_while_the_link_is_cut(world: World) -> None:
    address = f"http://127.0.0.1:{world.product.settings.service.http_port}"
    async with Database(world.product.settings.database_url) as database:
        wanted = Wanted(login="lan", name="Nguyễn Thị Lan", roles=frozenset({"agent"}), person=person("101"))
        given = await UserAdmin(database, utc_now).add(wanted)
    async with ClientSession(address, cookie_jar=CookieJar(unsafe=True)) as client:
        browser = Browser(client)
        await browser.enter("lan", given.password)
        await browser.send("/desk/password", "/desk/password", old=given.password, new=OWN, again=OWN)

        async def says(piece: str, text: str, seconds: float, *, so: bool = True) -> None:
            async def there() -> bool:
                return (text in (await browser.get(f"/desk/agent/{piece}")).text) is so

            await eventually(there, f"{piece} {'does not say' if so else 'still says'} {text!r}", seconds)

        await says("state", "Sẵn sàng", 10)
        async with listening(client, "/desk/events?topics=call,lines") as stream:
            await cut(world)
            assert (await stream.next("lines", seconds=SOON)).data["what"] == "changed"
            assert (await stream.next("call", seconds=SOON)).data["what"] == "changed"
            for piece, text in (("state", CUT), ("queue", "chưa rõ từ"), ("call", "Chưa rõ có cuộc gọi tại máy này")):
                await says(piece, text, SOON)
            await world.net.phone("101").does(Answers(after=4, talk=4))
            citizen = await world.net.call("1022", caller=CALLER, script=[Wait(1), Key("0"), STAY])
            told = await stream.next("call", seconds=30)
            assert (told.data["what"], told.data["number"]) == ("ring", CALLER)
            for piece, text in (("call", said_number(CALLER)), ("call", "Đang đổ chuông"), ("state", "Đang đổ chuông")):
                await says(piece, text, SOON)
            assert (await stream.next("call", seconds=20)).data["what"] == "talk"
            await says("state", "Đang nói chuyện", SOON)
            assert (await stream.next("call", seconds=30)).data["what"] == "over"
            await says("call", "Chưa rõ có cuộc gọi tại máy này", SOON)
            assert not await sessions(world), "the link was away the whole time"
        await manager(world, "no", "yes")
        await says("state", CUT, 45, so=False)
        await says("state", "Sẵn sàng", 10)
        await says("queue", "Sẵn sàng nhận: 1 máy", 5)
        await asyncio.wait_for(citizen.ended(60), 70)
    assert outcome(await world.logged(citizen)) == ("answered", "agent-answered")
