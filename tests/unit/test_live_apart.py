"""Who called a citizen back and stays to introduce her: the agent's page is told when she hears music, and when the two talk again."""

from dataclasses import replace

from hotline1022.ami_bridge.journal import Position
from hotline1022.core.call import fold
from hotline1022.core.live import Topic
from hotline1022.queue.types import AgentState
from hotline1022.service.calls.call_log import Saved
from tests.scenario.test_calls_out import RINGS
from tests.scenario.test_calls_out import made as call_made
from tests.scenario.test_calls_out_through import HUNTING, KEYED, TALKING
from tests.unit.test_live_news import House, a_view

PARTED = KEYED.partition("40.2")[0]
END = "52.0 c HL_CASCADE_END outcome=taken-back\n"
TOGETHER = "53.0 c BRIDGE_ENTER b7\n53.0 a BRIDGE_ENTER b7\n"


def saves(house: House, table: str) -> None:
    call = fold(call_made(table))
    assert call is not None
    house.calls[call.id] = call
    house.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))


def test_she_hears_music_and_is_back() -> None:
    house = House()
    house.news.line(replace(a_view(), state=AgentState.TALKING))
    told = ["ring", "talk"]
    for table in (RINGS, TALKING):
        saves(house, table)
    hunt = TALKING + PARTED + HUNTING
    for table, more in (
        (TALKING + PARTED, []),  # parted, and nobody is called for her: the call may be over
        (hunt, ["apart"]),
        (hunt, []),
        (hunt + END, []),  # on her way back: she hears music still
        (hunt + END + TOGETHER, ["talk"]),
        (hunt + END + TOGETHER, []),
        (hunt + END + TOGETHER + "60.0 a HANGUP 16\n", ["over"]),
    ):
        saves(house, table)
        told += more
        assert house.whats() == told, table
    assert {facts["line"] for _, facts in house.heard(Topic.CALL)} == {"101"}
