"""Who has written down what there was to ends the wrap-up: for us, and for Asterisk's queue, which has one of its own."""

import asyncio

import pytest

from hotline1022.core.errors import HotlineError, NotFound, Refused, Unavailable
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import MAIN
from hotline1022.queue.types import AgentState
from tests.unit.queue_memory import MemoryHands, Room, after

E, S = AgentEvent, AgentState


async def written(*events: AgentEvent) -> Room:
    room = await Room().login("101", "102")
    for second, event in enumerate(events):
        await room.agents.happened("101", event, after(second))
    return room


async def test_it_ends_at_once_and_asterisk_forgets_the_last_call() -> None:
    room = await written(E.ANSWER, E.DONE)
    assert room.state() == S.WRAP_UP
    view = await room.agents.ready("101")
    assert view.state is S.READY and room.state("102") is S.READY
    assert room.hands.renewed == [(MAIN, "101")] and room.paused("101") == (False, "")
    assert room.store.states[-1] == ("101", S.READY)
    assert (await room.agents.ready("101")).state is S.READY, "pressed twice"
    assert len(room.hands.renewed) == 1


@pytest.mark.parametrize("events", [(E.RING,), (E.ANSWER,), (E.ANSWER, E.DONE, E.RING)])
async def test_there_is_none_to_end(events: tuple[AgentEvent, ...]) -> None:
    room = await written(*events)
    before = room.state()
    with pytest.raises(Refused) as caught:
        await room.agents.ready("101")
    assert caught.value.error_id == "wrap-up-none" and room.state() == before and not room.hands.renewed


async def test_a_pause_is_ended_by_its_own_button() -> None:
    room = await written(E.ANSWER)
    await room.agents.pause("101", "1")
    await room.agents.happened("101", E.DONE, after(9))
    with pytest.raises(Refused) as caught:
        await room.agents.ready("101")
    assert caught.value.error_id == "wrap-up-none" and room.paused("101") == (True, "1")


class SlowHands(MemoryHands):
    """Asterisk takes its time."""

    async def renew(self, queue: str, line: str, person: str) -> None:
        await asyncio.sleep(0.02)
        await super().renew(queue, line, person)

    async def remove(self, queue: str, line: str) -> None:
        await super().remove(queue, line)
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("first", ["ready", "logout"])
async def test_who_logs_out_is_not_put_back_by_a_second_tab(first: str) -> None:
    room = await Room(hands=SlowHands()).login("101", "102")
    for second, event in enumerate((E.ANSWER, E.DONE)):
        await room.agents.happened("101", event, after(second))
    doing = {"ready": room.agents.ready, "logout": room.agents.logout}
    one = asyncio.ensure_future(doing.pop(first)("101"))
    await asyncio.sleep(0.01)
    (other,) = doing.values()
    await asyncio.gather(one, other("101"), return_exceptions=True)
    assert not [line for _, line in room.hands.members if line == "101"], "nobody's phone rings"
    assert room.agents.view("101").person == ""


async def test_a_pause_that_comes_in_between_stays() -> None:
    room = await Room(hands=SlowHands()).login("101", "102")
    for second, event in enumerate((E.ANSWER, E.DONE)):
        await room.agents.happened("101", event, after(second))
    one = asyncio.ensure_future(room.agents.ready("101"))
    await asyncio.sleep(0.01)
    await room.agents.pause("101", "1")
    await one
    assert room.paused("101") == (True, "1")
    assert room.state() == S.PAUSED


async def test_nobody_there_no_line_and_an_asterisk_that_does_not_answer() -> None:
    room = await written(E.ANSWER, E.DONE)
    room.hands.fails = Unavailable("no answer")
    with pytest.raises(Unavailable):
        await room.agents.ready("101")
    assert room.state() == S.WRAP_UP, "not said before it is so"
    room.hands.fails = None
    await room.agents.logout("102")
    with pytest.raises(HotlineError) as caught:
        await room.agents.ready("102")
    assert caught.value.error_id == "line-empty"
    with pytest.raises(NotFound):
        await room.agents.ready("199")
