"""People at lines: states that no event tells, alarms, and a database or an Asterisk that is away."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.queue.agent_state import SEEN, TABLE, AgentEvent, RingEnd, ring_end
from hotline1022.queue.agents import EMERGENCY, MAIN, Member
from hotline1022.queue.types import AgentState, Phone
from tests.unit.queue_memory import PIN, Room, after, person

E, S = AgentEvent, AgentState


def seen(line: str, phone: Phone, reason: str = "") -> Member:
    return Member(line=line, person=person(line), paused=bool(reason), reason=reason, phone=phone)


def test_what_a_phone_shows_always_leads_somewhere() -> None:
    assert {cell for cell in SEEN if (cell[0], SEEN[cell]) not in TABLE} == set()


@pytest.mark.parametrize(
    ("phone", "reason", "state"),
    [
        (Phone.IDLE, "", S.READY),
        (Phone.IDLE, "1", S.PAUSED),
        (Phone.BUSY, "", S.READY),
        (Phone.RINGING, "", S.RINGING),
        (Phone.IN_CALL, "", S.TALKING),
        (Phone.IN_CALL, "1", S.TALKING),
        (Phone.GONE, "1", S.UNREACHABLE),
    ],
)
async def test_after_a_restart_the_phone_tells_the_state(phone: Phone, reason: str, state: AgentState) -> None:
    room = await Room().login("101")
    room.start()
    await room.agents.resync([seen("101", phone, reason)])
    assert room.state() is state


@pytest.mark.parametrize(
    ("events", "phone", "reason", "state"),
    [
        ((E.PAUSE,), Phone.IDLE, "1", S.PAUSED),
        ((E.RING, E.ANSWER), Phone.IN_CALL, "", S.TALKING),
        ((E.RING, E.RING_ENDED), Phone.IDLE, "", S.READY),
    ],
)
async def test_after_a_restart_it_is_known_since_when(
    events: tuple[AgentEvent, ...], phone: Phone, reason: str, state: AgentState
) -> None:
    room = await Room().login("101")
    began = room.agents.view("101").since + timedelta(hours=4)
    for event in events:
        await room.agents.happened("101", event, began)
    noted = list(room.store.states)
    room.start()
    await room.agents.resync([seen("101", phone, reason)])
    view = room.agents.view("101")
    assert (view.state, view.since) == (state, began)
    assert room.store.states == noted, "nothing has changed"


async def test_what_nobody_noted_before_a_restart_began_with_it() -> None:
    """Writing after a call ends with the service: what came then is not written for hours."""
    room = await Room().login("101")
    before = room.agents.view("101").since
    await room.agents.happened("101", E.ANSWER, before)
    await room.agents.happened("101", E.DONE, before)
    room.start()
    await room.agents.resync([seen("101", Phone.IDLE)])
    view = room.agents.view("101")
    assert view.state is S.READY and view.since > before
    assert room.store.states[-1] == ("101", "ready")
    assert room.store.noted_at["1001"] == ("ready", view.since)


async def test_a_pause_that_asterisk_alone_knows_begins_when_it_is_seen_and_is_noted() -> None:
    room = await Room().login("101")
    before = room.agents.view("101").since
    await room.agents.resync([seen("101", Phone.IDLE, "1")])
    view = room.agents.view("101")
    assert view.state is S.PAUSED and view.since > before
    assert room.store.states[-1] == ("101", "paused")


async def test_a_talk_that_went_on_over_a_restart_is_followed_by_wrap_up() -> None:
    room = await Room().login("101")
    room.start()
    await room.agents.resync([seen("101", Phone.IN_CALL)])
    await room.agents.happened("101", E.DONE, after(0))
    assert room.state() is S.WRAP_UP
    await room.agents.tick(after(11))
    assert room.state() is S.READY


async def test_a_restart_while_somebody_writes_down_is_in_the_history() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER, after(0))
    await room.agents.happened("101", E.DONE, after(60))
    room.start()
    await room.agents.resync([seen("101", Phone.IDLE)])
    assert room.store.states[-2:] == [("101", "wrap-up"), ("101", "ready")]
    await room.agents.resync([seen("101", Phone.IDLE)])
    assert room.store.states[-2:] == [("101", "wrap-up"), ("101", "ready")], "a link that comes back is no restart"


async def test_what_is_written_down_after_another_call_than_one_of_the_queue_says_so() -> None:
    room = await Room().login("101")
    seconds = iter(range(100))
    for counted in (False, True):
        # that the phone is in a call may be told before whose call it is
        await room.agents.phone("101", Phone.IN_CALL, after(next(seconds)))
        await room.agents.happened("101", E.ANSWER, after(next(seconds)), counted=counted)
        await room.agents.happened("101", E.DONE, after(next(seconds)))
        await room.agents.happened("101", E.WRAPPED_UP, after(next(seconds)))
    assert room.store.states.count(("101", "wrap-up")) == 2
    assert room.store.uncounted == [("101", "wrap-up")]
    room.start()
    in_emergency = replace(seen("101", Phone.IN_CALL), emergency=True)
    await room.agents.resync([in_emergency])
    assert room.store.uncounted[1:] == [("101", "talking")]


async def test_a_clock_that_was_set_back_keeps_nobody_writing_for_an_hour() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER, after(-60))
    await room.agents.happened("101", E.DONE, after(0))
    await room.agents.tick(after(-5))
    assert room.state() is S.WRAP_UP
    await room.agents.tick(after(-3600))
    assert room.state() is S.READY


async def test_a_talk_whose_end_was_not_heard_ends_at_the_resync() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER)
    await room.agents.resync([seen("101", Phone.IDLE)])
    assert room.state() is S.WRAP_UP


async def test_a_talk_that_goes_on_is_left_alone_at_the_resync() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER)
    await room.agents.resync([seen("101", Phone.IN_CALL)])
    assert room.state() is S.TALKING


async def test_a_logout_without_the_database_leaves_a_line_that_rings() -> None:
    room = await Room().login("101")
    room.store.away = True
    with pytest.raises(Unavailable):
        await room.agents.logout("101")
    assert room.state() is S.READY and set(room.hands.members) == {(MAIN, "101"), (EMERGENCY, "101")}
    room.store.away = False
    await room.agents.logout("101")
    assert room.state() is S.LOGGED_OUT and room.hands.members == {}


async def test_a_logout_that_asterisk_did_not_hear_of_is_done_at_the_resync(monkeypatch: pytest.MonkeyPatch) -> None:
    room = await Room().login("101")

    async def away(queue: str, line: str) -> None:
        raise Unavailable("Asterisk does not answer")

    with monkeypatch.context() as broken:
        broken.setattr(room.hands, "remove", away)
        with pytest.raises(Unavailable):
            await room.agents.logout("101")
    await room.agents.resync([seen("101", Phone.IDLE)])
    assert room.state() is S.LOGGED_OUT and room.hands.members == {} and room.agents.present() == []


async def test_the_citizen_hangs_up_while_the_phone_rings() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.RING)
    await room.agents.phone("101", Phone.RINGING, after(0))
    assert room.state() is S.RINGING
    await room.agents.phone("101", Phone.IDLE, after(3))
    assert room.state() is S.READY


async def test_an_idle_phone_ends_the_talk_once() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER, after(0))
    await room.agents.phone("101", Phone.BUSY, after(1))
    assert room.state() is S.TALKING, "the emergency queue counts no calls of the main queue"
    await room.agents.phone("101", Phone.IDLE, after(60))
    await room.agents.happened("101", E.DONE, after(60.1))
    view = room.agents.view("101")
    assert (view.state, view.since) == (S.WRAP_UP, after(60))


async def test_a_phone_that_is_lost_in_a_talk_is_not_ready_afterwards() -> None:
    room = await Room().login("101")
    await room.agents.happened("101", E.ANSWER, after(0))
    await room.agents.phone("101", Phone.GONE, after(60))
    await room.agents.tick(after(80))
    assert room.state() is S.UNREACHABLE
    await room.agents.phone("101", Phone.IDLE, after(90))
    assert room.state() is S.READY


async def test_the_answer_to_a_login_tells_whether_the_phone_is_there() -> None:
    room = await Room().login("101")
    assert room.state() is S.READY and room.agents.view("101").reachable
    room.hands.phones["102"] = Phone.GONE
    await room.login("102")
    assert room.state("102") is S.UNREACHABLE
    assert room.store.states == [("101", "ready"), ("102", "unreachable")]


async def test_a_member_that_asterisk_forgot_is_asked_for_its_phone() -> None:
    room = await Room().login("101")
    room.start()
    room.hands.members.clear()
    await room.agents.resync([])
    assert room.state() is S.READY and (MAIN, "101") in room.hands.members


# ---------------------------------------------------------------- nobody answers, and the database is away


async def test_a_phone_that_is_not_answered_is_paused_with_an_alarm_also_without_the_database() -> None:
    room = await Room().login("101", "102")
    await room.agents.happened("101", E.RING, after(0))
    room.store.away = True
    await room.agents.rang_out("101", after(15))
    assert room.state() is S.PAUSED and room.paused("101") == (True, "no-answer")
    assert [kind for kind, _ in room.bell.rung] == ["agent-no-answer"]


async def test_the_last_phone_is_kept_also_without_the_database() -> None:
    room = await Room().login("101", "102")
    await room.agents.rang_out("101", after(0))
    room.store.away = True
    await room.agents.phone("102", Phone.GONE, after(5))
    assert room.state("102") is S.UNREACHABLE
    assert room.state("101") is S.READY and room.paused("101") == (False, "")
    assert room.bell.rung[-1][0] == "last-agent-no-answer"


async def test_one_line_that_cannot_be_taken_back_leaves_the_others() -> None:
    room = await Room(lines=("101", "102", "103")).login("101", "102", "103")
    await room.agents.rang_out("101", after(0))
    await room.agents.rang_out("102", after(0))
    room.hands.refuses_pause = {"101"}
    await room.agents.phone("103", Phone.GONE, after(5))
    assert room.paused("101") == (True, "no-answer") and room.paused("102") == (False, "")


# ---------------------------------------------------------------- what counts as not answered


@pytest.mark.parametrize(
    ("rang", "tried", "time_up", "how"),
    [
        (15, 15, False, RingEnd.MISSED),
        (12, 12, True, RingEnd.MISSED),
        (1, 1, True, RingEnd.CUT_SHORT),
        (11.9, 11.9, True, RingEnd.CUT_SHORT),
        # the phone before it in the round refused after 14 s
        (1, 15, False, RingEnd.CUT_SHORT),
        (0.05, 0, False, RingEnd.REFUSED),
        (3.2, 3, False, RingEnd.REFUSED),
    ],
)
def test_how_a_ring_ended(rang: float, tried: float, time_up: bool, how: RingEnd) -> None:
    rung = {"rang": timedelta(seconds=rang), "tried": timedelta(seconds=tried), "whole": timedelta(seconds=15)}
    assert ring_end(**rung, time_up=time_up) is how


async def test_a_ring_that_was_cut_short_is_no_missed_call() -> None:
    room = await Room().login("101", "102")
    for second in range(10):
        await room.agents.happened("101", E.RING, after(second))
        await room.agents.rang_out("101", after(second + 1), RingEnd.CUT_SHORT)
    assert room.state() is S.READY and room.paused("101") == (False, "") and not room.bell.rung


async def test_the_third_refusal_in_a_row_is_a_missed_call() -> None:
    room = await Room().login("101", "102")
    for second in range(2):
        await room.agents.rang_out("101", after(second), RingEnd.REFUSED)
    assert room.paused("101") == (False, "") and not room.bell.rung
    await room.agents.rang_out("101", after(2), RingEnd.CUT_SHORT)
    assert not room.bell.rung, "it does not count"
    await room.agents.rang_out("101", after(3), RingEnd.REFUSED)
    assert room.paused("101") == (True, "no-answer")
    await room.agents.unpause("101")
    await room.agents.rang_out("101", after(4), RingEnd.REFUSED)
    assert room.paused("101") == (False, ""), "it counts anew"


async def test_an_answer_between_refusals_counts_anew() -> None:
    room = await Room().login("101", "102")
    for second in range(0, 60, 10):
        for more in (0, 1):
            await room.agents.rang_out("101", after(second + more), RingEnd.REFUSED)
        for event in (E.ANSWER, E.DONE, E.WRAPPED_UP):
            await room.agents.happened("101", event, after(second + 2))
    assert room.paused("101") == (False, "") and not room.bell.rung


async def test_the_last_phone_that_refuses_is_kept_and_each_third_refusal_is_an_alarm() -> None:
    room = await Room().login("101")
    for second in range(7):
        await room.agents.rang_out("101", after(second), RingEnd.REFUSED)
    assert room.paused("101") == (False, "")
    assert [kind for kind, _ in room.bell.rung] == ["last-agent-no-answer"] * 2


# ---------------------------------------------------------------- a login that fails on the way


@pytest.mark.parametrize(
    "error", [Unavailable("no answer"), Refused("not allowed"), NotFound("no such queue"), asyncio.CancelledError()]
)
async def test_a_login_that_fails_leaves_nobody_at_the_line(error: BaseException) -> None:
    room = Room()
    room.hands.fails = error
    with pytest.raises(type(error)):
        await room.login("101")
    assert room.store.sessions == {} and room.hands.members == {}
    room.hands.fails = None
    assert (await room.agents.login("101", "1002", PIN)).person == "1002"


async def test_a_login_whose_question_runs_out_of_time_is_taken_back() -> None:
    room = Room()
    room.hands.hangs = {EMERGENCY}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await room.login("101")
    assert room.store.sessions == {} and room.hands.members == {}
    assert room.state() is S.LOGGED_OUT


async def test_a_login_broken_off_while_its_session_is_written_is_taken_back() -> None:
    room = Room()
    room.store.slow = 0.05
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await room.login("101")
    assert room.store.sessions == {}


async def test_a_second_login_that_fails_leaves_the_first() -> None:
    room = await Room().login("101")
    room.hands.fails = Unavailable("no answer")
    with pytest.raises(Unavailable):
        await room.login("101")
    assert len(room.store.sessions) == 1 and room.state() is S.READY


async def test_every_change_that_people_see_is_told_once_and_as_it_is_before_the_database_is_asked() -> None:
    room = await Room().login("101")
    room.seen.clear()
    room.store.away = True
    states: list[str] = []
    for event in (E.RING, E.RING, E.RING_ENDED, E.RING, E.ANSWER, E.DONE):
        await room.agents.happened("101", event, after(len(states)))
        states.append(room.state())
    assert [view.state for view in room.seen] == [S.RINGING, S.READY, S.RINGING, S.TALKING, S.WRAP_UP]
    room.store.away = False
    room.seen.clear()
    await room.agents.rang_out("101", after(9), RingEnd.REFUSED)
    assert room.seen == [], "a refusal is counted, and nobody sees that"
    await room.agents.pause("101", "1")
    assert room.seen[-1] == room.agents.view("101")
    await room.agents.logout("101")
    assert room.seen[-1] == room.agents.view("101") and not room.seen[-1].person
