"""A call's originals at each play: damage is found at once, also by one who turns clocks back; what is whole is not read twice."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Fault
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import verify
from hotline1022.recordings.reader import sha256_of
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.made import answered, at, of_calls
from tests.lab.chain import entries
from tests.lab.evidence_world import World, build, everything_now, thread_pool
from tests.unit.recordings_world import CALL


class Clock:
    """Stands still."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def check(world: World, clock: Clock) -> OriginalCheck:
    """One that has just found the call whole."""
    made = OriginalCheck(world.database, world.examiner(), world.bells, now=clock)
    assert await made.check_now(CALL) == ()
    return made


def in_place(path: Path) -> None:
    """A flipped bit, and the times of before."""
    about = path.stat()
    with path.open("r+b") as file:
        file.seek(100)
        byte = file.read(1)[0]
        file.seek(100)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def another(path: Path) -> None:
    """Another file of the same size and time under its name."""
    about, other = path.stat(), path.with_name("other")
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    other.write_bytes(data)
    os.utime(other, ns=(about.st_atime_ns, about.st_mtime_ns))
    other.rename(path)


def shorter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (in_place, Fault.FILE_CHANGED),
        (another, Fault.FILE_CHANGED),
        (shorter, Fault.FILE_CHANGED),
        (Path.unlink, Fault.FILE_MISSING),
    ],
)
async def test_damage_is_found_at_the_very_next_play(
    world: World, check: OriginalCheck, harm: Callable[[Path], None], fault: Fault
) -> None:
    victim = world.filed.tracks[2].path
    harm(world.root / victim)
    before = len(await entries(world.database))
    for _ in range(2):
        (found,) = await check.check_now(CALL)
        assert (found.fault, found.name) == (fault, victim)
    (entry,) = (await entries(world.database))[before:]
    assert entry.kind == "recording-damaged" and entry.subject == f"call:{CALL}"
    assert {kind for kind, _, _ in world.bells.rung} == {"recording-damaged"}


async def test_a_row_that_was_changed_is_found_at_the_very_next_play(world: World, check: OriginalCheck) -> None:
    one = world.filed.tracks[0]
    await world.attack(f"UPDATE track SET duration_ms = duration_ms + 1 WHERE id = '{one.id}'")
    assert [found.fault for found in await check.check_now(CALL)] == [Fault.ROW_CHANGED]


async def test_what_is_whole_is_read_once_a_minute(
    world: World, check: OriginalCheck, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0

    def counted(file: Any) -> str:
        nonlocal read
        read += 1
        return sha256_of(file)

    monkeypatch.setattr(verify, "sha256_of", counted)
    for _ in range(3):
        assert await check.check_now(CALL) == ()
    assert read == 0, "a player asks for one file in many ranges"
    clock.now += 61
    assert await check.check_now(CALL) == () and read == 7
    (world.root / world.filed.tracks[0].path).touch()
    assert await check.check_now(CALL) == () and read == 14, "looked at again, and found whole"


async def told(world: World) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in await entries(world.database) if one.kind.startswith("recording-")][1:]


async def test_the_same_damage_again_after_it_was_mended_has_an_entry_again(world: World, check: OriginalCheck) -> None:
    victim = world.root / world.filed.tracks[2].path
    damaged, mended = ("recording-damaged", f"call:{CALL}"), ("recording-verified", f"call:{CALL}")
    for _ in range(2):
        in_place(victim)
        for _ in range(2):
            assert await check.check_now(CALL)
        in_place(victim)
        for _ in range(2):
            assert await check.check_now(CALL) == ()
    assert await told(world) == [damaged, mended] * 2


async def test_a_row_that_was_put_back_and_changed_again_has_an_entry_again(world: World, check: OriginalCheck) -> None:
    for more in (1, -1, 1):
        await world.attack(f"UPDATE track SET duration_ms = duration_ms + {more}")
        assert bool(await check.check_now(CALL)) is (more == 1)
    assert [kind for kind, _ in await told(world)] == ["recording-damaged", "recording-verified", "recording-damaged"]


async def test_a_check_of_the_files_that_found_it_whole_ends_the_damage_too(world: World) -> None:
    book = SqlRecordingStore(world.database)
    await world.database.save(of_calls(answered(CALL, 0, answered_at=at(0), version=9)))
    await book.save([world.filed])
    check = OriginalCheck(world.database, world.examiner(book), world.bells)
    assert await check.check_now(CALL) == ()
    victim = world.root / world.filed.tracks[2].path
    for _ in range(2):
        in_place(victim)
        assert await check.check_now(CALL)
        in_place(victim)
        assert (await verify.verify_calls(book, world.root, [CALL], pool=thread_pool())).ok
    damaged = [subject for kind, subject in await told(world) if kind == "recording-damaged"]
    assert damaged.count(f"call:{CALL}") == 2
