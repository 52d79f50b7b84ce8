"""What a kill left half made in the recordings folder: named by the verification, taken away by the service, and nothing else is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fault
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import leftovers as files
from hotline1022.recordings.below import files_of, layout_of
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.reseal import prepare
from hotline1022.recordings.types import CopyRow, StoredFile
from hotline1022.service.lock import LEAVING, RESEALING, may_leave, nothing_leaves
from hotline1022.service.recordings import leftovers as module
from hotline1022.service.recordings.leftovers import Leftovers, leftovers_of
from hotline1022.service.recordings.resealing import reseal
from hotline1022.service.settings.tree import Paths
from tests.contract.database.made import at
from tests.contract.database.tampering import names
from tests.contract.database.test_verify_meanwhile import its_time_is_over
from tests.lab.evidence_world import World, build, everything_now, thread_pool
from tests.unit.recordings_world import CALL, two_agents


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    ring = Keys(folder=tmp_path / "ring", seal=True)
    make_key(tmp_path / "ring", at(0))
    async with Database(address) as database:
        yield await build(address, database, tmp_path, ring=ring)


async def copied(world: World) -> CopyRow:
    """A listening copy whose row is not written yet."""
    spool, scratch = world.root.parent / "spool", world.root.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    rows = list(world.filed.tracks)
    made = await asyncio.to_thread(make_copy, spool, world.root, two_agents(scratch), rows, None, keys=world.ring)
    return made.row


async def half_sealed(world: World) -> list[Path]:
    """What a kill between the two steps of sealing anew leaves, and one in the middle of a file."""
    make_key(world.ring.folder or Path(), at(1))
    stored = [StoredFile(path=one.path, sha256=one.sha256) for one in world.originals]
    made = await asyncio.to_thread(prepare, world.root, stored, world.ring)
    assert len(made.done) == 7
    found = sorted(world.root.rglob(".*.reseal"))
    found[0].rename(found[0].with_name(f".{found[0].name}.part"))
    return sorted([found[0].with_name(f".{found[0].name}.part"), *found[1:]])


def parts(world: World, old_seconds: float = 0.0) -> Leftovers:
    """As the service makes it, but that everything is old at once."""
    one = leftovers_of(Paths(data=world.root.parent), world.database, thread_pool(), asyncio.Lock())
    one._old_seconds = old_seconds
    return one


def below(world: World) -> set[str]:
    return {path.relative_to(world.root).as_posix() for path in world.root.rglob("*") if not path.is_dir()}


async def test_a_copy_whose_row_was_never_written_is_named_and_taken_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = below(world)
    made = await copied(world)
    part = (world.root / made.path).with_name(f".{Path(made.path).name}.part")
    part.write_bytes(b"half of one")
    assert {one.name for one in await world.findings()} == {made.path, part.relative_to(world.root).as_posix()}
    taken = await parts(world).look()
    assert sorted(taken.gone) == sorted(below_of(world, [world.root / made.path, part])) and not taken.again
    assert below(world) == before and await world.findings() == []
    assert all(path in caplog.text for path in taken.gone)
    again = await copied(world)
    assert again == made, "it is made again bit for bit"
    await SqlRecordingStore(world.database).save_copies([again])
    assert (await parts(world).look()).gone == [] and await world.findings() == [], "a row promises it now"


def below_of(world: World, paths: list[Path]) -> list[str]:
    return [path.relative_to(world.root).as_posix() for path in paths]


async def test_files_that_were_being_sealed_anew_are_taken_away(world: World) -> None:
    before = below(world)
    found = await half_sealed(world)
    assert {one.name for one in await world.findings()} == set(below_of(world, found))
    assert sorted((await parts(world).look()).gone) == sorted(below_of(world, found))
    assert below(world) == before and await world.findings() == []


async def test_what_is_young_stays_and_is_looked_at_again(world: World) -> None:
    made = await copied(world)
    taken = await parts(world, old_seconds=600.0).look()
    assert (taken.gone, taken.again) == ([], True) and (world.root / made.path).is_file()


async def test_what_a_clock_that_had_jumped_ahead_wrote_is_old_at_once(world: World) -> None:
    """Its files would be young for years: never looked at, and looked for every ten minutes."""
    made = await copied(world)
    stray = world.root / "stray.wav"
    stray.write_bytes(b"RIFF")
    now = (world.root / made.path).lstat().st_ctime
    day = made.path[:10]
    for back, known in ((4 * 365 * 86400.0, True), (600.0, True), (200.0, False), (-500.0, False), (-700.0, True)):
        given = {"older_than": 600.0, "now": now - back}
        seen = files.look(world.root, day, **given)
        assert ([one.path for one in seen.old], seen.young) == (([made.path], 0) if known else ([], 1)), back
        assert (made.path in files_of(world.root, day, **given).paths) is known, back
        assert layout_of(world.root, **given).paths == (("stray.wav",) if known else ()), back


@pytest.mark.parametrize("lock", [LEAVING, RESEALING])
async def test_nothing_goes_while_a_backup_is_made_or_files_are_sealed_anew(world: World, lock: str) -> None:
    made = await copied(world)
    one = parts(world)
    async with nothing_leaves(world.root.parent / lock):
        taken = await one.look()
        assert (taken.gone, taken.again) == ([], True) and (world.root / made.path).is_file()
    assert (await one.look()).gone == [made.path]


async def test_while_files_are_sealed_anew_their_new_files_stay(world: World, tmp_path: Path) -> None:
    make_key(tmp_path / "ring", at(1))
    lock, pool, one = world.root.parent / LEAVING, thread_pool(), parts(world)
    one._leave = lambda: nullcontext(True)
    given: dict[str, Any] = {"actor": "cli:tester", "pool": pool, "progress": lambda _: None, "leaving": lock}
    with may_leave(lock) as may:  # they lie ready, and may not have their names yet
        assert may
        task = asyncio.create_task(reseal(world.database, world.root, world.ring, **given))
        async with asyncio.timeout(20):
            while len(list(world.root.rglob(".*.reseal"))) < 7:  # noqa: ASYNC110 -- files have no event
                await asyncio.sleep(0.02)
        taken = await one.look()
        assert (taken.gone, taken.again) == ([], True)
    done = await task
    await pool.close()
    assert (done.done, done.failed) == (7, []) and await world.findings() == []


async def test_what_may_be_all_that_is_left_and_what_is_not_ours_stays(world: World) -> None:
    made = await copied(world)
    found = await half_sealed(world)
    folder = (world.root / made.path).parent
    (folder / f"{CALL}~listen-left-over.wav").write_bytes(b"RIFF")
    (folder / ".other.wav.reseal").write_bytes(b"RIFF")
    (folder / f"{CALL}~listen-0123456789ab.wav").symlink_to(world.root / made.path)
    strange = folder.with_name("hl1-1795470208.99")
    strange.mkdir()
    (strange / "hl1-1795470208.99~listen-0123456789ab.wav").write_bytes(b"RIFF")
    first = world.root / names(world)[0]
    first.rename(world.root.parent / "stolen")
    before = below(world)
    taken = await parts(world).look()
    spared = [path for path in found if first.name in path.name]
    assert set(taken.gone) == set(below_of(world, found)) - set(below_of(world, spared)) and len(spared) == 1
    assert below(world) == before - set(taken.gone), "the copy stays: an original is not there to make it from"
    (world.root.parent / "stolen").rename(first)
    assert set((await parts(world).look()).gone) == {made.path, *below_of(world, spared)}


async def test_a_copy_of_a_recording_whose_time_is_over_goes_too(world: World) -> None:
    """Made by a command while its originals were just going: it got no row, and nothing of the call may be kept."""
    made = await copied(world)
    await its_time_is_over(world)
    assert [one.name for one in await world.findings() if one.fault is Fault.FILE_EXTRA] == [made.path]
    assert (await parts(world).look()).gone == [made.path] and below(world) == set()


async def copy_half_sealed(world: World, *, part: bool) -> Path:
    """A kill while a copy with a row was being sealed anew: the new file waits for its name, or is half written."""
    made = await copied(world)
    await SqlRecordingStore(world.database).save_copies([made])
    make_key(world.ring.folder or Path(), at(1))
    stored = [StoredFile(path=made.path, sha256=made.sha256)]
    assert len((await asyncio.to_thread(prepare, world.root, stored, world.ring)).done) == 1
    (new,) = world.root.rglob(".*.reseal")
    return new.rename(new.with_name(f".{new.name}.part")) if part else new


@pytest.mark.parametrize("part", [False, True], ids=["whole", "half"])
async def test_a_copy_that_was_being_sealed_anew_is_taken_away(world: World, part: bool) -> None:
    new = await copy_half_sealed(world, part=part)
    before = below(world)
    assert [one.name for one in await world.findings()] == below_of(world, [new])
    assert (await parts(world).look()).gone == below_of(world, [new])
    assert below(world) == before - set(below_of(world, [new])) and await world.findings() == []


async def test_a_copy_that_was_being_sealed_anew_stays_where_its_originals_are_not_there(world: World) -> None:
    new = await copy_half_sealed(world, part=False)
    (world.root / names(world)[0]).unlink()
    assert (await parts(world).look()).gone == [] and new.is_file()


async def test_new_files_of_what_has_expired_meanwhile_go_too(world: World) -> None:
    found = await half_sealed(world)
    await its_time_is_over(world)
    assert sorted((await parts(world).look()).gone) == sorted(below_of(world, found)) and below(world) == set()


async def test_the_new_file_of_a_message_that_has_expired_goes_though_nothing_else_was_recorded(world: World) -> None:
    found = await half_sealed(world)
    await its_time_is_over(world)
    await world.attack("DELETE FROM track")
    assert sorted((await parts(world).look()).gone) == sorted(below_of(world, found))


async def test_one_that_was_written_anew_since_it_was_seen_stays(world: World) -> None:
    made = await copied(world)
    (seen,) = files.look(world.root, made.path[:10], older_than=0.0).old
    (world.root / made.path).unlink()
    await copied(world)
    promised = {str(CALL): names(world)}
    assert files.take_away(world.root, [seen], promised) == () and (world.root / made.path).is_file()
    (seen,) = files.look(world.root, made.path[:10], older_than=0.0).old
    assert files.take_away(world.root, [seen], {str(CALL): [*names(world), made.path]}) == (), "a row promises it"
    assert files.take_away(world.root, [seen], promised) == (made.path,)


async def test_the_service_looks_at_its_start_and_again_after_a_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await copied(world)
    one = parts(world)
    monkeypatch.setattr(module, "AGAIN", 0.01)
    failures = [OSError("the disk is away")]
    whole = one.look
    done = asyncio.Event()

    async def look() -> module.Taken:
        if failures:
            raise failures.pop()
        taken = await whole()
        done.set()
        return taken

    monkeypatch.setattr(one, "look", look)
    task = asyncio.create_task(one.run())
    await asyncio.wait_for(done.wait(), 10)
    task.cancel()
    await asyncio.wait([task], timeout=10)
    assert not (world.root / made.path).exists()
