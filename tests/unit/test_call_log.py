"""The call log with a database that is away, that refuses one call, and that is found again after a kill."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from hotline1022.ami_bridge.journal import Journal, Position
from hotline1022.core.call import Call, RaiseAlarm
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.core.events import Event
from hotline1022.service.calls.call_log import REFUSED, CallLog, Saved
from tests.scenario.tables import events, rows
from tests.scenario.test_calls import ANSWERED, TO_QUEUE


class Memory:
    """A store that can be away for some tries, and that refuses calls with a certain caller."""

    def __init__(self, away: int = 0, refuses: str = "") -> None:
        self.away, self.refuses = away, refuses
        self.calls: dict[str, Call] = {}
        self.events: dict[tuple[str, str], Event] = {}
        self.stored = Position()
        self.tries = 0

    async def position(self) -> Position:
        return self.stored

    async def open_history(self) -> list[list[Event]]:
        going = [c.id for c in self.calls.values() if not c.complete]
        return [[e for e in self.events.values() if e.call == one] for one in going]

    async def save(self, saved: Saved) -> None:
        self.tries += 1
        if self.away:
            self.away -= 1
            raise Unavailable("gone")
        if self.refuses and any(c.caller == self.refuses for c in saved.calls):
            raise Refused("a row is not acceptable")
        self.calls |= {c.id: c for c in saved.calls}
        for event in saved.events:
            self.events.setdefault((event.call, event.identity), event)
        self.stored = saved.position


def written(path: Path, *tables: str) -> Journal:
    with path.open("a", encoding="utf-8") as file:
        for table in tables:
            file.writelines(json.dumps(row) + "\n" for row in rows(table))
    return Journal(path)


def other(table: str) -> list[dict[str, Any]]:
    """The same call from another number on other channels."""
    text = json.dumps(rows(table)).replace("hl1-1795470000.", "hl1-1795470009.").replace("0901234567", "099")
    found: list[dict[str, Any]] = json.loads(text)
    return found


class House:
    """A call log and what it told."""

    def __init__(self, journal: Journal, store: Memory) -> None:
        self.complete: list[Call] = []
        self.alarms: list[RaiseAlarm] = []
        self.log = CallLog(journal=journal, store=store, on_complete=self._done, on_alarm=self._alarm)

    async def _done(self, call: Call) -> None:
        self.complete.append(call)

    async def _alarm(self, alarm: RaiseAlarm) -> None:
        self.alarms.append(alarm)

    async def all(self) -> "House":
        await self.log.start()
        while await self.log.once():
            pass
        return self


async def test_a_call_is_stored_and_handed_on_once(tmp_path: Path) -> None:
    store = Memory()
    journal = written(tmp_path / "cel.jsonl", ANSWERED)
    house = await House(journal, store).all()
    again = await House(journal, store).all()
    assert [c.person for c in house.complete] == ["1001"]
    assert again.complete == [] and len(store.calls) == 1
    assert house.log.figures.calls_ended == {"answered": 1}


async def test_while_the_database_is_away_nothing_is_lost(tmp_path: Path) -> None:
    store = Memory(away=2)
    async with asyncio.timeout(10):
        house = await House(written(tmp_path / "cel.jsonl", ANSWERED), store).all()
    assert store.tries == 3 and not house.log.figures.stalled
    assert len(house.complete) == 1 and len(store.events) == len(events(ANSWERED))


async def test_a_call_that_the_database_refuses_stops_no_other_and_is_kept(tmp_path: Path) -> None:
    store = Memory(refuses="099")
    path = tmp_path / "cel.jsonl"
    journal = written(path, ANSWERED)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in other(TO_QUEUE))
    house = await House(journal, store).all()
    assert [c.caller for c in store.calls.values()] == ["0901234567"]
    assert house.log.figures.refused == 1
    kept = [json.loads(line) for line in (tmp_path / REFUSED).read_text(encoding="utf-8").splitlines()]
    assert {k["call"] for k in kept} == {"hl1-1795470009.1"}
    assert kept[0]["kind"] == "CallEntered" and "not acceptable" in kept[0]["reason"]
    assert store.stored.offset == path.stat().st_size
    assert (tmp_path / REFUSED).stat().st_mode & 0o777 == 0o600


async def test_a_call_in_progress_goes_on_after_a_restart_with_its_history(tmp_path: Path) -> None:
    store = Memory()
    path = tmp_path / "cel.jsonl"
    first = await House(written(path, TO_QUEUE), store).all()
    assert [c.keys for c in first.log.going_on()] == [("1",)]
    rest = ANSWERED[len(TO_QUEUE) :]
    second = await House(written(path, rest), store).all()
    (call,) = second.complete
    assert call.keys == ("1",) and call.waited_ms == 4030 and call.talk_ms == 30_000


async def test_rows_whose_position_was_not_stored_are_read_again_and_change_nothing(tmp_path: Path) -> None:
    store = Memory()
    path = tmp_path / "cel.jsonl"
    await House(written(path, TO_QUEUE), store).all()
    before = dict(store.calls)
    store.stored = Position()
    again = await House(written(path), store).all()
    assert store.calls == before == {call.id: call for call in again.log.going_on()}
    (call,) = (await House(written(path, ANSWERED[len(TO_QUEUE) :]), store).all()).complete
    assert call.keys == ("1",) and len(call.tracks) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"eventtime": 1e300},
        {"eventtime": float("inf")},
        {"eventtime": 10**30},
        {"eventtime": None},
        {"eventtime": []},
        {"eventextra": "0"},
        {"eventextra": 7},
        {"eventextra": '{"extra": {"a": []}}'},
        {"eventextra": "[" * 100_000},
        {"uniqueid": None},
        {"uniqueid": {}},
        {"userdeftype": []},
        {"eventenum": {}},
    ],
    ids=lambda odd: "-".join(map(str, [*odd, *map(str, odd.values())]))[:30],
)
async def test_a_row_that_nobody_foresaw_does_not_end_the_log_at_each_start(
    tmp_path: Path, odd: dict[str, Any]
) -> None:
    path, store = tmp_path / "cel.jsonl", Memory()
    with path.open("w", encoding="utf-8") as file:
        for row in rows(ANSWERED):
            file.write(json.dumps(row) + "\n" + json.dumps(row | odd) + "\n")
    house = await House(Journal(path), store).all()
    (call,) = house.complete
    assert call.ended_at is not None and store.stored.offset == path.stat().st_size


async def test_on_a_full_disk_a_refused_call_is_laid_aside_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, laid = [True, True], []

    def aside(file: Path, events: Any, reason: str) -> None:
        if full:
            full.pop()
            raise OSError(28, "No space left on device")
        laid.append(reason)

    monkeypatch.setattr("hotline1022.service.calls.call_log.lay_aside", aside)
    monkeypatch.setattr("hotline1022.service.calls.call_log.ASIDE_SECONDS", 0.01)
    path = tmp_path / "cel.jsonl"
    journal = written(path, TO_QUEUE)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in other(ANSWERED))
    store = Memory(refuses="099")
    house = await House(journal, store).all()
    assert laid == ["a row is not acceptable"] and house.log.figures.refused == 1 and not house.log.figures.stalled


async def test_no_telephone_number_of_the_journal_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "cel.jsonl"
    written(path, "1.0 c HL_ENTRY did=1022|from=0901234567", "2.0 a HL_LEG call=%c|kind=+84901234567|party=0901234567")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"eventenum":"USER_DEFINED","eventextra":"did=1022|from=0901234567\n')
    house = await House(Journal(path), Memory(refuses="0901234567")).all()
    assert (house.log.figures.strange, house.log.figures.torn, house.log.figures.refused) == (1, 1, 1)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) >= 3 and "090****567" in caplog.text
    assert not [line for line in said if "901234567" in line]
