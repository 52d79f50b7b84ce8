"""A role that may answer and nothing else: the page of an agent is whole for it, piece by piece, and leads nowhere that is closed."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core.cascade import Outcome
from hotline1022.core.live import Topic
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from tests.contract.database.agent_world import AGENT, CALL, Desk, open_agent_desk
from tests.contract.database.desk_world import OWN
from tests.contract.database.test_desk_agent import PAGE, act
from tests.unit.calls_memory import CALLER_SAID, a_call
from tests.unit.staff_memory import PIN

P = Permission
PIECES = (
    PAGE,
    f"{PAGE}/state",
    f"{PAGE}/queue",
    f"{PAGE}/call",
    f"{PAGE}/form?call={CALL}",
    f"{PAGE}/transfer?call={CALL}",
    *(f"{PAGE}/lists?list={one}" for one in ("missed", "voicemail", "tell")),
)
#: what is for who looks at everything
CLOSED = ("/desk/tickets", "/desk/supervision", "/desk/alarms", "/desk/roster")


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


async def only_answers(desk: Desk, *more: Permission) -> str:
    """Somebody with a role that answers alone."""
    id = await desk.make_agent()
    await desk.world.admin.add_role("line", "Chỉ trực máy", [P.ANSWER, *more])
    user = await desk.world.admin.user(id)
    await desk.world.admin.change(id, user.version, Wanted(roles=frozenset({"line"})))
    return user.login


async def test_every_piece_of_the_page_is_there_and_no_door_is_shown_that_is_closed(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    login = await only_answers(desk, P.NUMBERS)
    async with desk.world.browser() as browser:
        assert (await browser.enter(login, OWN)).status == 303
        for path in PIECES:
            shown = await browser.get(path)
            assert shown.status == 200, path
            for link in sorted(set(re.findall(r'href="(/desk[^"]*)"', shown.text))):
                if "static" not in link:
                    assert (await browser.get(link)).status < 400, f"{path} leads to {link}"
        page = await browser.get(PAGE)
        assert "Lê Thị Cúc" in page.text and "0901 234 567" in page.text
        for path in CLOSED:
            assert f'href="{path}"' not in page.text and (await browser.get(path)).status == 403, path
        # what the pieces ask for is open too
        for path in sorted(set(re.findall(r'hx-get="(/desk/[^"]+)"', page.text))):
            assert (await browser.get(path.replace("&amp;", "&"))).status == 200, path


async def test_it_takes_a_line_writes_a_ticket_puts_through_and_takes_back(desk: Desk) -> None:
    login = await only_answers(desk, P.NUMBERS)
    async with desk.world.browser() as browser:
        await browser.enter(login, OWN)
        assert (await act(browser, f"{PAGE}/login", line="101", pin=PIN)).status == 200
        assert desk.lines.lines["101"].person == AGENT
        desk.sits(AgentState.TALKING)
        await desk.caller.rings(answered_at=desk.world.now)
        begun = await act(browser, f"{PAGE}/begin-transfer", call=CALL, agency="so-xay-dung", introduce="0")
        assert begun.status == 200, begun.text
        assert len(desk.hunts.bodies) == 1
        shown = await browser.get(f"{PAGE}/transfer?call={CALL}")
        assert "Lấy lại cuộc gọi" in shown.text
        assert (await act(browser, f"{PAGE}/take-back", call=CALL)).status == 200
        assert desk.hunts.cascades[0].outcome is Outcome.TAKEN_BACK
        made = await act(browser, f"{PAGE}/ticket", call=CALL, act="new", content="Đèn đường hỏng", seen="0")
        assert made.status == 200, made.text
    (ticket,) = await desk.tickets()
    assert ticket.content == "Đèn đường hỏng"


async def test_it_hears_of_its_own_line_and_of_nothing_else(desk: Desk) -> None:
    login = await only_answers(desk)
    desk.sits(AgentState.RINGING)
    async with desk.world.browser() as browser:
        await browser.enter(login, OWN)
        async with browser.client.get("/desk/events") as answer:
            assert answer.status == 200
            desk.happens(Topic.QUEUE, "joined", number="+84901234567")
            desk.happens(Topic.TICKETS, "ticket")
            desk.happens(Topic.CALL, "ring", line="101", call=CALL, number="+84901234567")
            told = ""
            while "event: call" not in told:
                told += (await answer.content.readline()).decode()
            told += (await answer.content.readline()).decode()
        assert "event: queue" not in told and "event: tickets" not in told
        assert "901234567" not in told and "090****567" in told, "and without `numbers` numbers are masked"


async def test_without_numbers_no_masked_number_goes_into_the_form(desk: Desk) -> None:
    """Who keeps it as it stands would write down a number that nobody has."""
    login = await only_answers(desk)
    desk.sits(AgentState.TALKING)
    await desk.caller.rings()
    async with desk.agent("binh", "1002") as sees_all, desk.world.browser() as browser:
        await browser.enter(login, OWN)
        for call in (CALL, a_call(1).id):  # as the line knows who calls, and as the log does
            shown = (await browser.get(f"{PAGE}/form?call={call}")).text
            (phone,) = re.findall(r'<input[^>]* id="f-phone"[^>]*>', shown)
            assert 'value=""' in phone and "*" not in shown and "Lê Thị Cúc" not in shown, call
        assert f'value="{CALLER_SAID}"' in (await sees_all.get(f"{PAGE}/form?call={call}")).text, "the log knows it"
        made = await act(browser, f"{PAGE}/ticket", call=CALL, act="new", content="Đèn đường hỏng", seen="0", phone="")
        assert made.status == 200, made.text
    (ticket,) = await desk.tickets()
    assert "*" not in ticket.phone
