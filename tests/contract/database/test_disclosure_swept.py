"""Packages whose time is over go, and nothing else with them; what is damaged is not packed, what was left half made has no good name."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Refused
from hotline1022.db.disclosure import DisclosureRepository
from hotline1022.evidence.states import Move
from hotline1022.evidence.types import Disclosure, State
from hotline1022.service.disclosure.desk import GOOD_FOR
from tests.contract.database.disclosure_house import house
from tests.lab.disclosure_world import ALLOWS, ASKS, NOW, House

__all__ = ["house"]
TOP = Path(__file__).parents[3]


async def test_a_changed_package_is_not_handed_out_and_an_old_one_goes(house: House) -> None:
    made = await house.packed()
    path = house.desk.path(made)
    with pytest.raises(HotlineError) as late:
        await house.desk.hand_out(made.id, "Bình", ASKS, NOW + GOOD_FOR)
    assert late.value.error_id == "disclosure-expired"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\0\0")
    with pytest.raises(HotlineError) as caught:
        await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
    assert caught.value.error_id == "package-damaged"
    assert await house.desk.sweep(NOW) == 0 and path.exists()
    assert await house.desk.sweep(NOW + GOOD_FOR) == 1
    kept = await house.desk.get(made.id)
    assert (kept.state, kept.sha256, path.exists()) == (State.EXPIRED, made.sha256, False)


async def test_nothing_damaged_is_packed_and_what_was_left_half_made_goes(house: House) -> None:
    asked = await house.desk.request(house.request(), ASKS, NOW)
    await house.desk.decide(asked.id, Move.APPROVE, ALLOWS, NOW)
    file = house.world.root / house.world.filed.tracks[0].path
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(HotlineError) as caught:
        await house.desk.pack(asked.id, ASKS, NOW)
    assert caught.value.error_id == "recording-damaged"
    assert not house.folder.exists() or list(house.folder.iterdir()) == []
    house.folder.mkdir(exist_ok=True)
    left = house.folder / ".1022-x.zip.part"
    left.write_bytes(b"half")
    os.utime(left, (NOW.timestamp() - 3 * 86400,) * 2)
    await house.desk.sweep(NOW)
    assert not left.exists()


async def test_one_that_is_handed_out_in_this_very_moment_keeps_its_package(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, late = await house.packed(), await house.desk.request(house.request(), ASKS, NOW)
    everything = DisclosureRepository.all

    async def quicker(self: DisclosureRepository, state: State | None = None, *, limit: int = 100) -> object:
        found = await everything(self, state, limit=limit)
        if state is State.PACKED and limit == 1000:
            await house.desk.hand_out(made.id, "Bình", ASKS, NOW)
        return found

    monkeypatch.setattr(DisclosureRepository, "all", quicker)
    assert await house.desk.sweep(NOW + GOOD_FOR) == 2, "the other one, and this one as what it is now"
    monkeypatch.undo()
    assert (await house.desk.get(late.id)).state is State.EXPIRED
    assert (await house.desk.get(made.id)).state is State.EXPIRED and not house.desk.path(made).exists()


async def test_a_sweep_that_is_refused_leaves_the_package_and_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, late = await house.packed(), await house.packed()
    move = DisclosureRepository.move

    async def refused(self: DisclosureRepository, before: Disclosure, after: Disclosure) -> None:
        if before.id == made.id:
            raise Refused("another one was quicker", error_id="disclosure-changed")
        await move(self, before, after)

    monkeypatch.setattr(DisclosureRepository, "move", refused)
    assert await house.desk.sweep(NOW + GOOD_FOR) == 1
    assert house.desk.path(made).exists() and not house.desk.path(late).exists()
    assert (await house.desk.get(made.id)).state is State.PACKED


async def test_a_folder_among_the_packages_is_left_and_the_rest_is_swept(house: House) -> None:
    house.folder.mkdir(exist_ok=True)
    folder, left = house.folder / "a folder", house.folder / "z.zip.part"
    folder.mkdir()
    left.write_bytes(b"half")
    for one in (folder, left):
        os.utime(one, (NOW.timestamp() - 3 * 86400,) * 2)
    assert await house.desk.sweep(NOW) == 0
    assert folder.exists() and not left.exists()


async def test_killed_while_packing_no_half_package_has_a_good_name(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from hotline1022.evidence.package import Member, Signing, write\n"
        "def pieces():\n    while True:\n        print('piece', flush=True); yield bytes(1 << 16)\n"
        "key = Signing(sign=lambda b: b, pem='', fingerprint='')\n"
        "write(Path(sys.argv[1]), [Member(name='a.wav', kind='original', pieces=pieces())], {}, datetime.now(UTC), key)\n"
    )
    for turn in range(3):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, str(tmp_path / "p" / "a.zip"), cwd=TOP, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert running.stdout is not None
            for _ in range(5 + turn):
                async with asyncio.timeout(30):
                    assert await running.stdout.readline()
        finally:
            running.kill()
            await running.wait()
        assert [one.name for one in (tmp_path / "p").iterdir()] == [".a.zip.part"]
