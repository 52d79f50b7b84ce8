"""Listening copies: made on demand, once; one that fails stops nothing."""

import asyncio
from collections.abc import Sequence

import pytest

from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import copies, jobs
from hotline1022.recordings.layout import Layout, plan
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.rows import Found, call_rows
from hotline1022.recordings.types import CallFacts, FiledCall, TrackRow
from tests.unit.pipeline_world import World, another, pool, running, world
from tests.unit.recordings_world import (
    CALL,
    Book,
    facts,
    leg,
    span,
    two_agents,
)

__all__ = ["pool", "world"]


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


async def test_nobody_listens_no_copy_lies_beside_the_originals(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(call)
        assert await worker.drain(seconds=20)
    promised = {row.path for row in world.store.track_rows.values() if row.status.promised}
    assert {str(path.relative_to(world.root)) for path in world.root.rglob("*.wav")} == promised


async def test_a_copy_that_fails_in_a_way_nobody_thought_of_is_told_and_stops_nothing(
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
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(bad)
        worker.submit(good)
        assert await worker.drain(seconds=20)
        with pytest.raises(Unavailable) as caught:
            await worker.listening_copy(bad.call)
        assert (await worker.listening_copy(good.call)).call == good.call
        worker.submit(later)
        assert await worker.drain(seconds=20)
    assert caught.value.error_id == "recording-copy" and "ValueError: frames do not fit" in str(caught.value)
    assert worker.state.filed == 3 and worker.state.copies == 1


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
