"""The worker: calls in, rows out, spool empty."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.core.events import LegKind
from hotline1022.core.ids import ChannelId
from hotline1022.recordings import jobs
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.names import format_name, parse_name
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import FiledCall, Side, Status, VoicemailFacts
from tests.unit.pipeline_world import QUICK, World, another, crashed, pool, running, world
from tests.unit.recordings_world import (
    AGENT,
    CALL,
    CITIZEN_TONE,
    START,
    facts,
    file,
    leg,
    name,
    names_in,
    put,
    span,
    tone,
    two_agents,
)

__all__ = ["pool", "world"]


async def test_a_call_is_filed_its_rows_written_and_its_spool_empty(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    worker = world.hire(pool)
    async with running(worker):
        assert worker.submit(call)
        assert await worker.drain(seconds=20)
    rows = world.store.track_rows.values()
    assert len(rows) == 6 and {row.status for row in rows} == {Status.STORED}
    assert all((row.gap_ms, row.lost_ms) == (0, 0) for row in rows)
    assert world.waiting() == [] and world.board.notices == []
    assert all((world.root / row.path).stat().st_size == row.bytes for row in rows)
    assert (worker.state.filed, worker.state.tracks, worker.state.waiting) == (1, 6, 0)


async def test_the_same_in_another_process_which_is_gone_afterwards(world: World) -> None:
    call = two_agents(world.spool)
    pool = HeavyPool(seconds=60)
    worker = world.hire(pool)
    world.book.calls[CALL] = call
    async with running(worker):
        worker.submit(call)
        assert await worker.drain(seconds=60)
        made = await worker.listening_copy(CALL)
    assert (world.root / made.path).is_file() and len(world.store.track_rows) == 6
    await pool.close()
    with pytest.raises(Unavailable):
        await pool.run(time.time)


async def test_many_calls_are_few_portions(world: World, pool: HeavyPool) -> None:
    calls = [another(number, world.spool) for number in range(20)]
    worker = world.hire(pool, replace(QUICK, portion=10))
    for call in calls:
        worker.submit(call)
    async with running(worker):
        assert await worker.drain(seconds=20)
    assert (world.store.saves, worker.state.filed, world.waiting()) == (2, 20, [])


async def test_a_call_submitted_again_gets_its_rows_anew_and_loses_nothing(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    worker = world.hire(pool)
    await worker.file([call])
    before = dict(world.store.track_rows)
    await worker.file([call])
    assert world.store.track_rows == before
    first = replace(call.legs[0], rtp_received=600)
    await worker.file([replace(call, legs=(first, *call.legs[1:]))])
    changed = [row for row in world.store.track_rows.values() if row != before[row.id]]
    assert [row.lost_ms for row in changed] == [6000] and {row.status for row in changed} == {Status.STORED}


async def test_a_message_is_filed_with_its_reason(world: World, pool: HeavyPool) -> None:
    title = name(CALL, None, None, START + 500)
    put(world.spool, title, file(tone(CITIZEN_TONE, 400)))
    told = VoicemailFacts(file=title.removesuffix(".wav"), left_at=facts(ended=0).entered_at, reason="timeout")
    lost = replace(told, file=told.file.replace("500", "900"))
    await world.hire(pool).file([facts(ended=1000, voicemails=(told, lost))])
    (row,) = world.store.voicemail_rows.values()
    assert (row.duration_ms, row.reason, row.status, row.left_at) == (400, "timeout", Status.STORED, told.left_at)
    assert (world.root / row.path).is_file() and world.waiting() == []
    assert world.board.kinds() == ["file-missing"]


async def test_what_should_be_there_and_is_not_gets_rows_and_is_told(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    (world.spool / name(AGENT, LegKind.AGENT, Side.SAID, START + 1000)).unlink()
    silent = leg("hl1-1795470208.77", LegKind.EMERGENCY, 2000, 6000)
    await world.hire(pool).file([replace(call, legs=(*call.legs, silent))])
    rows = {row.id: row for row in world.store.track_rows.values() if row.status is Status.MISSING}
    assert [(row.channel, row.side, row.gap_ms) for row in rows.values()] == [
        (AGENT, Side.SAID, 2000),
        (silent.channel, Side.SAID, 4000),
        (silent.channel, Side.HEARD, 4000),
    ]
    assert {row.path for row in rows.values()} == {""}
    assert {"file-missing", "leg-without-track"} <= set(world.board.kinds())
    # every id of a row can be read as a spool name, the invented ones too
    assert all(format_name(found) for row in rows if (found := parse_name(f"{row}.wav")))


async def test_a_missing_file_that_comes_later_takes_its_rows_place(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    late = name(AGENT, LegKind.AGENT, Side.SAID, START + 1000)
    kept = (world.spool / late).read_bytes()
    (world.spool / late).unlink()
    worker = world.hire(pool)
    await worker.file([call])
    assert world.store.track_rows[late.removesuffix(".wav")].status is Status.MISSING
    put(world.spool, late, kept)
    await worker.file([call])
    row = world.store.track_rows[late.removesuffix(".wav")]
    assert (row.status, row.gap_ms, row.lost_ms) == (Status.STORED, 0, 0)


async def test_torn_empty_and_crashed_files_are_kept_and_told(world: World, pool: HeavyPool) -> None:
    said, heard = (name(CALL, LegKind.CITIZEN, side) for side in (Side.SAID, Side.HEARD))
    put(world.spool, said, crashed(tone(CITIZEN_TONE, 2000)), age=90)
    put(world.spool, heard, b"RIFF", age=90)
    agent = name(AGENT, LegKind.AGENT, Side.SAID)
    put(world.spool, agent, file(b""))
    put(world.spool, agent.replace("-r.", "-t."), file(b""))
    call = facts(leg(CALL, LegKind.CITIZEN, 0, 2000), leg(AGENT, LegKind.AGENT, 0, 2000), ended=2000)
    await world.hire(pool).file([call])
    rows = world.store.track_rows
    statuses = [rows[title.removesuffix(".wav")].status for title in (said, heard, agent)]
    assert statuses == [Status.REPAIRED, Status.TORN, Status.EMPTY]
    repaired = rows[said.removesuffix(".wav")]
    assert repaired.duration_ms == 2000 and (world.root / repaired.path).read_bytes() == crashed(
        tone(CITIZEN_TONE, 2000)
    )
    assert (world.root / str(repaired.detail["repaired_path"])).read_bytes() == file(tone(CITIZEN_TONE, 2000))
    assert {"header-repaired", "file-torn", "file-empty"} <= set(world.board.kinds()) and world.waiting() == []


async def test_files_still_open_are_waited_for(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    title = name(CALL, LegKind.CITIZEN, Side.SAID)
    whole = (world.spool / title).read_bytes()
    put(world.spool, title, crashed(whole[44:2000]))
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(call)
        assert not await worker.drain(seconds=0.1)
        assert world.store.saves == 0 and len(world.waiting()) == 6
        (world.spool / title).write_bytes(whole)
        assert await worker.drain(seconds=20)
    assert {row.status for row in world.store.track_rows.values()} == {Status.STORED} and world.waiting() == []


async def test_a_file_that_changes_between_filing_and_removal_is_filed_again(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    title = name(CALL, LegKind.CITIZEN, Side.SAID)
    longer = file(tone(CITIZEN_TONE, 6100))

    class Meddling(MemoryStore):
        async def save(self, filed: list[FiledCall]) -> None:  # type: ignore[override]
            await super().save(filed)
            if self.saves == 1:
                (world.spool / title).write_bytes(longer)

    world.store = Meddling()
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(call)
        assert await worker.drain(seconds=20)
    row = world.store.track_rows[title.removesuffix(".wav")]
    assert row.duration_ms == 6100 and (world.root / row.path).read_bytes() == longer and world.waiting() == []


async def test_a_conflicting_file_is_put_aside_and_the_rest_filed(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    worker = world.hire(pool)
    await worker.file([call])
    title = name(CALL, LegKind.CITIZEN, Side.SAID)
    put(world.spool, title, file(tone(900, 500)))
    async with running(worker):
        worker.submit(call)
        assert await worker.drain(seconds=20)
    assert names_in(world.spool / "quarantine") == [title] and world.board.kinds() == ["conflict"]
    assert world.store.track_rows[title.removesuffix(".wav")].duration_ms == 6000
    assert worker.state.quarantined == 1


# ---------------------------------------------------------------- cost


def test_a_call_of_ten_seconds_costs_little(world: World) -> None:
    """Measured: 2.5 ms of CPU a call in portions of 16; the budget is 4, the test leaves room for slow machines."""
    calls = []
    for number in range(32):
        call = another(number, world.spool).call
        agent = ChannelId(f"{call}9")
        for channel, kind in ((call, LegKind.CITIZEN), (agent, LegKind.AGENT)):
            for side in Side:
                put(world.spool, name(channel, kind, side, START, call), file(tone(CITIZEN_TONE, 10_000)))
        both = (
            leg(call, LegKind.CITIZEN, 0, 10_000, span(0, 10_000)),
            leg(agent, LegKind.AGENT, 0, 10_000, span(0, 10_000)),
        )
        calls.append(facts(*both, ended=10_000, call=call))
    costs = []
    for first in (0, 16):
        before = time.process_time()
        done = jobs.file_calls(world.spool, world.root, calls[first : first + 16])
        jobs.release(world.spool, world.root, [m for one in done if isinstance(one, jobs.Filed) for m in one.marks])
        costs.append((time.process_time() - before) / 16)
    assert world.waiting() == [] and min(costs) < 0.012


async def test_a_call_alone_is_filed_at_once_and_those_that_follow_it_together(world: World, pool: HeavyPool) -> None:
    calls = [another(number, world.spool) for number in range(6)]
    sizes: list[int] = []
    whole = world.store.save

    async def save(filed: Sequence[FiledCall]) -> None:
        sizes.append(len(filed))
        await whole(filed)

    world.store.save = save  # type: ignore[method-assign]
    worker = world.hire(pool, replace(QUICK, apart=1.0))
    async with running(worker):
        begun = time.monotonic()
        worker.submit(calls[0])
        assert await worker.drain(seconds=20)
        alone = time.monotonic() - begun
        for call in calls[1:]:
            worker.submit(call)
            await asyncio.sleep(0.05)
        assert await worker.drain(seconds=20)
    assert alone < 0.9 and sizes == [1, 5]


async def test_a_full_portion_waits_for_nothing(world: World, pool: HeavyPool) -> None:
    calls = [another(number, world.spool) for number in range(6)]
    worker = world.hire(pool, replace(QUICK, apart=3600.0, portion=3))
    async with running(worker):
        for call in calls:
            worker.submit(call)
        assert await worker.drain(seconds=20)
    assert worker.state.filed == 6
