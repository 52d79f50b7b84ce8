"""The worker's sweep: what a dead service left, whose files they are, what is foreign, a low disk."""

from dataclasses import replace

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.types import Side
from tests.lab.waiting import until
from tests.unit.pipeline_world import QUICK, World, another, crashed, pool, running, world
from tests.unit.recordings_world import (
    AGENT,
    CALL,
    Book,
    facts,
    file,
    leg,
    name,
    put,
    tone,
    two_agents,
)

__all__ = ["pool", "world"]


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
