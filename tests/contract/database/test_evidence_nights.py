"""What is filed comes into the chain once; the night finds what is wrong and tells it, and the catalogue follows."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hotline1022.audit.types import Fault
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.types import State
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.made import a_fact, answered, at, of_calls
from tests.contract.database.tampering import names, world
from tests.contract.database.test_recordings import a_track, filed
from tests.lab.chain import entries
from tests.lab.evidence_world import World
from tests.lab.flipped import flip
from tests.unit.recordings_world import CALL

__all__ = ["world"]


async def test_filing_again_adds_no_entry_and_a_changed_row_one(world: World) -> None:
    store, before = SqlRecordingStore(world.database), len(await entries(world.database))
    await store.save([world.filed])
    await store.save([world.filed])
    assert len(await entries(world.database)) == before
    late = replace(world.filed, tracks=(replace(world.filed.tracks[0], gap_ms=20), *world.filed.tracks[1:]))
    await store.save([late])
    (new,) = (await entries(world.database))[before:]
    assert (new.kind, new.subject) == ("recording-stored", f"call:{CALL}")
    assert await world.findings() == []


async def test_a_filing_does_not_vouch_for_a_history_that_was_changed(world: World) -> None:
    await world.attack(f"UPDATE call_event SET kind = 'Hangup' WHERE call_id = '{CALL}' AND seq = 2")
    late = replace(world.filed, tracks=(replace(world.filed.tracks[0], gap_ms=20), *world.filed.tracks[1:]))
    await SqlRecordingStore(world.database).save([late])
    assert {one.fault for one in await world.findings()} == {Fault.FACTS}


async def test_the_night_finds_what_is_wrong_tells_it_and_takes_in_what_grew(world: World) -> None:
    night = Nightly(world.database, world.examiner(), world.bells, calls=50)
    assert (await night.look()).ok and world.bells.rung == []
    await world.database.save(Batch(events=(a_fact(CALL, seq=9, second=9),)))
    await SqlRecordingStore(world.database).save([world.filed])
    again = await night.look()
    assert again.ok and again.entries < 5, "the night goes on where the last one ended"
    flip(world.root / names(world)[0])
    await world.attack("UPDATE audit_entry SET actor = 'token:other' WHERE seq = (SELECT max(seq) FROM audit_entry)")
    third = await night.look()
    assert {one.fault for one in third.findings} >= {Fault.FILE_CHANGED}
    assert {kind for kind, _, _ in world.bells.rung} == {"evidence-damaged"}
    assert any(names(world)[0] in detail for _, detail, _ in world.bells.rung)
    last = (await entries(world.database))[-1]
    assert last.kind == "chain-checked" and last.detail["wrong"] == len(third.findings)


async def test_the_first_night_is_the_one_after_the_first_day(world: World) -> None:
    clock = [(await entries(world.database))[0].at]
    night = Nightly(world.database, world.examiner(), world.bells, calls=50, clock=lambda: clock[0])
    assert not await night.due(), "a first look by day would cost the callers, and there is nothing old to look at"
    clock[0] += timedelta(days=1)
    assert await night.due()
    await night.look()
    assert not await night.due()
    clock[0] += timedelta(days=1)
    assert await night.due()


async def test_the_catalogue_follows_what_the_night_and_a_player_find(world: World) -> None:
    await world.database.save(of_calls(answered(CALL, 0, answered_at=at(0), version=9)))
    await SqlRecordingStore(world.database).save([world.filed])

    async def state() -> State:
        async with world.database.reading() as tx:
            return (await tx.catalogue.get(CALL)).state

    book = SqlRecordingStore(world.database)
    night = Nightly(world.database, world.examiner(book), world.bells, calls=50)
    assert await state() is State.STORED
    assert (await night.look()).ok
    assert await state() is State.VERIFIED
    flip(world.root / names(world)[0])
    assert await OriginalCheck(world.database, world.examiner(book), world.bells).check_now(CALL)
    assert await state() is State.DAMAGED
    flip(world.root / names(world)[0])
    assert (await night.look()).ok
    assert await state() is State.VERIFIED


async def test_recordings_from_before_the_chain_are_taken_in_once(address: str, tmp_path: Path) -> None:
    await migrate(address)
    async with Database(address) as database:
        async with database.transaction() as tx:
            await tx.recordings.save(filed(a_track("old-r", path="2026/03/02/hl1-1.1/old-r.wav")), at(60))
        examiner = Examiner(database, tmp_path, Trust(folder=tmp_path / "none"))
        evidence = Evidence()
        await examiner.rows_of_everything(evidence)
        assert evidence.ok and not evidence.begun, "no entries yet is no fault"
        assert await begin(database) == 1
        assert await begin(database) == 0
        stored, begun = await entries(database)
        assert stored.detail["adopted"] and (begun.kind, begun.detail) == ("chain-begun", {"calls": 1})
        async with database.transaction() as tx:
            await tx.recordings.save(filed(a_track("new-r", path="2026/03/02/hl1-1.1/new-r.wav")), at(61))
        evidence = Evidence()
        await examiner.rows_of_everything(evidence)
        assert [(one.fault, one.name) for one in evidence.findings] == [(Fault.ROW_ADDED, "new-r")]
