"""A transfer on the agent's page while what carries the page breaks: the service is killed, the network is lost, the page is loaded
again. The hunt goes on in Asterisk, and the page comes back by itself: it shows how far the hunt is, and has what was typed.
"""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline1022.db.unit import Database
from hotline1022.web.numbers_said import said_number
from tests.asterisk.cascade_sound import takes
from tests.asterisk.world import STAY, eventually
from tests.browser import story_world as w
from tests.browser.story_pages import DESK, PICTURES, Seat, on_duty, sign_in, sit
from tests.browser.story_world import House, story_house
from tests.browser.test_agent import CONTENT, SAVED, type_at_end
from tests.lab.browser import Browser, running_browser
from tests.lab.cable import Cable, cable
from tests.lab.network import BUSY, Answers, Key, Leg, Plan, Rings, Wait

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

#: seconds: the third telephone rings until the service is back, and the page has looked, on a busy machine too
RINGS = (5, 6, 90, 5)
#: seconds after which the leader picks up
LEADER = 20.0
AWAY = "!document.getElementById('stream').hidden"
UNSAVED = f"{SAVED} === 'Chưa lưu được, sẽ thử lại'"
SECOND_RINGS = f"Chuyên viên {w.SPECIALIST} · di động\nđang gọi"
SECOND_DONE = f"Chuyên viên {w.SPECIALIST} · di động\nkhông nhấc máy"
THIRD_RINGS = f"Lãnh đạo {w.LEADER} · máy bàn\nđang gọi"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with story_house(tmp_path_factory.mktemp("killed") / "house", RINGS, past=False) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with running_browser(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(house: House) -> AsyncIterator[Cable]:
    """Between the browser and the service."""
    async with cable(house.world.product.settings.service.http_port) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(house: House, chromium: Browser, line: Cable, tmp_path_factory: pytest.TempPathFactory) -> Seat:
    """The agent, on duty."""
    seat = await sit(chromium, house, Path(PICTURES or tmp_path_factory.mktemp("pictures")), DESK, port=line.port)
    await sign_in(seat, "lan")
    await on_duty(seat, "101", w.CITIZEN)
    return seat


async def put_through(house: House, page: Seat, caller: str, content: str, leader: Plan) -> Leg:
    """A citizen talks with the agent, who has written this and puts her through: the second telephone of the agency rings."""
    net = house.world.net
    calls = len(net.number(w.MOBILE).legs)
    await net.phone("101").does(Answers(after=0.5))
    plans: tuple[Plan, ...] = (BUSY, Rings(), leader, Rings())
    for number, plan in zip(w.PHONES, plans, strict=True):
        await net.number(number).does(plan)
    citizen = await net.call("1022", caller=caller, script=[Wait(1), Key(w.KEY), STAY], talk=True)
    await page.reads(said_number(caller), "Đang nói chuyện", within="#call", seconds=60)
    await page.sees("document.querySelector('#form').dataset.draft === document.querySelector('#call').dataset.call")
    await type_at_end(page.tab, "f-content", content)
    await page.sees(f"{SAVED}.startsWith('Đã lưu lúc ')")
    await page.sees("!!document.getElementById('begin')")
    await page.click("#begin")
    await net.number(w.MOBILE).rings(40, nth=calls + 1)
    await page.reads(SECOND_RINGS, within="#transfer")
    return citizen


async def taken_and_over(house: House, page: Seat, citizen: Leg, nth: int) -> None:
    """The leader takes her; they talk; it is over. The page follows."""
    ringing = await house.world.net.number(w.LEADER_OFFICE).rings(60, nth=nth)
    await ringing.answered(LEADER + 10)
    leader = await takes(house.world, w.LEADER_OFFICE, nth)
    await page.reads("người dân đang nói chuyện với đầu mối", within="#transfer")
    await leader.speak(2)  # shorter than a second is no talk
    await leader.hangup()
    await citizen.ended(30)
    await page.reads("đã nói chuyện với đầu mối", within="#transfer")
    await house.world.quiet()


async def kept(house: House, content: str) -> None:
    """What was typed lies in the database."""

    async def there() -> bool:
        settings = house.world.product.settings
        async with Database(settings.database_url) as database, database.reading() as tx:
            lan = next(one for one in await tx.accounts.users() if one.login == "lan")
            return any(one.text("content") == content for one in await tx.drafts.of(f"user:{lan.id}", 10))

    await eventually(there, f"{content} is not kept", 30)


async def test_the_service_is_killed_in_the_middle_of_a_transfer(house: House, page: Seat) -> None:
    net, product = house.world.net, house.world.product
    citizen = await put_through(house, page, w.CITIZEN, "Đèn đường hỏng", Rings())
    await product.stop_service(signal.SIGKILL)
    await page.sees(AWAY)
    assert "Mất kết nối, đang thử lại" in await page.text("#stream")
    await type_at_end(page.tab, "f-content", " từ tối qua")
    await page.sees(UNSAVED)
    leader = await net.number(w.LEADER_OFFICE).rings(40, nth=1)
    assert SECOND_RINGS in await page.text("#transfer"), "nobody could tell it more"
    await product.start_service(limit=RINGS[2] - 10)
    await page.sees("document.getElementById('stream').hidden")
    await page.reads(SECOND_DONE, THIRD_RINGS, within="#transfer")
    assert leader.answered_at is None, "it was there while the telephone still rang"
    await page.sees(f"{SAVED}.startsWith('Đã lưu lúc ')")
    await kept(house, "Đèn đường hỏng từ tối qua")
    assert await page.tab.run(CONTENT) == "Đèn đường hỏng từ tối qua"
    assert await page.tab.run("window.stays") == 1, "nobody loaded the page again"
    await page.click("#take-back")
    await leader.ended(20)
    await page.reads("đã lấy lại", within="#transfer")
    await (await net.phone("101").rings(30, nth=2)).answered(20)
    await citizen.hangup()
    await house.world.quiet()
    call = await house.world.logged(citizen)
    assert [leg.party for leg in call.legs if leg.kind == "contact"] == [w.OFFICE, w.MOBILE, w.LEADER_OFFICE]


async def test_the_network_is_lost_and_the_page_loaded_again_in_the_middle_of_a_transfer(
    house: House, page: Seat, line: Cable
) -> None:
    net, caller = house.world.net, "0901000013"
    before = len(net.number(w.LEADER_OFFICE).legs)
    citizen = await put_through(house, page, caller, "Cây đổ", Answers(after=LEADER))
    await line.unplug()
    await page.sees(AWAY)
    await type_at_end(page.tab, "f-content", " chắn đường")
    await page.sees(UNSAVED)
    await net.number(w.LEADER_OFFICE).rings(40, nth=before + 1)
    await line.plug()
    await page.sees("document.getElementById('stream').hidden")
    await page.reads(SECOND_DONE, THIRD_RINGS, within="#transfer")
    await kept(house, "Cây đổ chắn đường")
    await type_at_end(page.tab, "f-content", ", xe không qua được")
    await page.tab.reload()
    await page.sees("document.getElementById('stream').hidden && !!window.HL")
    await page.sees(CONTENT, "Cây đổ chắn đường, xe không qua được")
    await page.reads(SECOND_DONE, THIRD_RINGS, within="#transfer")
    await taken_and_over(house, page, citizen, before + 1)
