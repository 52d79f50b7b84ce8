"""What the live link's consumer takes from events of talks and phones: who rings, talks, is gone, refuses, writes down."""

from datetime import timedelta

from hotline1022.ami_bridge import types as live
from hotline1022.core.ids import ChannelId
from hotline1022.queue.agents import EMERGENCY, MAIN
from hotline1022.queue.types import AgentState
from tests.lab.waiting import until
from tests.unit.live_world import D, House, hasty, link, running
from tests.unit.queue_memory import Room, after
from tests.unit.test_hands import member

__all__ = ["hasty"]


async def test_a_talk_in_the_emergency_queue_is_a_talk_after_a_restart() -> None:
    house = House(room=await Room().login("101"))
    house.room.start()
    house = House(room=house.room)
    busy = member("101", state=D.IN_USE)
    house.asterisk.members = {MAIN: [busy], EMERGENCY: [member("101", queue=EMERGENCY, state=D.IN_USE, in_call=True)]}
    async with running(house):
        await house.consumer.handle(link(1))
        await until(lambda: house.consumer.up)
    assert house.room.state() is AgentState.TALKING


async def test_the_phone_of_a_call_from_ringing_to_wrap_up() -> None:
    house = House(room=await Room().login("101"))
    states = []
    for step in (
        house.tell(live.AgentCalled, "101", 1),
        house.status("101", 1.1, D.RINGING),
        house.status("101", 3, D.IN_USE),
        house.answers("101", 3.1),
        house.status("101", 3.2, D.IN_USE, EMERGENCY),
        house.status("101", 20, D.ON_HOLD, in_call=True),
        house.status("101", 33, D.NOT_IN_USE, in_call=True),
        house.status("101", 33.1, D.NOT_IN_USE, EMERGENCY),
        house.completes("101", 33.2),
    ):
        await step
        states.append(house.room.state())
    assert states == ["ringing"] * 3 + ["talking"] * 3 + ["wrap-up"] * 3


async def test_a_phone_that_is_gone_in_a_talk_is_gone_whoever_tells_it_first() -> None:
    house = House(room=await Room().login("101"))
    await house.answers("101", 1)
    await house.device("101", 5, D.IN_USE)
    assert house.room.state() is AgentState.TALKING
    await house.device("101", 9, D.UNAVAILABLE)
    await house.status("101", 9.01, D.UNAVAILABLE)
    assert house.room.state() is AgentState.UNREACHABLE
    await house.device("101", 12, D.NOT_IN_USE)
    assert house.room.state() is AgentState.READY


async def test_what_is_written_down_after_an_emergency_is_not_of_the_queue() -> None:
    house = House()
    await house.room.login("101")
    for queue, second in ((EMERGENCY, 0), (MAIN, 60)):
        await house.status("101", second, D.IN_USE, queue, in_call=True)
        await house.answers("101", second + 1, queue=queue)
        await house.completes("101", second + 30, queue=queue)
        assert house.room.state() is AgentState.WRAP_UP
        await house.room.agents.tick(after(second + 41))
    assert house.room.store.uncounted == [("101", "talking"), ("101", "wrap-up")]


async def test_a_phone_that_stops_ringing_unanswered_is_ready() -> None:
    house = House(room=await Room().login("101"))
    await house.tell(live.AgentCalled, "101", 1)
    await house.status("101", 1.1, D.RINGING)
    await house.status("101", 2, D.NOT_IN_USE)
    assert house.room.state() is AgentState.READY


async def test_the_end_of_an_earlier_talk_does_not_end_the_next() -> None:
    house = House(room=await Room().login("101"))
    await house.answers("101", 1, channel=ChannelId("hl1-1.2"))
    await house.status("101", 5, D.NOT_IN_USE)
    await house.answers("101", 20, channel=ChannelId("hl1-1.9"))
    await house.completes("101", 25, channel=ChannelId("hl1-1.2"))
    assert house.room.state() is AgentState.TALKING
    await house.completes("101", 30, channel=ChannelId("hl1-1.9"))
    assert house.room.state() is AgentState.WRAP_UP


async def test_talks_of_the_emergency_queue_say_nothing_of_the_expected_wait() -> None:
    house = House(room=await Room().login("101"))
    for number in range(5):
        await house.answers("101", 100 * number, queue=EMERGENCY)
        await house.completes("101", 100 * number + 60, queue=EMERGENCY)
    assert house.expected.at(1, 1) is None
    for number in range(5, 10):
        await house.answers("101", 100 * number)
        await house.completes("101", 100 * number + 30)
    assert house.expected.at(1, 1) == timedelta(seconds=30)


# ---------------------------------------------------------------- rings that nobody answers


async def test_the_end_of_the_longest_wait_is_not_the_phones_fault() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    for start in (0, 1000, 2000, 3000):
        await house.waits(start)
        await house.rings("102", start + 299, start + 300)
    assert house.room.state("102") is AgentState.READY and not house.room.bell.rung
    await house.rings("102", 3285, 3300)
    assert house.room.paused("102") == (True, "no-answer"), "this one could have been answered"


async def test_a_phone_that_refuses_is_paused_at_the_third_time() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    await house.waits(0)
    for second in (10, 12):
        await house.rings("102", second, second + 0.1, 0)
    assert not house.room.bell.rung
    await house.rings("102", 14, 18.3, 4)
    assert house.room.paused("102") == (True, "no-answer")


async def test_what_is_left_of_a_round_after_a_refusal_is_no_whole_ring() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    await house.waits(0)
    for second in (20, 40, 60):
        await house.rings("102", second, second + 1, 15)
    assert house.room.paused("102") == (False, "") and not house.room.bell.rung


async def test_the_emergency_queue_counts_no_refusals_but_missed_rings() -> None:
    house = House(room=await Room(lines=("101", "102")).login("101", "102"))
    for second in (20, 30, 40):
        await house.rings("102", second, second + 8, queue=EMERGENCY)
    assert not house.room.bell.rung
    await house.rings("102", 60, 75, queue=EMERGENCY)
    assert house.room.paused("102") == (True, "no-answer")
