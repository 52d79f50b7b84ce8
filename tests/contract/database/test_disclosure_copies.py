"""The copy in a package is what the originals make, whatever lay in its place; and a kill between a package and its row."""

import asyncio
import os
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, State
from hotline1022.recordings.types import CopyRow
from hotline1022.service.disclosure.desk import LEFT_OVER
from tests.contract.database.disclosure_house import house
from tests.lab.disclosure_world import ALLOWS, ASKS, NOW, House, a_desk, check
from tests.lab.evidence_world import thread_pool
from tests.lab.flipped import flip
from tests.lab.forked import forked
from tests.unit.recordings_world import CALL, file, tone

__all__ = ["house"]


def copy_in(house: House, one: Disclosure) -> bytes:
    """The stereo copy that went out. Blocks."""
    with zipfile.ZipFile(house.desk.path(one)) as archive:
        (name,) = [name for name in archive.namelist() if name.startswith(f"{CALL}/ban-sao/")]
        return archive.read(name)


@pytest.mark.parametrize("forged", [False, True], ids=["damaged", "forged-with-its-row"])
async def test_a_package_has_the_copy_that_its_originals_make(house: House, tmp_path: Path, forged: bool) -> None:
    world = house.world
    true = copy_in(house, await house.packed())
    (path,) = world.root.rglob("*~listen-*.wav")
    if forged:
        other = file(tone(300, 2000))
        path.write_bytes(b"".join(world.ring.written([other])))
        await world.attack(f"UPDATE recording SET sha256 = '{sha256(other).hexdigest()}'")
    else:
        flip(path)
    made = await house.packed()
    assert copy_in(house, made) == true
    assert await asyncio.to_thread(check, house.unpacked(made, tmp_path / "out"), house.key.fingerprint) == ""
    async with world.database.reading() as tx:
        kinds = [one.kind for one in await tx.audit.about(f"call:{CALL}")]
        alarms = [one.kind for one in await tx.alarms.list(seen=False, limit=10)]
    assert kinds.count("copy-made") == 2 and "recording-damaged" not in kinds
    assert alarms == ["copy-changed"] and world.bells.rung == [] and await world.findings() == []


async def test_a_copy_that_changes_while_it_is_packed_is_no_damage_of_the_recording(
    house: House, tmp_path: Path
) -> None:
    def other(row: CopyRow) -> CopyRow:
        return replace(row, sha256="ab" * 32)

    desk = a_desk(house.world, tmp_path, thread_pool(), stamp=house.world.stamper().stamp, copied=other)
    one = await desk.request(house.request(), ASKS, NOW)
    await desk.decide(one.id, Move.APPROVE, ALLOWS, NOW)
    with pytest.raises(HotlineError) as caught:
        await desk.pack(one.id, ASKS, NOW)
    assert caught.value.error_id == "recording-copy" and "pack it again" in str(caught.value)
    assert list(house.folder.iterdir()) == [] and house.world.bells.rung == []


@pytest.mark.parametrize("ring", ["plain"], indirect=True)
async def test_killed_between_a_package_and_its_row(house: House, tmp_path: Path) -> None:
    one = await house.desk.request(house.request(), ASKS, NOW)
    await house.desk.decide(one.id, Move.APPROVE, ALLOWS, NOW)
    async with forked("packing_process", house.world.address, str(tmp_path), one.id) as running:
        async with asyncio.timeout(60):
            assert await running.stdout.readline() == b"here\n"
    (left,) = house.folder.iterdir()
    assert (await house.desk.get(one.id)).state is State.APPROVED, "nobody was told of a package"
    async with house.world.database.reading() as tx:
        assert "disclosure-packed" not in [entry.kind for entry in await tx.audit.about(f"disclosure:{one.id}")]
    assert await house.world.findings() == []
    # it is packed again, beside what was left, which goes after a day
    made = await house.desk.pack(one.id, ASKS, NOW)
    path = house.desk.path(made)
    assert path != left and sha256(path.read_bytes()).hexdigest() == made.sha256
    os.utime(left, (NOW.timestamp(),) * 2)
    await house.desk.sweep(NOW)
    assert left.exists(), "somebody may be packing it just now"
    os.utime(left, ((NOW - 2 * LEFT_OVER).timestamp(),) * 2)
    await house.desk.sweep(NOW)
    assert list(house.folder.iterdir()) == [path]
    await house.desk.hand_out(one.id, "Bình", ASKS, NOW)
