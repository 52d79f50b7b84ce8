"""The story that all of this is for, in one piece: a citizen calls, an agent writes down what she says and puts her through, nobody at
the agency takes her, and her request goes on as a ticket from SMS to SMS until she has her answer; meanwhile it is counted, and
afterwards listened to. The real service, two real Asterisks, a Chromium in which each person has a browser of the own.

What the pages say is held against what was seen from outside: by the telephones, the gateway of SMS and the mail server.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline1022.db.types import CallDetail
from hotline1022.tickets.types import State
from hotline1022.web.numbers_said import said_number
from tests.asterisk.cascade_sound import code_twice, unsent
from tests.asterisk.cascade_world import cascades, no_silence, outcomes
from tests.asterisk.cascade_world import ticket as ticket_of
from tests.asterisk.world import STAY, eventually, verify
from tests.browser import story_world as w
from tests.browser.steps import press, serious
from tests.browser.story_pages import (
    DESK,
    PHONE,
    PICTURES,
    TELEVISION,
    Seat,
    figure,
    on_duty,
    on_television,
    sign_in,
    sit,
)
from tests.browser.story_world import House, story_house
from tests.browser.test_agent import SAVED, type_at_end
from tests.lab.browser import Browser
from tests.lab.ear import attach
from tests.lab.network import BUSY, UNREACHABLE, Answers, Key, Leg, Plan, Rings, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.timeout(300)]

CONTENT = "Ổ gà lớn trước số 12 đường Lê Lợi, tối qua một người đi xe máy bị ngã. Đề nghị lấp sớm."
#: a photo of the mended road
PROOF, PNG = "da-lap-o-ga.png", b"\x89PNG\r\n\x1a\n" + bytes(64)
ANSWER = "Đội duy tu đã lấp ổ gà và sơn lại vạch, xong lúc 15 giờ hôm nay."
#: seconds for which each telephone of the agency rings
RINGS = (5, 10, 5, 8)
#: seconds for which the agent's telephone rings, and within which the caller is on the screen: the measured time is told
RING, AT_ONCE = 5.0, 2.0
#: what is counted: a name on the page of supervision, and the id on the television
COUNTED = {"Tổng số cuộc gọi": "calls", "Tổng số phiếu tiếp nhận": "tickets"}


@dataclass(slots=True)
class Cast:
    """Who sits where."""

    agent: Seat
    supervisor: Seat
    auditor: Seat
    television: Seat


@dataclass(slots=True)
class Told:
    """The call as telephones saw it."""

    citizen: Leg
    agent: Leg


async def test_a_call_from_its_ring_to_its_answer(browser: Browser, tmp_path: Path) -> None:
    pictures = Path(PICTURES or tmp_path)
    async with story_house(tmp_path / "house", RINGS, past=True) as house:
        cast = await they_come(house, browser, pictures)
        before = await counts(cast)
        told = await she_calls(house, cast)
        await the_agent_writes(cast)
        code = await nobody_takes_her(house, cast)
        specialist, leader = await messages_leave(house, code)
        await told.citizen.ended(60)
        await the_specialist_passes_on(house, browser, pictures, specialist)
        await the_leader_completes(house, browser, pictures, leader, code)
        await the_agent_sees_it_ended(cast, code)
        await it_was_counted(cast, before)
        call = await house.world.logged(told.citizen)
        await the_log_is_what_was_seen(house, told, call, code)
        await the_auditor_listens(cast, code)
        await nothing_more(house, call)
        for seat in (cast.agent, cast.supervisor, cast.auditor, cast.television):
            assert serious(seat.tab) == []


async def they_come(house: House, browser: Browser, pictures: Path) -> Cast:
    """Everybody signs in, the agent is on duty, a television hangs on the wall."""
    agent, supervisor, auditor = [await sit(browser, house, pictures, DESK) for _ in range(3)]
    television = await sit(browser, house, pictures, TELEVISION)
    person, _, pin = w.AT_LINES["102"]
    colleague = await house.world.net.phone("102").dial("*11", keys=f"{person}#{pin}#")
    await sign_in(agent, "lan")
    await sign_in(supervisor, "hanh")
    await sign_in(auditor, "phuc")
    await colleague.ended(60)
    away = await house.world.net.phone("102").dial("*13", keys="1")
    await away.ended(40)
    await on_duty(agent, "101", w.CITIZEN)
    await supervisor.go("/desk/wallboards")
    await supervisor.fill(name="Phòng trực tầng 2")
    await supervisor.leave("form[action='/desk/wallboards'] button")
    await television.tab.open(await supervisor.text(".once"))
    await television.tab.press(" ")  # it stays at its figures, and turns to no chart
    await supervisor.go("/desk/supervision")
    await supervisor.sees("document.getElementById('stream').hidden && !!window.htmx")
    await supervisor.reads("Nguyễn Thị Lan", "Sẵn sàng", "Trần Văn Minh", "Tạm nghỉ", within="#lines")
    return Cast(agent, supervisor, auditor, television)


async def counts(cast: Cast) -> Mapping[str, int]:
    """Today's figures, which page and television agree upon."""
    found = {name: await figure(cast.supervisor, name) for name in COUNTED}
    for name, id in COUNTED.items():
        await cast.television.sees(f"document.querySelector('[data-figure={id}] dd').textContent", str(found[name]))
    return found


async def she_calls(house: House, cast: Cast) -> Told:
    """Her call rings at the agent's telephone, and all that is known of her is on the agent's screen."""
    net, page = house.world.net, cast.agent
    await net.phone("101").does(Answers(after=RING))
    ringing = asyncio.create_task(net.phone("101").rings(60))
    citizen = await net.call("1022", caller=w.CITIZEN, script=[Wait(1), Key(w.KEY), STAY], talk=True)
    agent = await ringing
    await page.sees("window.shown > 0")
    number, whole = [
        float(await page.tab.run(f"window.{name}")) / 1000 - agent.started_at for name in ("rang", "shown")
    ]
    print(
        f"from the INVITE at the agent's telephone to the page: {number * 1000:.0f} ms its number, {whole * 1000:.0f} ms all"
    )
    await page.reads(said_number(w.CITIZEN), "Giao thông", f"Đã bấm {w.KEY}", within="#call")
    assert "☎ Đang đổ chuông" in await page.tab.run("document.title")
    await page.picture("1-ring")
    await agent.answered(20)
    assert whole < AT_ONCE, "it is there before she can be greeted"
    await page.sees("document.getElementById('state').dataset.state", "talking")
    return Told(citizen, agent)


async def the_agent_writes(cast: Cast) -> None:
    """What is typed is kept as it is typed; who supervises sees the agent talk."""
    page = cast.agent
    await page.reads("Đang nói chuyện", within="#call")
    assert await page.tab.run("document.getElementById('f-phone').value") == said_number(w.CITIZEN)
    await page.fill(f_name=w.CITIZEN_NAME, f_address="12 Lê Lợi")
    await page.choose("f-area", "thu-dau-mot-phu-cuong")
    await type_at_end(page.tab, "f-content", CONTENT)
    await page.sees(f"{SAVED}.startsWith('Đã lưu lúc ')")
    await cast.supervisor.reads("Nguyễn Thị Lan\tĐang nói chuyện", within="#lines")
    await cast.television.sees("document.querySelector('[data-figure=talking] dd').textContent", "1")


async def nobody_takes_her(house: House, cast: Cast) -> str:
    """The hunt as the agent sees it, step by step, to its end; the code of the ticket."""
    net, page = house.world.net, cast.agent
    plans: tuple[Plan, ...] = (BUSY, Rings(), UNREACHABLE, Rings())
    for number, plan in zip(w.PHONES, plans, strict=True):
        await net.number(number).does(plan)
    assert await page.tab.run("document.getElementById('to').value") == w.AGENCY, "it answers for the category"
    await page.click("#begin")
    await net.number(w.MOBILE).rings(40, nth=1)
    await page.reads(f"Chuyên viên {w.SPECIALIST} · máy bàn\nmáy bận", within="#transfer")
    await page.reads(f"Chuyên viên {w.SPECIALIST} · di động\nđang gọi", within="#transfer")
    await cast.supervisor.reads(w.AGENCY_NAME, within="#hunts")
    await cast.television.sees("document.querySelector('[data-figure=cascades] dd').textContent", "1")
    await page.reads("không đầu mối nào nhận, phiếu được giữ lại", within="#transfer", seconds=60)
    found = re.search(r"phiếu (\d{4}) ?(\d{4})", await page.text("#transfer"))
    assert found is not None
    for step in ("di động\nkhông nhấc máy", "máy bàn\nkhông liên lạc được"):
        assert step in await page.text("#transfer"), step
    await page.picture("2-transfer")
    return found[1] + found[2]


async def messages_leave(house: House, code: str) -> tuple[str, str]:
    """Each is told once by SMS, officers by email too; the links of specialist and leader."""
    assert code in await house.sms_to(w.CITIZEN, 1)
    found = []
    for number, address in ((w.MOBILE, w.MAILS[0]), (w.LEADER_MOBILE, w.MAILS[1])):
        text = await house.sms_to(number, 1)
        assert code in text
        found.append(house.link(text))

        async def mailed(address: str = address) -> bool:
            return len(house.mails(address)) == 1

        await eventually(mailed, f"an email to {address}", 30)
        assert code in house.mails(address)[0] and house.link(house.mails(address)[0])
    assert found[0] != found[1], "each has a link of the own"
    return found[0], found[1]


async def the_specialist_passes_on(house: House, browser: Browser, pictures: Path, link: str) -> None:
    """On a telephone, by the link alone."""
    phone = await sit(browser, house, pictures, PHONE)
    await phone.tab.open(link)
    await phone.reads(CONTENT, f"Ông/bà {w.SPECIALIST}", "Giao thông", "Mới lập", "Phường Phú Cường")
    await phone.reads("Đã che")
    seen = await phone.tab.run("document.documentElement.outerHTML")
    assert w.CITIZEN not in seen.replace(" ", "") and w.CITIZEN_NAME not in seen, "who she is is masked"
    await phone.picture("3-link")
    await phone.leave("button[value=reveal]")
    await phone.reads(w.CITIZEN_NAME, "12 Lê Lợi")
    await phone.leave("button[value=accept]")
    await phone.reads("Đã tiếp nhận phiếu.")
    await phone.leave("button[value=pass-to-leader]")
    await phone.reads("Đã chuyển phiếu cho lãnh đạo.", w.LEADER)
    assert phone.tab.complaints == []


async def the_leader_completes(house: House, browser: Browser, pictures: Path, earlier: str, code: str) -> None:
    """By the link of the SMS that came with it, with a photo as proof; she hears of it."""
    link = house.link(await house.sms_to(w.LEADER_MOBILE, 2))
    phone = await sit(browser, house, pictures, PHONE)
    for address in (earlier, link):
        await phone.tab.open(address)
        await phone.reads(f"Ông/bà {w.LEADER}", "Đã chuyển lãnh đạo", CONTENT)
    await phone.fill(answer=ANSWER)
    await phone.tab.attach("#file", PROOF, "image/png", PNG)
    await phone.leave("button[value=complete]")
    await phone.reads("Đã hoàn tất phiếu, người dân được báo nội dung trả lời.", ANSWER)
    assert phone.tab.complaints == []
    told = await house.sms_to(w.CITIZEN, 2)
    assert "15 gio hom nay" in told and code in told


async def the_agent_sees_it_ended(cast: Cast, code: str) -> None:
    """By the menu and the search of the list; nothing is left for 1022 to do but to open it again."""
    page = cast.agent
    await page.leave("#menu a[href='/desk/tickets']")
    await page.choose("which", "all")
    await page.fill(code=code)
    await press(page.tab)
    await page.leave("table a")
    await page.reads(CONTENT, ANSWER, PROOF, w.SPECIALIST, w.LEADER, "Đã hoàn tất", "Mở lại")
    assert not await page.tab.run("document.querySelector(\"form[action$='/act/complete']\")")


async def it_was_counted(cast: Cast, before: Mapping[str, int]) -> None:
    """One call and one ticket more, on the page and on the wall, without loading either."""
    for name, id in COUNTED.items():
        wanted = before[name] + 1
        seen = f"[...document.querySelectorAll('#now .figure-said')].find(e => e.innerText.includes('{name}')).querySelector('strong').textContent"
        await cast.supervisor.sees(seen, str(wanted))
        assert await figure(cast.supervisor, name) == wanted
        await cast.television.sees(f"document.querySelector('[data-figure={id}] dd').textContent", str(wanted))
        assert await on_television(cast.television, id) == wanted
    await cast.supervisor.reads("Không có cuộc chuyển máy nào.", within="#hunts")
    await cast.supervisor.picture("4-supervision")
    await cast.television.picture("5-wall")


async def the_log_is_what_was_seen(house: House, told: Told, call: CallDetail, code: str) -> None:
    """Each telephone was called once, in this order, and she heard the code."""
    world = house.world
    (kept,) = await cascades(world, call)
    assert outcomes(kept) == [
        ("specialist", "office", "busy"),
        ("specialist", "mobile", "no-answer"),
        ("leader", "office", "unreachable"),
        ("leader", "mobile", "no-answer"),
    ]
    rung = [world.net.number(number).legs for number in w.PHONES]
    assert [len(legs) for legs in rung] == [1, 1, 1, 1]
    assert [legs[0].started_at for legs in rung] == sorted(legs[0].started_at for legs in rung)
    assert (await ticket_of(world, call)).code == kept.row.code == code
    code_twice(call, told.citizen, code)
    no_silence(told.citizen)
    verify(world.product, call, missing=unsent(told.citizen, told.agent))


async def the_auditor_listens(cast: Cast, code: str) -> None:
    """For a reason; what sounds is what the two said."""
    page = cast.auditor
    await page.go(f"/desk/recordings?ticket={code}")
    await page.leave("tbody a")
    await page.reads("Nguyễn Thị Lan", w.AGENCY_NAME, within="main")
    await page.choose("reason", "complaint")
    await page.fill(text="Đơn số 14 ngày 24.11.2026")
    await page.leave("form[action$='/listen'] button")
    await page.sees("document.getElementById('picture').hidden")
    await page.tab.press(" ")
    await attach(page.tab)
    for side in (0, 1):
        await page.sees(f"window.ear.side({side}) > 0.02")
    await page.picture("6-recording")
    await page.tab.run("document.getElementById('sound').pause()")


async def nothing_more(house: House, call: CallDetail) -> None:
    """Nobody was told twice, no call is left, and the ticket ended as it was read."""
    await house.world.quiet()
    sent = {number: len(house.sms(number)) for number in (w.CITIZEN, w.MOBILE, w.LEADER_MOBILE)}
    assert sent == {w.CITIZEN: 2, w.MOBILE: 1, w.LEADER_MOBILE: 2}
    assert [len(house.mails(address)) for address in w.MAILS] == [1, 2]
    ticket = await ticket_of(house.world, call)
    assert (ticket.state, ticket.answer, ticket.content) == (State.COMPLETED, ANSWER, CONTENT)
