"""Listening copies: made on demand and ahead, once; one that fails stops nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import copies, jobs, listening
from hotline1022.recordings.layout import Layout, plan
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.rows import Found, call_rows
from hotline1022.recordings.types import CallFacts, FiledCall, TrackRow, Why
from tests.unit.pipeline_world import QUICK, World, a_pool, a_world, another, running, until
from tests.unit.recordings_world import (
    CALL,
    Book,
    facts,
    file,
    leg,
    span,
    two_agents,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    async with a_pool() as made:
        yield made


async def test_a_copy_is_made_on_demand_once(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    world.book = Book(call)
    worker = world.hire(pool)
    await worker.file([call])
    assert world.store.copies == {}
    first, second = await asyncio.gather(worker.listening_copy(CALL), worker.listening_copy(CALL))
    assert first == second == world.store.copies[CALL] and worker.state.copies == 1
    (world.root / first.path).unlink()
    assert await worker.listening_copy(CALL) == first and (world.root / first.path).is_file()


async def test_an_idle_worker_makes_copies_ahead(world: World, pool: HeavyPool) -> None:
    call, empty = two_agents(world.spool), another(3, world.spool)
    for path in world.spool.glob(f"{empty.call}*"):
        path.write_bytes(file(b""))
    world.book = Book(call, empty)
    worker = world.hire(pool, replace(QUICK, idle=0.02))
    async with running(worker):
        worker.submit(empty)
        worker.submit(call)
        await until(lambda: CALL in world.store.copies)
    assert set(world.store.copies) == {CALL}, "a call without audio has none"


async def test_copies_of_long_calls_are_made_in_small_portions(
    world: World, pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PORTION_MS", 1)
    calls = [another(number, world.spool) for number in range(3)]
    world.book = Book(*calls)
    worker = world.hire(pool)
    await worker.file(calls)
    copies = worker._copies
    for made in (1, 2, 3):
        assert await copies.ahead(16)
        assert copies.made == made
    assert not await copies.ahead(16)
    assert set(world.store.copies) == {call.call for call in calls}


async def test_a_copy_that_fails_in_a_way_nobody_thought_of_is_told_once_and_stops_nothing(
    world: World, pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good, later = (another(number, world.spool) for number in range(3))
    real = plan

    def strange(call: CallFacts, rows: Sequence[TrackRow]) -> Layout:
        if call.call == bad.call:
            raise ValueError("frames do not fit into a WAV")
        return real(call, rows)

    monkeypatch.setattr(copies, "plan", strange)
    world.book = Book(bad, good, later)
    worker = world.hire(pool, replace(QUICK, idle=0.02))
    async with running(worker):
        worker.submit(bad)
        worker.submit(good)
        await until(lambda: good.call in world.store.copies)
        worker._copies.want(bad)
        worker.submit(later)
        await until(lambda: later.call in world.store.copies)
        with pytest.raises(Unavailable) as caught:
            await worker.listening_copy(bad.call)
    assert caught.value.error_id == "recording-copy" and "do not fit" in str(caught.value)
    (told,) = world.board.notices
    assert (told.why, told.subject) == (Why.FAILED, bad.call) and "ValueError" in told.text


async def test_copies_that_cannot_be_written_down_stop_no_filing(
    world: World, pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(rows: object) -> None:
        raise RuntimeError("the driver is of two minds")

    first, later = another(1, world.spool), another(2, world.spool)
    monkeypatch.setattr(world.store, "save_copies", broken)
    worker = world.hire(pool, replace(QUICK, idle=0.02))
    async with running(worker):
        worker.submit(first)
        await until(lambda: "failed" in world.board.kinds())
        worker.submit(later)
        assert await worker.drain(seconds=20)
    assert worker.state.filed == 2


async def test_a_call_whose_filing_fails_in_a_way_nobody_thought_of_stops_no_other(
    world: World, pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = another(1, world.spool), another(2, world.spool)
    real = call_rows

    def strange(call: CallFacts, found: Sequence[Found]) -> FiledCall:
        if call.call == bad.call:
            raise ValueError("frames do not fit into a WAV")
        return real(call, found)

    monkeypatch.setattr(jobs, "call_rows", strange)
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(bad)
        worker.submit(good)
        assert await worker.drain(seconds=20)
    assert {row.call for row in world.store.track_rows.values()} == {good.call}
    assert len(world.waiting()) == 2 and world.board.kinds() == ["failed"]


async def test_a_copy_of_nothing_is_not_found(world: World, pool: HeavyPool) -> None:
    worker = world.hire(pool)
    with pytest.raises(NotFound) as unknown:
        await worker.listening_copy(CALL)
    world.book = Book(facts(leg(CALL, LegKind.CITIZEN, 0, 100, span(0, 100)), ended=100))
    with pytest.raises(NotFound) as nothing:
        await world.hire(pool).listening_copy(CALL)
    assert (unknown.value.error_id, nothing.value.error_id) == ("call-unknown", "recording-none")
