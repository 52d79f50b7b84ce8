"""Who called stays on the page of an agent while the form of that call is open; earlier calls say who answered and lead to their pages.
Each for who may see it alone.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.ids import ChannelId, PersonId
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState, Person
from tests.contract.database.agent_world import AGENT, CALL, NEXT, Desk, open_agent_desk
from tests.contract.database.desk_world import OWN, Browser
from tests.contract.database.made import HASH, answered, at, gave_up, of_calls
from tests.contract.database.test_desk_agent import PAGE
from tests.contract.database.test_line_call import CALL as HERS
from tests.contract.database.test_line_call import CALLER, Counter
from tests.unit.calls_memory import CALLER_SAID
from tests.unit.tickets_made import made


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


async def piece(browser: Browser, form: str) -> str:
    """What stands there about who calls, of a page whose form is that of this call."""
    shown = await browser.get(f"{PAGE}/call?form={form}")
    assert shown.status == 200
    (of,) = re.findall(r'data-of="([^"]*)"', shown.text)
    assert of in (form, "")
    return shown.text


async def test_who_called_stays_while_the_form_is_open_and_goes_with_it(desk: Desk) -> None:
    desk.sits(AgentState.WRAP_UP)
    await desk.caller.rings()
    desk.caller.hangs_up()
    async with desk.agent() as browser:
        shown = await piece(browser, CALL)
        for known in (CALLER_SAID, "Lê Thị Cúc", "Không còn ở máy này", "Phiếu chưa xong: 1", "Lê Lan tiếp nhận"):
            assert known in shown, known
        assert 'data-call=""' in shown and f'data-of="{CALL}"' in shown
        closed = await piece(browser, "")
        assert "Lê Thị Cúc" not in closed and "Không có cuộc gọi tại máy này" in closed
        await desk.caller.rings(NEXT, name="Trần Văn Bình")
        following = await piece(browser, CALL)
        assert "Lê Thị Cúc" not in following and "Trần Văn Bình" in following and 'data-of=""' in following


async def test_a_call_that_somebody_else_answered_tells_nothing(desk: Desk) -> None:
    desk.sits()
    await desk.caller.rings()
    desk.caller.hangs_up("1002")
    async with desk.agent() as browser:
        for call in (CALL, NEXT):
            shown = await piece(browser, call)
            assert "Lê Thị Cúc" not in shown and CALLER_SAID not in shown and "Lê Lan" not in shown
            assert f'data-of="{call}"' in shown, "and the page does not ask again"


async def test_without_numbers_and_look_there_is_neither_number_nor_name_nor_link(desk: Desk) -> None:
    desk.sits(AgentState.WRAP_UP)
    id = await desk.make_agent()
    await desk.world.admin.add_role("line", "Chỉ trực máy", [Permission.ANSWER])
    user = await desk.world.admin.user(id)
    await desk.world.admin.change(id, user.version, Wanted(roles=frozenset({"line"})))
    await desk.caller.rings()
    async with desk.world.browser() as browser:
        await browser.enter(user.login, OWN)
        ringing = await piece(browser, "")
        desk.caller.hangs_up()
        for shown in (ringing, await piece(browser, CALL)):
            assert "090****567" in shown and CALLER_SAID not in shown and "Lê Thị Cúc" not in shown
            assert "<a " not in shown
            assert "Lê Lan tiếp nhận" in shown and "phiếu 8765 4321" in shown, "what it is about is told without a link"


async def test_an_earlier_call_leads_to_its_page_and_its_ticket(desk: Desk) -> None:
    desk.sits()
    await desk.caller.rings()
    async with desk.agent() as browser:
        shown = await piece(browser, "")
        assert 'href="/desk/calls/hl1-1795470100.7"' in shown
        assert f'href="/desk/tickets/{"b" * 16}"' in shown and "phiếu 8765 4321" in shown


async def test_the_log_knows_who_called_while_the_call_goes_on_and_after_it(database: Database) -> None:
    counter = Counter(database)
    before = [answered("hl1-1.1", 100), gave_up("hl1-1.2", 200)]
    over = answered("hl1-1.3", 300)
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId(AGENT), name="Nguyễn Văn An", pin_hash=HASH, active=True))
        await tx.calls.save(of_calls(*before, over))
        assert await tx.tickets.add(made(name="Nguyễn Thị Ánh", phone="0901 234 567", calls=("hl1-1.1",)))
    known = await counter.view.known("hl1-1.3")
    assert known is not None and known.people == {AGENT} and known.name == "Nguyễn Thị Ánh"
    assert [(one.id, one.person) for one in known.past] == [("hl1-1.2", ""), ("hl1-1.1", AGENT)]
    assert [one.person_name for one in known.past] == ["", "Nguyễn Văn An"], "who answered has a name"
    assert [[made.code for made in one.tickets] for one in known.past] == [[], ["23456789"]]
    assert len(known.open_tickets) == 1
    assert await counter.view.known("hl1-9.9") is None
    # while it goes on, the log has it in memory; the database need not
    line = ChannelId("hl1-5.1")
    talks = fold(
        [
            e.CallEntered(at=at(930), caller=CALLER, did="1022", call=HERS, channel=HERS),
            e.LegStarted(at=at(940), call=HERS, channel=line, kind=e.LegKind.AGENT, party="101"),
            e.PersonKnown(at=at(941), call=HERS, channel=line, person="1002"),
            e.LegAnswered(at=at(950), call=HERS, channel=line),
        ]
    )
    assert talks is not None
    counter.calls[HERS] = talks
    going = await counter.view.known(HERS)
    assert going is not None and going.people == {"1002"} and len(going.past) == 3
