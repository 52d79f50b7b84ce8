"""The worker: calls in, rows out, spool empty; and what happens when a part of the world is missing."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings import copies, jobs, listening
from hotline1022.recordings.figures import WorkerSettings
from hotline1022.recordings.layout import Layout, plan
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.names import format_name, parse_name
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.rows import Found, call_rows
from hotline1022.recordings.types import CallFacts, FiledCall, Side, Status, TrackRow, VoicemailFacts, Why
from tests.unit.recordings_world import (
    AGENT,
    CALL,
    CITIZEN_TONE,
    START,
    Board,
    Book,
    Phones,
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

QUICK = WorkerSettings(gather=0.0, again=0.02, sweep=3600.0, idle=0.0, patience=0.02)


@dataclass(slots=True)
class World:
    """A worker with everything around it."""

    spool: Path
    root: Path
    store: MemoryStore = field(default_factory=MemoryStore)
    book: Book = field(default_factory=Book)
    phones: Phones = field(default_factory=Phones)
    board: Board = field(default_factory=Board)
    worker: RecordingWorker = field(init=False)

    def hire(self, pool: HeavyPool, settings: WorkerSettings = QUICK) -> RecordingWorker:
        self.worker = RecordingWorker(
            spool=self.spool,
            root=self.root,
            store=self.store,
            book=self.book,
            channels=self.phones,
            notices=self.board,
            pool=pool,
            settings=settings,
        )
        return self.worker

    def waiting(self) -> list[str]:
        return [title for title in names_in(self.spool) if title != "quarantine"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "spool").mkdir()
    return World(spool=tmp_path / "spool", root=tmp_path / "recordings")


def one_thread() -> Executor:
    return ThreadPoolExecutor(1)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    made = HeavyPool(one_thread, seconds=20)
    yield made
    await made.close()


@asynccontextmanager
async def running(worker: RecordingWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.done()
        if not task.cancelled() and (error := task.exception()):
            raise error


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- it is often the file system that is waited for
            await asyncio.sleep(0.005)


def another(number: int, spool: Path) -> CallFacts:
    """A short call with another id."""
    call = CallId(ChannelId(f"hl1-{1795470300 + number}.{number}"))
    put(spool, name(call, LegKind.CITIZEN, Side.SAID, START, call), file(tone(CITIZEN_TONE, 200)))
    put(spool, name(call, LegKind.CITIZEN, Side.HEARD, START, call), file(tone(CITIZEN_TONE, 200)))
    return facts(leg(call, LegKind.CITIZEN, 0, 200), ended=200, call=call)


def crashed(pcm: bytes) -> bytes:
    """What a killed recorder leaves."""
    data = bytearray(file(pcm))
    data[4:8] = data[40:44] = bytes(4)
    return bytes(data)


# ---------------------------------------------------------------- filing


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


# ---------------------------------------------------------------- when parts are missing


async def test_while_the_database_is_away_nothing_leaves_the_spool(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool)
    world.store.away = True
    worker = world.hire(pool)
    async with running(worker):
        worker.submit(call)
        await until(lambda: "failed" in world.board.kinds())
        assert not await worker.drain(seconds=0.1)
        assert len(world.waiting()) == 6 and world.store.track_rows == {}
        world.store.away = False
        assert await worker.drain(seconds=20)
    assert len(world.store.track_rows) == 6 and world.waiting() == []
    assert world.board.kinds() == ["failed"], "said once, however often it was tried"


async def test_a_call_that_the_database_refuses_does_not_hold_up_the_others(world: World, pool: HeavyPool) -> None:
    bad, good = another(1, world.spool), another(2, world.spool)

    class Choosy(MemoryStore):
        async def save(self, filed: list[FiledCall]) -> None:  # type: ignore[override]
            if any(one.call == bad.call for one in filed):
                raise Refused("no such call")
            await super().save(filed)

    world.store = Choosy()
    worker = world.hire(pool)
    await worker.file([bad, good])
    assert {row.call for row in world.store.track_rows.values()} == {good.call}
    assert all(title.startswith(bad.call) for title in world.waiting()) and len(world.waiting()) == 2
    assert (worker.state.filed, worker.state.failed) == (1, 1)


async def test_a_full_queue_is_told_and_the_sweep_finds_the_rest(world: World, pool: HeavyPool) -> None:
    calls = [another(number, world.spool) for number in range(3)]
    for path in world.spool.iterdir():
        put(world.spool, path.name, path.read_bytes(), age=61)
    world.book = Book(*calls)
    worker = world.hire(pool, replace(QUICK, waiting=2))
    assert [worker.submit(call) for call in calls] == [True, True, False]
    assert worker.submit(calls[0]), "a call that waits already needs no room"
    assert world.board.kinds() == ["overflow"] and worker.state.overflowed == 1
    async with running(worker):
        assert await worker.drain(seconds=20)
        await worker.sweep()
        assert await worker.drain(seconds=20)
    assert len({row.call for row in world.store.track_rows.values()}) == 3 and world.waiting() == []


async def test_a_worker_that_dies_is_replaced_and_the_call_that_kills_it_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spawned for real: the process is gone in the middle of a portion."""
    calls = [another(number, world.spool) for number in range(3)]
    (world.spool.parent / "poison").write_text(calls[1].call)
    monkeypatch.setattr(jobs, "file_calls", poisoned)
    pool = HeavyPool(seconds=60)
    worker = world.hire(pool)
    for call in calls:
        worker.submit(call)
    async with running(worker):
        assert await worker.drain(seconds=100)
    await pool.close()
    assert {row.call for row in world.store.track_rows.values()} == {calls[0].call, calls[2].call}
    assert all(title.startswith(calls[1].call) for title in world.waiting()) and len(world.waiting()) == 2
    told = {notice.subject for notice in world.board.notices}
    assert calls[1].call in told and told <= {calls[1].call, "spool"}, "the sweep may have been in the same process"


REAL_FILE_CALLS = jobs.file_calls


def poisoned(spool: Path, root: Path, calls: list[CallFacts], **_: object) -> tuple[jobs.Outcome, ...]:
    """Ends its process when the wrong call is among them."""
    import os

    poison = (spool.parent / "poison").read_text()
    if any(call.call == poison for call in calls):
        os._exit(3)
    return REAL_FILE_CALLS(spool, root, calls)


async def test_a_worker_that_hangs_is_given_up(world: World) -> None:
    pool = HeavyPool(seconds=0.5)
    with pytest.raises(Unavailable) as caught:
        await pool.run(time.sleep, 3600)
    assert caught.value.error_id == "recordings-worker"
    slow = HeavyPool(seconds=60)
    assert await slow.run(abs, -1) == 1
    await asyncio.gather(pool.close(), slow.close())


async def test_the_worker_does_not_outlive_a_killed_service() -> None:
    script = """
import asyncio, os, time
from hotline1022.recordings.pool import HeavyPool

async def main():
    pool = HeavyPool()
    print(await pool.run(os.getpid), flush=True)
    await pool.run(time.sleep, 600)

if __name__ == "__main__":
    asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        worker = Path("/proc", (await process.stdout.readline()).decode().strip())
    assert alive(worker)
    process.kill()
    await process.wait()
    await until(lambda: not alive(worker))


def alive(process: Path) -> bool:
    """Whether a process is there and not only waiting to be buried."""
    return process.is_dir() and "State:\tZ" not in (process / "status").read_text()


async def test_the_loop_stays_free_while_the_worker_works(world: World, pool: HeavyPool) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    await pool.run(time.sleep, 0.3)
    ticking.cancel()
    assert ticks > 15


# ---------------------------------------------------------------- sweep


async def test_the_sweep_files_what_a_dead_service_left(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool, agent_age=100)
    for path in world.spool.iterdir():
        put(world.spool, path.name, path.read_bytes(), age=100)
    world.book = Book(call)
    worker = world.hire(pool)
    async with running(worker):  # the first sweep comes by itself
        await until(lambda: worker.state.filed == 1)
    assert world.waiting() == [] and len(world.store.track_rows) == 6


async def test_the_sweep_takes_names_off_that_were_filed_before_a_kill(world: World, pool: HeavyPool) -> None:
    call = two_agents(world.spool, agent_age=100)
    (filed,) = jobs.file_calls(world.spool, world.root, [call])
    assert isinstance(filed, jobs.Filed)
    await world.store.save([filed.filed])  # killed here
    before = dict(world.store.track_rows)
    world.book = Book(call)
    worker = world.hire(pool)
    async with running(worker):
        await until(lambda: world.waiting() == [])
    assert world.store.track_rows == before


@pytest.mark.parametrize("live", [CALL, AGENT])
async def test_the_sweep_leaves_alone_who_is_on_the_phone(world: World, pool: HeavyPool, live: str) -> None:
    title = name(AGENT, LegKind.AGENT, Side.SAID)
    put(world.spool, title, crashed(tone(700, 500)), age=1000)
    world.book = Book(facts(leg(AGENT, LegKind.AGENT, 0, None), ended=None))
    world.phones.live = {live}
    swept = await world.hire(pool).sweep()
    assert (swept.live, swept.ended, world.waiting()) == ((CALL,), (), [title])


async def test_the_sweep_does_nothing_while_it_cannot_know_who_is_on_the_phone(world: World, pool: HeavyPool) -> None:
    two_agents(world.spool, agent_age=1000)
    world.phones.fault = Unavailable("Asterisk does not answer")
    worker = world.hire(pool)
    assert (await worker.sweep()).ended == (await worker.sweep()).ended == ()
    assert len(world.waiting()) == 6 and world.board.kinds() == ["failed"]


async def test_young_files_are_not_the_sweeps_business(world: World, pool: HeavyPool) -> None:
    put(world.spool, "someone-is-copying.wav", b"half", age=50)
    put(world.spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(b""), age=50)
    swept = await world.hire(pool).sweep()
    assert (swept.ended, swept.unknown, swept.aside) == ((), (), ()) and len(world.waiting()) == 2


async def test_foreign_files_are_put_aside_told_and_never_deleted(world: World, pool: HeavyPool) -> None:
    put(world.spool, "strange name.wav", b"content", age=100)
    (world.spool / "folder").mkdir()
    put(world.spool, "folder/x", b"inside", age=100)
    worker = world.hire(pool, replace(QUICK, age=0.0))
    swept = await worker.sweep()
    assert sorted(swept.aside) == ["quarantine/folder", "quarantine/strange name.wav"]
    assert (world.spool / "quarantine/strange name.wav").read_bytes() == b"content"
    assert (world.spool / "quarantine/folder/x").read_bytes() == b"inside"
    assert world.board.kinds() == ["quarantined", "quarantined"] and worker.state.quarantined == 2
    assert (await worker.sweep()).aside == ()
    figures = world.hire(pool).state.as_numbers()
    assert (figures["quarantined"], figures["quarantine_files"], figures["quarantine_bytes"]) == (0, 0, 0)
    await world.worker.sweep()
    figures = world.worker.state.as_numbers()  # after a new start too: it is still there
    assert (figures["quarantined"], figures["quarantine_files"], figures["quarantine_bytes"]) == (0, 2, 13)


async def test_a_call_that_the_log_does_not_know_waits_and_is_told_once(world: World, pool: HeavyPool) -> None:
    call = another(5, world.spool)
    for path in world.spool.iterdir():
        put(world.spool, path.name, path.read_bytes(), age=100)
    worker = world.hire(pool)
    for _ in range(3):
        assert (await worker.sweep()).unknown == (call.call,)
    assert world.board.kinds() == ["call-unknown"] and len(world.waiting()) == 2
    world.book = Book(call)
    world.hire(pool)
    assert [one.call for one in (await world.worker.sweep()).ended] == [call.call]


async def test_a_low_disk_is_told_again_when_it_comes_back(
    world: World, pool: HeavyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hotline1022.recordings import sweep as subject
    from hotline1022.recordings.files import Space

    world.root.mkdir()
    worker = world.hire(pool)
    for low in (True, True, False, True):
        monkeypatch.setattr(subject, "space", lambda _, low=low: Space(free=1, total=10, low=low))
        await worker.sweep()
    assert world.board.kinds() == ["disk-low"] * 4  # spool and recordings, twice each


async def test_a_spool_that_is_not_there_is_told(world: World, pool: HeavyPool) -> None:
    world.spool.rmdir()
    assert (await world.hire(pool).sweep()).ended == ()
    assert world.board.kinds() == ["failed"]


# ---------------------------------------------------------------- listening copies


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
