"""A citizen whom one agent called back comes to another: that one reads who had called her, and nothing that says it was the own hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.call import Call, fold
from hotline1022.core.ids import CallId, ChannelId, PersonId
from hotline1022.core.outcomes import CallState, Direction
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState, Person
from hotline1022.web.line_call_wire import CallerView
from hotline1022.web.page_words import words
from tests.contract.database.agent_world import AGENT, Desk, open_agent_desk
from tests.contract.database.made import HASH
from tests.contract.database.test_line_call import Counter
from tests.scenario.test_calls_out import ANSWERED
from tests.scenario.test_calls_out import made as made_events
from tests.scenario.test_calls_out_through import HUNTING, KEYED, TALKING
from tests.unit.callback_memory import MADE
from tests.unit.calls_memory import CALLER_SAID
from tests.unit.queue_memory import PIN

PAGE = "/desk/agent"
#: to the queue from the hunt, and out of it by line 102
BY_102 = """60.0 c HL_CASCADE_END outcome=back
60.1 c HL_QUEUE queue=hl1022-main
60.2 b HL_LEG call=%a|kind=agent|party=102
64.0 b ANSWER
64.1 c BRIDGE_ENTER b4
64.1 b BRIDGE_ENTER b4
"""


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


def called(table: str) -> Call:
    """A call to a citizen as far as this, begun by the person 1001 at line 101."""
    made = fold(made_events(table, MADE))
    assert made is not None and made.person == "1001"
    return made


async def at_line(database: Database, line: str, person: str, table: str) -> CallerView:
    """What the person at the line is told of the call."""
    counter = Counter(database)
    await counter.room.agents.login(line, person, PIN)
    call = called(table)
    counter.calls[CallId(ChannelId(MADE))] = call
    found = (await counter.view.get(line)).call
    assert found is not None and found.call == MADE and found.direction is Direction.OUT
    return found


async def test_the_api_says_who_called_her_back_wherever_she_is(database: Database) -> None:
    own = await at_line(database, "101", "1001", ANSWERED.partition("42.020")[0])
    assert (own.called_by, own.called_by_name) == ("1001", "Person 1001")
    later = TALKING + KEYED + HUNTING + BY_102
    nobody = await at_line(database, "102", "1002", later)
    assert (nobody.called_by, nobody.called_by_name) == ("1001", ""), "no such person is kept"
    async with database.transaction() as tx:
        await tx.agents.add_person(Person(id=PersonId("1001"), name="Nguyễn Thị Lan", pin_hash=HASH, active=True))
    other = await at_line(database, "102", "1002", later)
    assert (other.called_by, other.called_by_name) == ("1001", "Nguyễn Thị Lan"), "who has gone home"
    came = Counter(database)
    came.rings()
    hers = (await came.view.get("101")).call
    assert hers is not None and (hers.called_by, hers.called_by_name) == ("", "")


OTHER = {"called_by": "1002", "called_by_name": "Trần Bình"}
TALKS = {"state": CallState.TALKING, "answered_at": datetime.now(UTC)}


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (OTHER | {"state": CallState.WAITING, "answered_at": None}, "Trần Bình"),
        (OTHER | TALKS, "Trần Bình"),
        (OTHER | TALKS | {"state": CallState.EMERGENCY_TALKING}, "Trần Bình"),
        (OTHER | TALKS | {"called_by_name": ""}, words()("agent.a-colleague")),
    ],
)
async def test_who_takes_her_out_of_the_queue_did_not_call_her(desk: Desk, facts: dict[str, Any], told: str) -> None:
    desk.sits(AgentState.TALKING)
    async with desk.agent() as browser:
        await desk.caller.rings(call=MADE, direction=Direction.OUT, **facts)
        for path in (PAGE, f"{PAGE}/call?ring={MADE}", f"{PAGE}/call"):
            shown = (await browser.get(path)).text
            assert words()("agent.called-back-by", name=told) in shown, path
            assert words()("agent.calling-back") not in shown and words()("agent.calling-citizen") not in shown, path
            assert CALLER_SAID in shown


async def test_whose_own_hand_it_was_reads_so(desk: Desk) -> None:
    desk.sits(AgentState.TALKING)
    async with desk.agent() as browser:
        await desk.caller.rings(
            call=MADE, direction=Direction.OUT, called_by=AGENT, called_by_name="Nguyễn Thị Lan", **TALKS
        )
        shown = (await browser.get(f"{PAGE}/call")).text
        assert words()("agent.calling-back") in shown and "được chuyển đến bạn" not in shown
