"""An agent calls back who hung up while waiting, and puts her through from the page: introduced, taken back, handed over, and another one
whom nobody at the agency takes. At each step the page says what telephones saw. The real service, two real Asterisks, a Chromium.
"""

import asyncio
import re
from pathlib import Path

import pytest

from hotline1022.core.outcomes import Direction, Reason, Result
from hotline1022.db.types import CallDetail
from hotline1022.tickets.types import State
from hotline1022.web.numbers_said import said_number
from tests.asterisk.cascade_sound import takes, unsent
from tests.asterisk.cascade_world import cascades, no_silence, outcomes
from tests.asterisk.cascade_world import ticket as ticket_of
from tests.asterisk.test_callback import logged
from tests.asterisk.world import STAY, eventually, verify
from tests.browser import story_world as w
from tests.browser.steps import serious
from tests.browser.story_pages import DESK, PICTURES, Seat, on_duty, sign_in, sit
from tests.browser.story_world import House, story_house
from tests.browser.test_agent import SAVED, type_at_end
from tests.lab import audio
from tests.lab.browser import Browser
from tests.lab.network import BUSY, UNREACHABLE, Answers, Key, Leg, Plan, Rings, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.timeout(400)]

#: seconds for which each telephone of the agency rings
RINGS = (15, 12, 5, 6)
OTHER = "0901000013"
CONTENT = "Ổ gà lớn trước số 12 đường Lê Lợi."
LINE = "101"
PERSON = Answers(after=2.5, talk=120)
CALL = "document.getElementById('call').dataset.call"
STATE = "document.getElementById('state').dataset.state"
#: what the page says of the whole, and of her at the own line
HUNTING, INTRODUCING = "đang gọi đầu mối", "đang giới thiệu, người dân nghe nhạc"
HAS_HER, HAD_HER = "người dân đang nói chuyện với đầu mối", "đã nói chuyện với đầu mối"
TALKS, MUSIC = "Đang nói chuyện", "Người dân đang nghe nhạc chờ"
#: the call that the page shows; "" = none is at the line, whoever's form is still open
AT_LINE = "document.getElementById('call').dataset.call"


def step(which: str, said: str, *, leader: bool = False) -> str:
    """A telephone of the agency as the page has it."""
    who = f"Lãnh đạo {w.LEADER}" if leader else f"Chuyên viên {w.SPECIALIST}"
    return f"{who} · {which}\n{said}"


async def test_she_is_called_back_introduced_taken_back_and_handed_over(browser: Browser, tmp_path: Path) -> None:
    pictures = Path(PICTURES or tmp_path)
    async with story_house(tmp_path / "house", RINGS, past=False) as house:
        agent, supervisor = [await sit(browser, house, pictures, DESK) for _ in range(2)]
        await sign_in(agent, "lan")
        await sign_in(supervisor, "hanh")
        await supervisor.go("/desk/supervision")
        await supervisor.sees("document.getElementById('stream').hidden && !!window.htmx")
        await on_duty(agent, LINE, w.CITIZEN)

        await gives_up(house, agent, w.CITIZEN)
        call, citizen, phone = await called_back(house, agent, w.CITIZEN)
        await introduced_and_taken_back(house, agent, supervisor, citizen, phone)
        code = await introduced_and_handed_over(house, agent, supervisor, citizen, phone)
        await nothing_but_the_truth(house, call, citizen, phone, code)

        await gives_up(house, agent, OTHER)
        call, citizen, phone = await called_back(house, agent, OTHER)
        code = await nobody_takes_her(house, agent, supervisor, citizen, phone)
        await kept_for_the_agency(house, call, citizen, phone, code)
        for seat in (agent, supervisor):
            assert serious(seat.tab) == []


async def gives_up(house: House, agent: Seat, number: str) -> None:
    """She waits, hangs up, and stands in the list of missed calls."""
    net = house.world.net
    await net.phone(LINE).does(Rings())
    rung = len(net.phone(LINE).legs)
    citizen = await net.call("1022", caller=number, script=[Wait(1), Key(w.KEY), STAY])
    ringing = await net.phone(LINE).rings(60, nth=rung + 1)
    await asyncio.sleep(2)
    await citizen.hangup()
    await ringing.ended(10)
    await agent.reads("Cuộc gọi nhỡ", said_number(number), within="#lists")
    await agent.sees(STATE, "ready")


async def called_back(house: House, agent: Seat, number: str) -> tuple[str, Leg, Leg]:
    """One click; the agent's telephone, then hers. The call's id, her leg, the agent's."""
    net = house.world.net
    await net.phone(LINE).does(Answers(after=2.5))
    await net.number(number).does(Answers(after=3))
    rung, hers = len(net.phone(LINE).legs), len(net.number(number).legs)
    await agent.click("#lists-rows form[id^='call-'] button")
    phone = await net.phone(LINE).rings(20, nth=rung + 1)
    await agent.reads(said_number(number), "Điện thoại của bạn đang đổ chuông: xin nhấc máy", within="#call")
    await agent.reads("Nguyễn Thị Lan đang gọi", within="#lists")
    assert "Chuyển được khi đang nói chuyện với người dân." in await agent.text("#transfer")
    citizen = await net.number(number).rings(20, nth=hers + 1)
    await agent.reads("Đang gọi cho người dân", within="#call")
    await agent.reads(TALKS, within="#call")
    await agent.sees(STATE, "talking")
    call = str(await agent.tab.run(CALL))
    await agent.sees("document.getElementById('form').dataset.draft", call)
    await type_at_end(agent.tab, "f-content", CONTENT)
    await agent.sees(f"{SAVED}.startsWith('Đã lưu lúc ')")
    await agent.sees("!!document.getElementById('introduce')")
    return call, citizen, phone


async def does(house: House, *plans: Plan) -> None:
    for number, plan in zip(w.PHONES, plans, strict=False):
        await house.world.net.number(number).does(plan)


async def introduced_and_taken_back(house: House, agent: Seat, supervisor: Seat, citizen: Leg, phone: Leg) -> None:
    """No agency is chosen beforehand, as nobody has pressed a key of the menu; the agent chooses one, and stays."""
    net = house.world.net
    await does(house, BUSY, PERSON)
    assert await agent.tab.run("document.getElementById('to').value") == ""
    await agent.choose("to", w.AGENCY)
    await agent.click("#introduce")
    await net.number(w.MOBILE).rings(30, nth=1)
    await agent.reads("Sở GTVT", HUNTING, step("máy bàn", "máy bận"), step("di động", "đang gọi"), within="#transfer")
    await agent.reads(MUSIC, within="#call")
    assert TALKS not in await agent.text("#call")
    await supervisor.reads(w.AGENCY_NAME, within="#hunts")
    await (await net.number(w.MOBILE).rings(1, nth=1)).answered(10)
    await agent.reads(step("di động", "đã nhấc máy, đang nghe giới thiệu"), within="#transfer")
    specialist = await takes(house.world, w.MOBILE, 1)
    await agent.reads(INTRODUCING, within="#transfer")
    await agent.sees("!!document.getElementById('connect')")
    assert MUSIC in await agent.text("#call"), "the agent talks with the specialist, and she hears music"
    await asyncio.sleep(2)
    await agent.click("#take-back")
    await specialist.ended(10)
    await agent.reads("đã lấy lại", within="#transfer")
    await agent.reads(TALKS, within="#call")
    assert HUNTING not in await agent.text("#transfer") and MUSIC not in await agent.text("#call")
    assert citizen.is_up and phone.is_up
    assert audio_of(specialist, phone) > 1, "the two talked in private"
    await supervisor.reads("Không có cuộc chuyển máy nào.", within="#hunts")
    await asyncio.sleep(2)


def audio_of(listener: Leg, speaker: Leg) -> float:
    """Seconds for which the one heard the other."""
    return audio.heard_for(listener.heard, speaker.frequency)


async def introduced_and_handed_over(house: House, agent: Seat, supervisor: Seat, citizen: Leg, phone: Leg) -> str:
    """The same once more, and now the specialist gets her; the code of the ticket."""
    await does(house, PERSON)
    await agent.sees("!!document.getElementById('introduce')")
    await agent.choose("to", w.AGENCY)
    await agent.click("#introduce")
    await agent.reads(step("máy bàn", "đang gọi"), within="#transfer")
    specialist = await takes(house.world, w.OFFICE, 2)
    await agent.reads(INTRODUCING, within="#transfer")
    await asyncio.sleep(2)
    await agent.click("#connect")
    await phone.ended(10)
    await agent.reads(HAS_HER, step("máy bàn", "đã nhận"), within="#transfer")
    await agent.sees(AT_LINE, "")
    await agent.sees(STATE, "ready")
    await agent.reads("Nguyễn Thị Lan: đã nói chuyện", within="#lists")
    assert await agent.tab.run("document.getElementById('take-back')") is None, "she is the agency's now"
    await supervisor.reads(w.AGENCY_NAME, within="#hunts")
    await asyncio.sleep(3)
    assert citizen.is_up and specialist.is_up
    await specialist.hangup()
    await citizen.ended(10)
    await agent.reads(HAD_HER, within="#transfer")
    await agent.reads("Không có cuộc gọi nhỡ.", within="#lists")
    shown = await agent.text("#transfer")
    assert HAS_HER not in shown and "đã lấy lại" in shown, "what happened before stands there too"
    await supervisor.reads("Không có cuộc chuyển máy nào.", within="#hunts")
    found = re.search(rf"{HAD_HER} · phiếu (\d{{4}}) ?(\d{{4}})", shown)
    assert found is not None, shown
    assert audio_of(specialist, phone) > 1 and audio_of(specialist, citizen) > 2
    assert audio_of(citizen, specialist) > 2
    return found[1] + found[2]


async def filed(house: House, call: str, citizen: Leg, phone: Leg) -> CallDetail:
    """The call as the log has it, whole."""
    await house.world.quiet()
    found = await logged(house.world, call)
    row = found.call
    assert (row.direction, row.result, row.reason) == (Direction.OUT, Result.REACHED, Reason.CITIZEN_ANSWERED)
    assert (row.line, row.person) == (LINE, w.AT_LINES[LINE][0])
    no_silence(citizen)
    verify(house.world.product, found, missing=unsent(citizen, phone))
    return found


async def nothing_but_the_truth(house: House, call: str, citizen: Leg, phone: Leg, code: str) -> None:
    """What the page said is what the log has."""
    found = await filed(house, call, citizen, phone)
    first, second = await cascades(house.world, found, 2)
    assert [str(one.row.outcome) for one in (first, second)] == ["taken-back", "connected"]
    assert outcomes(first)[0] == ("specialist", "office", "busy")
    assert outcomes(second) == [("specialist", "office", "taken")]
    made = await ticket_of(house.world, found)
    assert (made.state, made.code, made.content, made.agency) == (State.ACCEPTED, code, CONTENT, w.AGENCY)
    assert second.row.code == code


async def nobody_takes_her(house: House, agent: Seat, supervisor: Seat, citizen: Leg, phone: Leg) -> str:
    """Put through at once: the agent is free, and follows the hunt to its end; the code of the ticket."""
    net = house.world.net
    rung = len(net.number(w.MOBILE).legs)
    await does(house, BUSY, Rings(), UNREACHABLE, Rings())
    await agent.choose("to", w.AGENCY)
    await agent.click("#begin")
    await phone.ended(10)
    await net.number(w.MOBILE).rings(30, nth=rung + 1)
    await agent.reads(HUNTING, step("máy bàn", "máy bận"), step("di động", "đang gọi"), within="#transfer")
    await agent.sees(AT_LINE, "")
    await agent.sees(STATE, "ready")
    await supervisor.reads(w.AGENCY_NAME, within="#hunts")
    await agent.reads("không đầu mối nào nhận, phiếu được giữ lại", within="#transfer", seconds=60)
    shown = await agent.text("#transfer")
    for which, said, leader in (
        ("di động", "không nhấc máy", False),
        ("máy bàn", "không liên lạc được", True),
        ("di động", "không nhấc máy", True),
    ):
        assert step(which, said, leader=leader) in shown, shown
    assert "Nội dung đã ghi nằm trong phiếu này, không cần lập phiếu nữa" in shown
    found = re.search(r"phiếu được giữ lại · phiếu (\d{4}) ?(\d{4})", shown)
    assert found is not None, shown
    await citizen.ended(90)
    return found[1] + found[2]


async def kept_for_the_agency(house: House, call: str, citizen: Leg, phone: Leg, code: str) -> None:
    """The ticket is open, with what was written down; she and the agency are told of it."""
    found = await filed(house, call, citizen, phone)
    (hunt,) = await cascades(house.world, found)
    assert str(hunt.row.outcome) == "nobody" and hunt.row.code == code
    made = await ticket_of(house.world, found)
    assert (made.state, made.code, made.content, made.agency) == (State.NEW, code, CONTENT, w.AGENCY)
    assert made.phone.endswith(OTHER[1:])
    assert code in await house.sms_to(OTHER, 1)
    for number in (w.MOBILE, w.LEADER_MOBILE):

        async def of_it(number: str = number) -> bool:
            return sum(code in text for text in house.sms(number)) == 1

        await eventually(of_it, f"no SMS of {code} to {number}: {house.sms(number)}", 40)
