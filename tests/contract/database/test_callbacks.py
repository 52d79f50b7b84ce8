"""Citizens who are called back, over both databases: who may be, who is called already, and what is written when."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline1022.ami_bridge.journal import Position
from hotline1022.ami_bridge.types import ChannelNow
from hotline1022.core.call import Call, fold
from hotline1022.core.callbacks import Callback, CallbackWhat
from hotline1022.core.errors import HotlineError, NotFound, Refused, Unavailable
from hotline1022.core.events import CallPlaced, Event
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Direction, Reason, Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import CallFilter
from hotline1022.db.unit import Database
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.types import AgentState
from hotline1022.recordings.types import FiledCall
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.calls.callbacks import LAPSE, CallBacks
from hotline1022.service.calls.log_store import DatabaseLogStore
from tests.contract.database.made import answered, at, gave_up, of_calls
from tests.contract.database.test_recordings import a_message
from tests.scenario.test_calls_out import ANSWERED, LIFTED, OVER, RINGS
from tests.scenario.test_calls_out import made as made_events
from tests.scenario.test_calls_out_through import HUNTING, KEYED, TALKING
from tests.unit.queue_memory import PIN, Room

ONE, OTHER = "hl1-1795470000.7", "hl1-1795470000.8"
W = CallbackWhat


@dataclass
class Phones:
    """What is asked of Asterisk."""

    asked: list[Mapping[str, Any]] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    fails: HotlineError | None = None
    away: bool = False

    async def channels(self) -> tuple[ChannelNow, ...]:
        if self.away:
            raise Unavailable("no AMI at 127.0.0.1; is Asterisk running?", error_id="ami-link-down")
        more: dict[str, Any] = {"linked": ChannelId(""), "state": "Up", "caller_number": "", "context": "", "exten": ""}
        return tuple(
            ChannelNow(channel=ChannelId("x"), name=name, application="", bridge="", age=timedelta(0), **more)
            for name in self.there
        )

    async def originate(self, channel: str, context: str, **more: Any) -> str:
        self.asked.append({"channel": channel, "context": context, **more})
        if self.fails is not None:
            raise self.fails
        return "1"


@dataclass
class Log:
    """The call log, as far as it is asked."""

    going: list[Call] = field(default_factory=list)
    placed: list[CallPlaced] = field(default_factory=list)
    noted: list[Event] = field(default_factory=list)
    away: bool = False
    #: what was placed goes on
    follows: bool = False

    def going_on(self) -> list[Call]:
        return self.going

    async def place(self, event: CallPlaced) -> None:
        if self.away:
            await asyncio.Event().wait()
        self.placed.append(event)
        if self.follows:
            await asyncio.sleep(0.01)
            made = fold([event])
            assert made is not None
            self.going = [*self.going, made]

    def note(self, event: Event) -> None:
        self.noted.append(event)


@dataclass
class House:
    """Two lines, and calls that a test moves."""

    database: Database
    now: datetime = field(default_factory=lambda: at(5000))
    phones: Phones = field(default_factory=Phones)
    log: Log = field(default_factory=Log)
    room: Room = field(default_factory=Room)

    def __post_init__(self) -> None:
        self.store = DatabaseLogStore(self.database)
        self.desk = CallBacks(
            database=self.database,
            agents=self.room.agents,
            actions=self.phones,  # type: ignore[arg-type]
            call_log=self.log,  # type: ignore[arg-type]
            own=lambda: {"+842741022"},
            clock=lambda: self.now,
        )

    async def sits(self, line: str = "101", person: str = "1001") -> None:
        await self.room.agents.login(line, person, PIN)

    async def tells(self, table: str, call: str) -> Call:
        """The log stores a call of the tables under this id."""
        history = made_events(table, call)
        made = fold(history)
        assert made is not None and made.id == call
        await self.store.save(_saved(made, history))
        return made

    async def kept(self, what: W = W.ABANDONED, target: str = ONE) -> Callback | None:
        async with self.database.reading() as tx:
            return (await tx.callbacks.latest(what, [target])).get(target)


def _saved(call: Call, history: Sequence[Event]) -> Saved:
    return Saved(calls=(call,), events=tuple(history), backfilled=frozenset(), position=Position(inode=1, offset=1))


@pytest.fixture
async def house(database: Database) -> House:
    async with database.transaction() as tx:
        await tx.calls.save(
            of_calls(gave_up(ONE, 10), gave_up(OTHER, 20, caller_raw="0907777777", caller_e164="+84907777777"))
        )
    made = House(database)
    await made.sits()
    return made


async def test_the_phone_rings_with_her_number_after_the_row_was_written(house: House) -> None:
    view = await house.desk.begin("101", W.ABANDONED, ONE)
    (asked,) = house.phones.asked
    assert (asked["channel"], asked["context"]) == ("PJSIP/line-101", "hl1022-callback")
    (placed,) = house.log.placed
    assert (placed.call, placed.line, placed.person, placed.number) == (view.call, "101", "1001", "0901234567")
    assert asked["channel_id"] == asked["call"] == view.call and view.number == "0901234567"
    assert asked["variables"] == {"HL_TO": "0901234567", "HL_LINE": "101", "HL_PERSON": "1001"}
    assert asked["caller_id"] == '"0901234567" <1022>'
    kept = await house.kept()
    assert kept is not None and (kept.call, kept.line, kept.person, kept.ended_at) == (view.call, "101", "1001", None)


async def refusal(house: House, *given: Any) -> str:
    with pytest.raises(HotlineError) as refused:
        await house.desk.begin(*given)
    assert "0901234567" not in str(refused.value), "a number does not go into logs"
    return refused.value.error_id


async def test_who_cannot_call_now_is_told_why(house: House) -> None:
    assert await refusal(house, "999", W.ABANDONED, ONE) == "line-unknown"
    assert await refusal(house, "102", W.ABANDONED, ONE) == "line-empty"
    await house.room.agents.happened("101", AgentEvent.ANSWER)
    assert await refusal(house, "101", W.ABANDONED, ONE) == "line-busy"
    await house.room.agents.happened("101", AgentEvent.DONE)
    house.phones.there = ["PJSIP/line-101-00000004"]
    assert await refusal(house, "101", W.ABANDONED, ONE) == "line-busy"
    house.phones.there = ["PJSIP/line-1010-00000004"]
    await house.room.agents.reachable("101", False)
    assert await refusal(house, "101", W.ABANDONED, ONE) == "phone-gone"
    assert house.phones.asked == [] and await house.kept() is None
    await house.room.agents.reachable("101", True)
    await house.room.agents.pause("101", "1")
    await house.desk.begin("101", W.ABANDONED, ONE)


async def test_who_stands_in_no_list_is_not_called(house: House) -> None:
    async with house.database.transaction() as tx:
        await tx.calls.save(of_calls(answered("hl1-1.9", 30)))
    for what, target in ((W.ABANDONED, "hl1-1.9"), (W.ABANDONED, "nobody"), (W.VOICEMAIL, "v"), (W.TICKET, "t")):
        with pytest.raises(NotFound) as unknown:
            await house.desk.begin("101", what, target)
        assert unknown.value.error_id == "callback-unknown"
    with pytest.raises(Refused) as changed:
        await house.desk.begin("101", W.ABANDONED, ONE, shown=lambda number: number != "+84901234567")
    assert changed.value.error_id == "callback-changed", "the page showed another number"
    assert house.phones.asked == []


@pytest.mark.parametrize(
    "number", ["", "anonymous", "115", "1022", "02741022", "+12025550123", "19001234", "09012345", "abc"]
)
async def test_a_number_that_is_none_is_not_dialled(house: House, number: str) -> None:
    async with house.database.transaction() as tx:
        await tx.calls.save(of_calls(gave_up("hl1-1.5", 40, caller_raw=number, caller_e164=None)))
    assert await refusal(house, "101", W.ABANDONED, "hl1-1.5") == "number-not-callable"
    assert house.phones.asked == []


@pytest.mark.parametrize(("error_id", "stays"), [("ami-link-down", False), ("refused", False), ("ami-link-lost", True)])
async def test_what_asterisk_was_not_asked_for_leaves_nothing(house: House, error_id: str, stays: bool) -> None:
    house.phones.fails = Unavailable("the link", error_id=error_id)
    assert await refusal(house, "101", W.ABANDONED, ONE) == error_id
    assert (await house.kept() is not None) is stays
    house.phones.fails = None
    # the log had it already, and is told that it came to nothing
    assert [type(event).__name__ for event in house.log.noted] == ([] if stays else ["CitizenTried", "LegEnded"])
    if stays:  # it may have rung; when the log has heard nothing for a minute, it has not
        assert await refusal(house, "101", W.ABANDONED, ONE) == "line-busy"
        house.now += LAPSE + timedelta(seconds=1)
    await house.desk.begin("101", W.ABANDONED, ONE)


async def test_a_try_that_was_killed_before_its_phone_rang_keeps_nobody_from_being_called(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody calls anybody else meanwhile: the list itself must let her be called again."""
    monkeypatch.setattr("hotline1022.service.calls.callbacks.LOOK_SECONDS", 0.01)
    house.phones.fails = Unavailable("the link", error_id="ami-link-lost")
    assert await refusal(house, "101", W.ABANDONED, ONE) == "ami-link-lost"
    assert (await house.desk.tried(W.ABANDONED, {ONE: "0901234567"}))[ONE].ended_at is None
    house.now += LAPSE + timedelta(seconds=1)
    running = asyncio.create_task(house.desk.run())
    try:
        async with asyncio.timeout(5):
            while await house.desk.tried(W.ABANDONED, {ONE: "0901234567"}):  # noqa: ASYNC110 - no event on this side
                await asyncio.sleep(0.01)
    finally:
        running.cancel()


async def test_a_call_that_the_log_cannot_take_is_not_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.service.calls.callbacks.STORE_SECONDS", 0.05)
    house.log.away = True
    assert await refusal(house, "101", W.ABANDONED, ONE) == "call-log-behind"
    assert await house.kept() is None and house.phones.asked == []
    house.log.away = False
    await house.desk.begin("101", W.ABANDONED, ONE)


async def test_a_phone_that_could_not_be_rung_does_not_ring_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asterisk took the order and had no channel for it: the journal will never tell of an end."""
    monkeypatch.setattr("hotline1022.service.calls.callbacks.LOOK_SECONDS", 0.01)
    call = fold(made_events(RINGS))
    assert call is not None and call.state is CallState.CALLING_AGENT
    house.log.going = [call]
    house.now = call.entered_at + timedelta(seconds=20)
    running = asyncio.create_task(house.desk.run())
    try:
        await asyncio.sleep(0.1)
        assert house.log.noted == [], "it may ring still"
        house.now = call.entered_at + timedelta(seconds=40)
        async with asyncio.timeout(5):
            while not house.log.noted:  # noqa: ASYNC110 - no event on this side
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
    ended = fold([*made_events(RINGS), house.log.noted[0]])
    assert ended is not None and ended.reason is Reason.AGENT_NO_ANSWER and ended.complete


async def test_without_the_link_nothing_is_written_at_all(house: House) -> None:
    house.phones.away = True
    assert await refusal(house, "101", W.ABANDONED, ONE) == "ami-link-down"
    assert await house.kept() is None and house.phones.asked == []


async def test_the_second_who_clicks_is_told_who_calls(house: House) -> None:
    await house.sits("102", "1002")
    await house.desk.begin("101", W.ABANDONED, ONE)
    with pytest.raises(Refused) as running:
        await house.desk.begin("102", W.ABANDONED, ONE)
    assert running.value.error_id == "callback-running" and "Person 1001" in str(running.value)
    assert await refusal(house, "101", W.ABANDONED, OTHER) == "line-busy"
    await house.desk.begin("102", W.ABANDONED, OTHER)


async def test_a_citizen_of_two_lists_is_called_once(house: House) -> None:
    await house.sits("102", "1002")
    call = fold(made_events(LIFTED))
    assert call is not None
    house.log.going = [call]
    with pytest.raises(Refused) as running:
        await house.desk.begin("102", W.ABANDONED, ONE)
    assert running.value.error_id == "callback-running" and "Person 1001" in str(running.value)


async def test_a_citizen_of_two_lists_is_called_once_by_two_who_click_at_once(house: House) -> None:
    house.log.follows = True
    await house.sits("102", "1002")
    call = CallId(ChannelId(ONE))
    filed = FiledCall(call=call, tracks=(), voicemails=(a_message("vm1", call=call),))
    await SqlRecordingStore(house.database).save([filed])
    begun = await asyncio.gather(
        house.desk.begin("101", W.ABANDONED, ONE),
        house.desk.begin("102", W.VOICEMAIL, "vm1"),
        return_exceptions=True,
    )
    (refused,) = [one for one in begun if isinstance(one, Refused)]
    assert refused.error_id == "callback-running" and len(house.phones.asked) == 1


async def test_its_end_is_written_with_the_call_and_who_was_reached_leaves_the_list(house: House) -> None:
    view = await house.desk.begin("101", W.ABANDONED, ONE)
    going = await house.tells(LIFTED, view.call)
    assert going.state is CallState.CALLING_CITIZEN
    kept = await house.kept()
    assert kept is not None and kept.reason is None
    await house.tells(ANSWERED + OVER, view.call)
    kept = await house.kept()
    assert kept is not None and (kept.reason, kept.name) == (Reason.CITIZEN_ANSWERED, "Person 1001")
    async with house.database.reading() as tx:
        # the tables' day is later than the rows of these tests
        assert [one.last_call for one in await tx.calls.abandoned()] == [OTHER]
        out = await tx.calls.list(CallFilter(direction=Direction.OUT))
        came = await tx.calls.list(CallFilter())
        both = await tx.calls.list(CallFilter(direction=None))
        counted = await tx.figures.count_calls(CallFilter())
        cells = await tx.figures.calls(CallFilter())
    assert [one.call.id for one in out.calls] == [view.call]
    assert {one.call.id for one in came.calls} == {ONE, OTHER} and counted == 2
    assert len(both.calls) == 3 and sum(cell.calls for cell in cells) == 2
    assert {cell.result for cell in cells} == {Result.ABANDONED.value}


async def test_who_was_not_reached_stays_and_her_row_says_so_by_number_too(house: House) -> None:
    view = await house.desk.begin("101", W.ABANDONED, ONE)
    busy = LIFTED + "9.0 c HANGUP 17\n9.1 a HL_OUT_END status=BUSY\n9.2 a HANGUP 16"
    await house.tells(busy, view.call)
    async with house.database.reading() as tx:
        assert {one.last_call for one in await tx.calls.abandoned()} == {ONE, OTHER}
    # she gives up once more: another call of hers is in the row now
    tried = await house.desk.tried(W.ABANDONED, {"hl1-1795470000.9": "+84901234567", OTHER: "+84907777777"})
    assert {id: one.reason for id, one in tried.items()} == {"hl1-1795470000.9": Reason.CITIZEN_BUSY}
    # the line and the row are free again
    await house.desk.begin("101", W.ABANDONED, ONE)
    kept = await house.kept()
    assert kept is not None and kept.call != view.call


async def test_a_message_that_was_answered_by_a_talk_is_seen_to(house: House) -> None:
    call = CallId(ChannelId(ONE))
    filed = FiledCall(call=call, tracks=(), voicemails=(a_message("vm1", call=call),))
    await SqlRecordingStore(house.database).save([filed])
    view = await house.desk.begin("101", W.VOICEMAIL, "vm1")
    await house.tells(ANSWERED + OVER, view.call)
    async with house.database.reading() as tx:
        heard = await tx.recordings.voicemail("vm1")
    assert heard is not None and heard.heard_by == "Person 1001" and heard.heard_at is not None


async def test_for_the_agent_it_ends_when_she_was_put_through(house: House) -> None:
    call = CallId(ChannelId(ONE))
    filed = FiledCall(call=call, tracks=(), voicemails=(a_message("vm1", call=call),))
    await SqlRecordingStore(house.database).save([filed])
    view = await house.desk.begin("101", W.VOICEMAIL, "vm1")
    for table in (TALKING, TALKING + HUNTING):  # the agent who stays is still at it
        await house.tells(table, view.call)
        kept = await house.kept(W.VOICEMAIL, "vm1")
        assert kept is not None and kept.reason is None
    going = await house.tells(TALKING + KEYED + HUNTING, view.call)
    kept = await house.kept(W.VOICEMAIL, "vm1")
    assert kept is not None and kept.reason is Reason.CITIZEN_ANSWERED and going.ended_at is None
    async with house.database.reading() as tx:
        heard = await tx.recordings.voicemail("vm1")
    assert heard is not None and heard.heard_by == "Person 1001"
    # the line may call somebody else, while she is called nowhere
    await house.desk.begin("101", W.ABANDONED, OTHER)


async def test_who_has_lifted_talks_whatever_the_queue_says(house: House) -> None:
    history = made_events(LIFTED)
    call = fold(history)
    assert call is not None
    await house.room.agents.happened("101", AgentEvent.RING)
    house.desk.saved(_saved(call, history))
    running = asyncio.create_task(house.desk.run())
    try:
        async with asyncio.timeout(5):
            while house.room.agents.view("101").state is not AgentState.TALKING:  # noqa: ASYNC110 - no event on this side
                await asyncio.sleep(0)
    finally:
        running.cancel()
    assert house.room.store.uncounted == [("101", "talking")], "what is written down after it is not of the queue"
