"""The expected wait: its formula, when nothing is spoken, and what a citizen hears before waiting."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.unit import Database
from hotline1022.ivr.model import Fixed
from hotline1022.ivr.numbers import number_prompts
from hotline1022.queue.agent_state import AgentEvent
from hotline1022.queue.agents import EMERGENCY, MAIN
from hotline1022.queue.expected_wait import FEWEST_SAMPLES, MOST_SAMPLES, ExpectedWait, minutes
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.service.asterisk.answers import Desk, remember_talks
from tests.contract.database.made import answered, gave_up, of_calls, over
from tests.lab.migrated import migrated
from tests.unit.queue_memory import Room, after


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def known(*talks: float, wrap_up: float = 10) -> ExpectedWait:
    expected = ExpectedWait(seconds(wrap_up))
    for talk in talks:
        expected.answered(seconds(talk))
    return expected


def test_the_example_of_the_documentation() -> None:
    wait = known(200, 220, 240, 260, 280).at(position=3, agents=3)
    assert wait == seconds(250)
    assert minutes(seconds(250)) == 5


def test_under_five_samples_or_with_nobody_on_nothing_is_known() -> None:
    few = [60.0] * (FEWEST_SAMPLES - 1)
    assert known(*few).at(1, 1) is None
    assert known(*few, 60).at(1, 1) == seconds(70)
    assert known(*few, 60).at(1, 0) is None and known(*few, 60).at(0, 1) is None


def test_talks_of_another_hour_are_forgotten() -> None:
    assert known(*[6000.0] * 5, *[60.0] * MOST_SAMPLES, wrap_up=0).at(1, 1) == seconds(60)


@pytest.mark.parametrize(("wait", "spoken"), [(0, 1), (59, 1), (60, 1), (61, 2), (120, 2), (120.4, 2), (250, 5)])
def test_minutes_are_rounded_up(wait: float, spoken: int) -> None:
    assert minutes(seconds(wait)) == spoken


def test_what_is_remembered_is_older_than_what_is_heard() -> None:
    expected = known(*[100.0] * (MOST_SAMPLES - 2), wrap_up=0)
    expected.remember(seconds(t) for t in (50, 150, 9000, 9000))
    assert expected.at(1, 1) == seconds(100), "as many as there is room for, the latest first"
    expected.answered(seconds(100))
    expected.answered(seconds(100))
    assert expected.at(1, 1) == seconds(100), "and the oldest go first"


async def test_after_a_start_the_expected_wait_is_that_of_the_log(tmp_path: Path) -> None:
    file = tmp_path / "hotline.sqlite"
    await migrated(file)
    async with Database(file) as database:
        expected = ExpectedWait(seconds(0))
        await remember_talks(database, expected)
        assert expected.at(1, 1) is None
        calls = [answered(f"a{n}", n, talk_ms=60_000) for n in range(5)]
        calls += [gave_up("g", 10, talk_ms=0)]
        calls += [over(f"e{n}", n, Result.EMERGENCY, Reason.EMERGENCY_BY_AGENT, talk_ms=900_000) for n in range(20, 25)]
        await database.save(of_calls(*calls))
        await remember_talks(database, expected)
        assert expected.at(1, 1) == seconds(60)


# ---------------------------------------------------------------- what is heard


def heard(desk: Desk) -> list[str]:
    status, _, prompts = desk.wait().partition("~")
    assert status == "OK"
    return [prompt.rpartition("/")[2] for prompt in prompts.split("&") if prompt]


def a_desk(room: Room, waiting: int, expected: ExpectedWait, queue: str = MAIN) -> Desk:
    where = WaitingRoom()
    for number in range(waiting):
        where.joined(queue, CallId(ChannelId(f"hl1-1.{number}")), number + 1, "", after(0))
    menu: Any = None
    return Desk(menu=menu, agents=room.agents, waiting=where, expected=expected)


async def test_with_an_agent_free_nothing_is_said() -> None:
    room = await Room().login("101", "102")
    talks = known(*[240.0] * 5)
    assert heard(a_desk(room, 0, talks)) == heard(a_desk(room, 1, talks)) == []
    assert heard(a_desk(room, 5, talks, EMERGENCY)) == [], "who waits for 115 waits for other people"
    assert heard(a_desk(room, 2, talks)) != []


async def test_position_and_expected_wait_are_said() -> None:
    room = await Room().login("101", "102")
    for line in ("101", "102"):
        await room.agents.happened(line, AgentEvent.ANSWER)
    number = [prompt.rpartition("/")[2] for prompt in number_prompts(3)]
    position = [Fixed.POSITION, *number, Fixed.POSITION_END]
    few, many = known(), known(*[230.0] * 5)
    assert heard(a_desk(room, 0, few)) == [Fixed.NEXT_IN_LINE]
    assert heard(a_desk(room, 2, few)) == position
    six = [prompt.rpartition("/")[2] for prompt in number_prompts(6)]
    assert heard(a_desk(room, 2, many)) == [*position, Fixed.WAIT_ABOUT, *six, Fixed.WAIT_MINUTES]
    assert heard(a_desk(room, 0, known(*[20.0] * 5))) == [Fixed.NEXT_IN_LINE, Fixed.WAIT_SHORT]
