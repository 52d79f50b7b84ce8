"""Who was shut out or ended at the desk does not come in at a telephone, and is out at once, whatever the line does."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.standing import TABLE, Place, Standing, Then, standing
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import EMERGENCY, MAIN
from hotline1022.queue.types import AgentState
from hotline1022.service.lines import shut_out
from hotline1022.service.lines.shut_out import ShutOut
from tests.unit.queue_memory import PIN, MemoryStore, Room

E, S = AgentEvent, AgentState
GONE = [Standing.SHUT_OUT, Standing.ENDED]


def look_of(room: Room) -> ShutOut:
    return ShutOut(room.agents, room.store)


def test_every_standing_has_an_answer_at_every_place() -> None:
    assert set(TABLE) == {(known, where) for known in Standing for where in Place}
    assert {TABLE[known, Place.OUT] for known in GONE} == {Then.REFUSE}
    assert {TABLE[known, where] for known in GONE for where in (Place.AT_LINE, Place.IN_TALK)} == {Then.LOG_OUT}


@pytest.mark.parametrize(
    ("active", "accounts", "is_"),
    [
        (True, (), Standing.IN_FORCE),
        (True, (True,), Standing.IN_FORCE),
        (True, (False,), Standing.SHUT_OUT),
        (True, (False, False), Standing.SHUT_OUT),
        (True, (False, True), Standing.IN_FORCE),
        (False, (), Standing.ENDED),
        (False, (True,), Standing.ENDED),
        (False, (False,), Standing.ENDED),
    ],
)
def test_a_person_is_what_row_and_accounts_say(active: bool, accounts: tuple[bool, ...], is_: Standing) -> None:
    assert standing(active=active, accounts=accounts) is is_


@pytest.mark.parametrize("known", GONE)
async def test_the_right_pin_opens_nothing_to_who_is_out(known: Standing) -> None:
    room = Room()
    room.store.standing["1001"] = known
    with pytest.raises(Refused) as caught:
        await room.login("101")
    assert caught.value.error_id == "pin-wrong", "nobody learns from the telephone who is known here"
    assert room.store.sessions == {} and room.hands.members == {}
    del room.store.standing["1001"]
    await room.login("101")
    assert room.state() is S.READY


@pytest.mark.parametrize("known", GONE)
@pytest.mark.parametrize(
    "events", [(), (E.RING,), (E.RING, E.ANSWER), (E.RING, E.ANSWER, E.DONE), (E.PHONE_LOST,), (E.PAUSE,)]
)
async def test_who_is_logged_in_is_out_at_the_next_look(known: Standing, events: tuple[AgentEvent, ...]) -> None:
    room = await Room().login("101", "102")
    for event in events:
        await room.agents.happened("101", event)
    room.store.standing["1001"] = known
    await look_of(room).look()
    view = room.agents.view("101")
    assert (view.state, view.person) == (S.LOGGED_OUT, "")
    assert {line for _, line in room.hands.members} == {"102"}, "nothing rings at a line where nobody is"
    assert [one.line for one in room.store.sessions.values()] == ["102"]
    assert room.state("102") is S.READY


async def test_a_talk_is_not_cut_and_leaves_a_free_line() -> None:
    room = await Room().login("101")
    for event in (E.RING, E.ANSWER):
        await room.agents.happened("101", event)
    room.store.standing["1001"] = Standing.SHUT_OUT
    await look_of(room).look()
    # no hand of the queue hangs up; the end of the talk finds nobody, and somebody else comes
    await room.agents.happened("101", E.DONE)
    assert room.state() is S.LOGGED_OUT
    await room.agents.login("101", "1009", PIN)
    assert room.agents.view("101").person == "1009"


async def test_who_is_in_force_stays() -> None:
    room = await Room().login("101")
    before = room.agents.view("101")
    await look_of(room).look()
    assert room.agents.view("101") == before


async def test_a_line_that_somebody_else_took_meanwhile_keeps_them() -> None:
    room = await Room().login("101")

    class Slow(MemoryStore):
        async def standings(self, people: object) -> dict[str, Standing]:
            await room.agents.logout("101")
            await room.agents.login("101", "1009", PIN)
            return {"1001": Standing.SHUT_OUT}

    await ShutOut(room.agents, Slow()).look()
    assert room.agents.view("101").person == "1009"


async def test_without_asterisk_it_is_tried_again_and_holds_up_no_other_line() -> None:
    room = await Room().login("101", "102")
    room.store.standing |= {"1001": Standing.ENDED, "1002": Standing.ENDED}
    taking, room.hands.remove = room.hands.remove, _away(room, "101")  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        await look_of(room).look()
    assert room.agents.view("102").person == ""
    assert room.store.sessions == {}, "the session is closed: after a restart nobody is there either"
    room.hands.remove = taking  # type: ignore[method-assign]
    await look_of(room).look()
    assert room.agents.view("101").person == "" and room.hands.members == {}


async def test_it_looks_again_and_again_also_after_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shut_out, "LOOK_SECONDS", 0.01)
    room = await Room().login("101")
    room.store.away = True
    looking = asyncio.create_task(look_of(room).run())
    try:
        await asyncio.sleep(0.03)
        room.store.standing["1001"] = Standing.SHUT_OUT
        room.store.away = False
        async with asyncio.timeout(5):
            while room.agents.view("101").person:  # noqa: ASYNC110 - the look tells nobody
                await asyncio.sleep(0.01)
    finally:
        looking.cancel()
    assert (MAIN, "101") not in room.hands.members and (EMERGENCY, "101") not in room.hands.members


def _away(room: Room, line: str) -> Callable[[str, str], Coroutine[Any, Any, None]]:
    remove = room.hands.remove

    async def one(queue: str, at: str) -> None:
        if at == line:
            raise Unavailable("Asterisk does not answer")
        await remove(queue, at)

    return one
