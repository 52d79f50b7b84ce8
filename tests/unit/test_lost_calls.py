"""Calls that Asterisk no longer has: which count as lost, and when they ended."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline1022.ami_bridge.journal import Journal
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import CallState, Reason, Result
from hotline1022.service.calls.call_log import CallLog
from hotline1022.service.calls.lost_calls import LOST_AFTER, LostCalls
from tests.scenario.tables import CHANNELS, START, events, rows, told
from tests.scenario.test_calls import ANSWERED, TO_QUEUE
from tests.unit.test_call_log import House, Memory

CITIZEN = CHANNELS["c"]
#: up to the talk
TALKING = "\n".join(ANSWERED.splitlines()[: next(i for i, t in enumerate(ANSWERED.splitlines()) if "BRIDGE_EXIT" in t)])


#: the calls of these tables were yesterday, whatever day it is
BEGAN = int(time.time()) - 86_400


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(BEGAN + seconds, UTC)


def written(path: Path, table: str = "") -> Journal:
    with path.open("a", encoding="utf-8") as file:
        for row in rows(table):
            file.write(json.dumps(row | {"eventtime": row["eventtime"] - START + BEGAN}) + "\n")
    return Journal(path)


async def followed(log: CallLog) -> None:
    while await log.once():
        pass


async def test_a_call_that_came_after_the_question_is_not_lost(tmp_path: Path) -> None:
    store, path = Memory(), tmp_path / "cel.jsonl"
    house = await House(written(path, TO_QUEUE), store).all()
    house.log.compare([], at(0) - timedelta(milliseconds=1))
    await followed(house.log)
    assert [c.state for c in house.log.going_on()] == [CallState.WAITING] and house.complete == []


async def test_a_call_that_goes_on_after_the_question_is_not_lost(tmp_path: Path) -> None:
    store, path = Memory(), tmp_path / "cel.jsonl"
    house = await House(written(path, TO_QUEUE), store).all()
    house.log.compare([], at(9.05))
    written(path, TALKING[len(TO_QUEUE) :])
    await followed(house.log)
    assert [c.state for c in house.log.going_on()] == [CallState.TALKING] and house.complete == []


async def test_a_call_that_asterisk_has_is_not_lost(tmp_path: Path) -> None:
    house = await House(written(tmp_path / "cel.jsonl", TALKING), Memory()).all()
    house.log.compare([CITIZEN], at(100))
    await followed(house.log)
    assert [c.state for c in house.log.going_on()] == [CallState.TALKING]


async def test_a_call_read_after_the_answer_came_is_lost_too(tmp_path: Path) -> None:
    """The machine was off, and Asterisk answered before the journal was read."""
    house = House(written(tmp_path / "cel.jsonl", TALKING), Memory())
    await house.log.start()
    house.log.compare([], at(4000))
    await followed(house.log)
    (call,) = house.complete
    assert (call.result, call.reason) == (Result.FAILED, Reason.END_UNKNOWN)


async def test_a_call_of_before_a_power_cut_ends_with_its_last_fact(tmp_path: Path) -> None:
    store, path = Memory(), tmp_path / "cel.jsonl"
    before = await House(written(path, TALKING), store).all()
    assert before.log.going_on()
    house = await House(written(path), store).all()
    house.log.compare([], at(4 * 3600))
    await followed(house.log)
    (call,) = house.complete
    assert call.ended_at == at(13.03) and call.talk_ms == 0


async def test_a_call_lost_under_the_eyes_of_the_service_ends_when_they_were_shut(tmp_path: Path) -> None:
    house = await House(written(tmp_path / "cel.jsonl", TALKING), Memory()).all()
    house.log.watched(at(-5))
    house.log.unwatched(at(40.03))
    house.log.compare([], at(90))
    await followed(house.log)
    (call,) = house.complete
    assert call.ended_at == at(40.03) and call.talk_ms == 27_000
    assert all(leg.ended_at == at(40.03) for leg in call.legs.values())


async def test_the_channels_of_a_lost_call_are_not_alive(tmp_path: Path) -> None:
    house = await House(written(tmp_path / "cel.jsonl", TALKING), Memory()).all()
    assert house.log.is_live(CITIZEN) and house.log.is_live(CHANNELS["a"])
    house.log.compare([], at(100))
    await followed(house.log)
    assert not house.log.is_live(CITIZEN) and not house.log.is_live(CHANNELS["a"])


async def test_a_leg_that_never_said_good_bye_is_not_alive_when_its_call_is_filed(tmp_path: Path) -> None:
    without = "\n".join(line for line in ANSWERED.splitlines() if "a HANGUP" not in line)
    house = await House(written(tmp_path / "cel.jsonl", without), Memory()).all()
    await followed(house.log)
    assert len(house.complete) == 1
    assert not house.log.is_live(CHANNELS["a"])


def test_calls_that_were_under_way_together_died_together() -> None:
    first, entered = told(TALKING)[0], events(TALKING)[0]
    lost = LostCalls()
    calls = {}
    for number, (begun, last) in enumerate([(0.0, 13.0), (10.0, 33.0), (300.0, 310.0)]):
        call = CallId(ChannelId(f"hl1-1795470000.{number}"))
        calls[call] = replace(first, id=call, entered_at=at(begun), legs={})
        lost.told(replace(entered, call=call, at=at(last)))
    lost.answered([], at(5000))
    ends = [e.at for e in lost.judge(calls, at(5000) + 2 * LOST_AFTER)]
    assert ends == [at(33), at(33), at(310)]
    assert lost.judge(calls, at(9000)) == [], "an answer is judged once"


def test_the_journal_gets_its_time_before_an_answer_is_judged() -> None:
    call = told(TALKING)[0]
    asked = call.entered_at + timedelta(seconds=100)
    lost = LostCalls()
    lost.answered([], asked)
    lost.lived(asked)  # of an Asterisk that never had the call
    assert lost.judge({call.id: call}, asked + LOST_AFTER) == []
    ends = lost.judge({call.id: call}, asked + LOST_AFTER + timedelta(seconds=1))
    assert {e.at for e in ends} == {call.entered_at}
