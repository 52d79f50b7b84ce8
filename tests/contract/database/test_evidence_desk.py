"""The evidence by the API's port on a real database: a verification in the background, its result in the chain, one at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fault, Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.types import State
from hotline1022.service.evidence.desk import EvidenceDesk
from hotline1022.service.evidence.stamp_key import ensure_key, read_key
from hotline1022.service.evidence.walk import Evidence
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.web.evidence_wire import VerificationView
from hotline1022.web.types import WorkState
from tests.contract.database.made import answered, at
from tests.lab.evidence_world import World, build, everything_now
from tests.unit.recordings_world import CALL


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: Keys) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        made = await build(address, database, tmp_path, ring=ring)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        yield made


Progress = Callable[[int, int], None]


def desk(world: World, look: Callable[..., Awaitable[Evidence]] | None = None, **more: Any) -> EvidenceDesk:
    """In this process; the service's own has one of its own, see test_evidence_child.py."""

    async def here(since: date | None, progress: Progress) -> Evidence:
        progress(1, 99)
        return await world.examiner().everything(since)

    given: dict[str, Any] = {
        "look": look or here,
        "originals": OriginalCheck(world.database, world.examiner(SqlRecordingStore(world.database)), world.bells),
        "stamper": world.stamper(),
        "key": lambda: read_key(world.keys),
    }
    return EvidenceDesk(world.database, world.bells, **given | more)


@contextlib.asynccontextmanager
async def at_work(one: EvidenceDesk) -> AsyncIterator[None]:
    task = asyncio.create_task(one.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=10)


async def ended(one: EvidenceDesk) -> VerificationView:
    async with asyncio.timeout(20):
        while True:
            found = (await one.now()).verification
            assert found is not None
            if found.state is not WorkState.RUNNING:
                return found
            await asyncio.sleep(0.02)


async def verified(world: World, one: EvidenceDesk) -> VerificationView:
    auditor = Acting(actor="token:auditor", origin="10.0.0.9", act="POST /api/evidence/verification")
    with acts(auditor):
        begun = await one.verify(None)
    assert (begun.state, begun.asked_by) == (WorkState.RUNNING, "token:auditor")
    return await ended(one)


async def test_a_verification_says_that_all_is_as_it_was_and_the_chain_keeps_it(world: World) -> None:
    one = desk(world)
    async with at_work(one):
        found = await verified(world, one)
    assert (found.state, found.wrong, found.findings, found.error) == (WorkState.DONE, 0, (), "")
    assert (found.stamps, found.calls, found.files) == (2, 1, 7) and found.entries >= 9
    assert found.done == found.work == found.entries + found.calls + found.files
    async with world.database.reading() as tx:
        entry = await tx.audit.last(Kind.EVIDENCE_VERIFIED)
    assert entry is not None and (entry.actor, entry.detail["wrong"]) == ("token:auditor", 0)
    again = (await desk(world).now()).verification
    assert again is not None and again.ended_at == entry.at, "after a restart the entry tells"
    assert (again.asked_by, again.files, again.state) == ("token:auditor", 7, WorkState.DONE)
    assert world.bells.rung == [] and await world.findings() == []


async def test_what_is_wrong_is_named_rings_and_stands_in_the_chain(world: World) -> None:
    file = world.root / world.filed.tracks[0].path
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    await world.attack("UPDATE audit_entry SET actor = 'token:other' WHERE seq = 3")
    one = desk(world)
    async with at_work(one):
        found = await verified(world, one)
    assert {(item.fault, item.name or item.seq) for item in found.findings} == {
        (Fault.CHANGED, 3),
        (Fault.FILE_CHANGED, world.filed.tracks[0].path),
    }
    ((kind, text, _),) = world.bells.rung
    assert kind == "evidence-damaged" and text.startswith("2 findings: ")
    again = (await desk(world).now()).verification
    assert (
        again is not None
        and again.wrong == 2
        and {item.fault for item in again.findings}
        == {
            Fault.CHANGED,
            Fault.FILE_CHANGED,
        }
    )


async def test_one_at_a_time_and_it_can_be_stopped_and_begun_anew(world: World) -> None:
    walking = asyncio.Event()

    async def slow(since: date | None, progress: Progress) -> Evidence:
        progress(4, 9)
        walking.set()
        await asyncio.Event().wait()
        raise AssertionError

    one = desk(world, slow)
    with pytest.raises(Refused) as none:
        await one.stop()
    async with at_work(one):
        for _ in range(2):
            await one.verify(None)
            with pytest.raises(Refused) as second:
                await one.verify(None)
            await walking.wait()
            walking.clear()
            found = (await one.now()).verification
            assert found is not None and (found.done, found.work) == (4, 9)
            assert (await one.stop()).state is WorkState.STOPPED
            assert (await ended(one)).ended_at is not None
        await one.verify(None)
    last = (await one.now()).verification
    assert last is not None and last.state is WorkState.STOPPED, "the service ended"
    assert (none.value.error_id, second.value.error_id) == ("verification-none", "verification-running")
    async with world.database.reading() as tx:
        assert await tx.audit.last(Kind.EVIDENCE_VERIFIED) is None


async def test_one_that_ends_after_it_was_stopped_does_not_end_the_next_one(world: World) -> None:
    """The older one does not heed that it is not wanted, and they were asked for in the same moment of the clock."""
    walking, go_on = asyncio.Event(), asyncio.Event()
    told: list[Progress] = []

    async def deaf(since: date | None, progress: Progress) -> Evidence:
        told.append(progress)
        walking.set()
        while not go_on.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await go_on.wait()
        return Evidence(files=len(told))

    one = desk(world, deaf, clock=lambda: at(5))
    async with at_work(one):
        await one.verify(None)
        await walking.wait()
        assert (await one.stop()).state is WorkState.STOPPED
        walking.clear()
        second = await one.verify(None)
        old = one._work._task
        told[0](8, 9)
        assert (await one.now()).verification == second, "an older one tells nothing of the newer one"
        go_on.set()
        assert old is not None
        await asyncio.wait([old], timeout=10)
        assert (await ended(one)).state is WorkState.DONE
    found = (await one.now()).verification
    assert len(told) == 2 and found is not None and (found.files, found.error) == (2, "")
    async with world.database.reading() as tx:
        left = [entry async for entry in tx.audit.of_kind(Kind.EVIDENCE_VERIFIED)]
    assert [entry.detail["files"] for entry in left] == [2], "what was stopped leaves no result"


@pytest.mark.parametrize(
    ("error", "said"),
    [(Unavailable("the database is away"), "the database is away"), (ValueError("a strange row"), "ValueError; ")],
)
async def test_what_is_away_is_said_and_the_next_one_works(world: World, error: Exception, said: str) -> None:
    broken = [True]

    async def look(since: date | None, progress: Progress) -> Evidence:
        if broken:
            broken.clear()
            raise error
        return await world.examiner().everything(since)

    one = desk(world, look)
    async with at_work(one):
        found = await verified(world, one)
        assert found.state is WorkState.FAILED and found.error.startswith(said)
        assert (await verified(world, one)).state is WorkState.DONE


@pytest.mark.parametrize(
    ("problem", "said"),
    [(Unavailable("the database is away"), "the database is away"), (ValueError("x"), "ValueError")],
)
async def test_what_was_found_is_told_also_when_the_audit_cannot_take_it(
    world: World, monkeypatch: pytest.MonkeyPatch, problem: Exception, said: str
) -> None:
    (world.root / world.filed.tracks[0].path).unlink()

    async def away(self: object, asked: object, found: object) -> None:
        raise problem

    monkeypatch.setattr(EvidenceDesk, "_tell", away)
    one = desk(world)
    async with at_work(one):
        found = await verified(world, one)
    assert (found.state, found.wrong, found.error) == (
        WorkState.DONE, 1, f"the result is not in the audit: {said}",
    )  # fmt: skip


async def test_entries_key_stamp_and_one_recording(world: World, tmp_path: Path) -> None:
    one = desk(world)
    told = (await one.entries(f"call:{CALL}", 1)).entries
    assert [entry.kind for entry in told] == [Kind.RECORDING_STORED]
    made = await one.stamp()
    now = await one.now()
    assert now.stamp == made and now.seq == made.seq + 1, "the stamp has an entry of its own"
    assert (await one.key()).sha256 == made.key
    with pytest.raises(NotFound) as none:
        await desk(world, key=lambda: read_key(tmp_path / "nowhere")).key()
    assert none.value.error_id == "stamp-key-none"
    async with world.database.reading() as tx:
        row = await tx.catalogue.get(CALL)
    sound = await one.check(row.id)
    assert (sound.call, sound.wrong) == (CALL, 0)
    (world.root / world.filed.tracks[0].path).unlink()
    bad = await one.check(row.id)
    assert [item.fault for item in bad.findings] == [Fault.FILE_MISSING]
    async with world.database.reading() as tx:
        assert (await tx.catalogue.get(CALL)).state is State.DAMAGED
    assert ensure_key(world.keys) is not None
