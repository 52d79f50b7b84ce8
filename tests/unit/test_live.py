"""The live link's consumer: asks until it is answered, and follows events meanwhile."""

import asyncio
from datetime import timedelta

from hotline1022.ami_bridge import types as live
from hotline1022.core.ids import ChannelId
from hotline1022.queue.agents import MAIN
from hotline1022.queue.types import AgentState
from tests.lab.waiting import until
from tests.unit.live_world import D, House, hasty, link, running
from tests.unit.queue_memory import Room, after, person
from tests.unit.test_hands import member

__all__ = ["hasty"]


async def test_what_could_not_be_asked_is_asked_again() -> None:
    async with running(House()) as house:
        house.asterisk.fails = 3
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
        assert house.asterisk.asked == 4 and house.log.compared == [[]] and house.log.watch == ["watched"]


async def test_with_the_database_away_at_first_the_members_are_known_later() -> None:
    house = House(room=await Room().login("101"))
    house.asterisk.members = {MAIN: [member("101", state=D.IN_USE, in_call=True)]}
    house.room.store.away = True
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked > 2)
        assert not house.consumer.up
        house.room.store.away = False
        await until(lambda: house.consumer.up)
        assert house.room.state() is AgentState.TALKING


async def test_events_are_followed_while_the_question_waits() -> None:
    house = House(room=await Room().login("101"))
    house.asterisk.hangs = True
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked == 1)
        await house.tell(live.AgentCalled, "101", 1)
        assert house.room.state() is AgentState.RINGING and not house.consumer.up


async def test_the_next_change_of_the_link_ends_the_asking() -> None:
    async with running(House()) as house:
        house.asterisk.hangs = True
        await house.consumer.handle(link(1))
        await until(lambda: house.asterisk.asked == 1)
        await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
        house.asterisk.hangs = False
        await asyncio.sleep(0.03)
        assert house.asterisk.asked == 1 and not house.consumer.up
        await house.consumer.handle(link(2))
        await until(lambda: house.consumer.up)
        await house.consumer.handle(live.LinkDown(at=after(2), epoch=2, reason="cut"))
        assert not house.consumer.up and house.log.watch == ["watched", "unwatched"]


async def test_who_asks_before_asterisk_has_told_waits_for_it() -> None:
    """A code keyed on a phone in the moment of a start, or after a cut, is answered by what is true then."""
    async with running(House()) as house:
        house.asterisk.fails = 2
        assert not await house.consumer.known(0.001)
        asking = asyncio.create_task(house.consumer.known(5))
        await asyncio.sleep(0)
        assert not asking.done()
        await house.consumer.handle(link(1))
        assert await asking and house.consumer.up
        await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
        assert not await house.consumer.known(0.001)


async def test_a_link_that_is_lost_with_the_last_answer_is_not_up() -> None:
    async with running(House()) as house:
        lost = asyncio.Event()

        async def meanwhile() -> None:
            await house.consumer.handle(live.LinkDown(at=after(1), epoch=1, reason="cut"))
            lost.set()

        house.asterisk.meanwhile = meanwhile
        await house.consumer.handle(link(1))
        await lost.wait()
        await asyncio.sleep(0)
        assert not house.consumer.up and house.log.watch == []


async def test_a_phone_is_seen_to_come_and_go_although_nobody_is_logged_in_at_it() -> None:
    house = House()
    assert await house.device("101", 1, D.NOT_IN_USE)
    assert not await house.device("101", 2, D.UNAVAILABLE)
    assert await house.device("101", 3, D.RINGING)
    assert not await house.device("102", 4, D.INVALID)
    assert [(one.line, one.reachable) for one in house.room.seen] == [("101", True), ("101", False), ("101", True)]
    assert {one.state for one in house.room.seen} == {AgentState.LOGGED_OUT}


async def test_phones_of_empty_lines_are_asked_for_with_everything_else() -> None:
    house = House(room=await Room(lines=("101", "102", "103")).login("103"))
    await house.device("102", 1, D.NOT_IN_USE)
    house.asterisk.members = {MAIN: [member("103", person("103"))]}
    house.asterisk.phones = {"101": D.NOT_IN_USE, "103": D.UNAVAILABLE}
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert [one.reachable for one in house.room.agents.views()] == [True, False, True]


async def test_an_asterisk_that_cannot_say_which_phones_are_there_leaves_what_is_known() -> None:
    house = House()
    await house.device("101", 1, D.NOT_IN_USE)
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert house.room.agents.view("101").reachable


async def test_who_begins_and_ceases_to_wait_is_told_once_and_all_is_asked_anew_after_a_cut() -> None:
    house = House()
    assert house.consumer.lost_at is not None, "nobody has told anything yet"
    await house.waits(0)
    gone = {"at": after(5), "queue": MAIN, "caller": ChannelId("hl1-1.1"), "position": 1}
    await house.consumer.handle(live.CallerAbandoned(**gone, waited=timedelta(seconds=5)))  # type: ignore[arg-type]
    await house.consumer.handle(live.CallerLeftQueue(**gone, count=0))  # type: ignore[arg-type]
    assert house.news.told == [("joined", 1), ("left", 0)]
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
        assert house.news.told[2:] == [("asked anew", 0)]
        assert house.consumer.lost_at is None
        await house.consumer.handle(live.LinkDown(at=after(60), epoch=1, reason="cut"))
        house.asterisk.hangs = True
        await house.consumer.handle(link(2))
        assert house.consumer.lost_at == after(60), "a link alone tells nothing"
    assert house.news.told[3:] == [("lost", 0)], "what is shown is old from now on"
