"""Copies are told of by the chain: who changes one, and its row with it, is named, and heard is only what the originals make."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Entry, Fault, Kind
from hotline1022.core.errors import HotlineError
from hotline1022.db.copies import UNTOLD
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.types import CopyKind, CopyRow, State
from hotline1022.service.alarms import Bell
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.web.copies_wire import Format
from hotline1022.web.listening_wire import ListenBody
from tests.contract.database.made import at
from tests.contract.database.test_listening import WORDS, House, house
from tests.lab.flipped import flip
from tests.unit.recordings_world import CALL, file, two_agents
from tests.unit.recordings_world import tone as a_tone

__all__ = ["house"]
MP3 = ListenBody(reason="ticket", text=WORDS, format=Format.MP3)
STEREO = ListenBody(reason="ticket", text=WORDS)


async def made(house: House) -> list[Entry]:
    """The entries that tell of copies."""
    return [one for one in await house.entries() if one.kind == Kind.COPY_MADE]


async def rung(house: House) -> list[str]:
    """Alarms, of which none says that an original is wrong."""
    async with house.world.database.reading() as tx:
        found = list(await tx.alarms.list(seen=False, limit=100))
        assert (await tx.catalogue.get(CALL)).state is not State.DAMAGED
    assert house.world.bells.rung == [] and all("originals are whole" in one.detail for one in found)
    assert Kind.RECORDING_DAMAGED not in [one.kind for one in await house.entries()]
    return [one.kind for one in found]


def the_file(house: House, kind: CopyKind) -> Path:
    """Where the copy lies."""
    if kind is CopyKind.WAV:
        (found,) = house.world.root.rglob("*~listen-*.wav")
    else:
        (found,) = (house.world.root.parent / "copies").glob(f"*~ban-sao-{kind.value}-*")
    return found


def forgery(house: House) -> bytes:
    """Other words in the citizen's mouth, sealed where recordings are."""
    return b"".join(house.world.ring.written([file(a_tone(300, 2000))]))


async def forge(house: House, kind: CopyKind, *tables: str) -> str:
    """Exchange a copy, and what these tables say of it; the SHA-256 of what is heard then."""
    path = the_file(house, kind)
    await asyncio.to_thread(path.write_bytes, forgery(house))
    lie = sha256(file(a_tone(300, 2000))).hexdigest()
    await house.world.attack(*(f"UPDATE {table} SET sha256 = '{lie}'" for table in tables))
    return lie


async def test_what_is_made_is_told_once_with_its_originals(house: House) -> None:
    for _ in range(2):
        right = await house.ask(MP3)
    stereo, mp3 = await made(house)
    async with house.world.database.reading() as tx:
        tracks = await tx.recordings.tracks(CALL)
        row = await tx.recordings.listening_copy(CALL)
    assert row is not None and isinstance(stereo.detail["copy"], dict) and isinstance(mp3.detail["copy"], dict)
    assert (stereo.detail["copy"]["kind"], stereo.detail["copy"]["name"]) == ("wav", row.path)
    assert stereo.detail["copy"]["sha256"] == row.sha256
    assert (mp3.detail["copy"]["kind"], mp3.detail["copy"]["sha256"]) == ("mp3", right.sha256)
    originals = sorted((one.id, one.sha256) for one in tracks if one.status.promised)
    assert stereo.detail["originals"] == mp3.detail["originals"] == [{"id": i, "sha256": s} for i, s in originals]
    assert "why" not in stereo.detail and "instead_of" not in stereo.detail
    for one in (the_file(house, CopyKind.WAV), the_file(house, CopyKind.MP3)):
        one.unlink()
    assert sha256(await house.hear(right)).hexdigest() == right.sha256
    assert len(await made(house)) == 2 and await rung(house) == [], "a copy that is only gone is the same again"
    assert await house.world.findings() == []


@pytest.mark.parametrize(
    ("kind", "wanted", "table"),
    [(CopyKind.WAV, STEREO, "recording"), (CopyKind.MP3, MP3, "derived_copy")],
    ids=["stereo", "mp3"],
)
async def test_a_copy_forged_with_its_row_is_named_and_nobody_hears_it(
    house: House, kind: CopyKind, wanted: ListenBody, table: str
) -> None:
    before = await house.ask(wanted)
    true = await house.hear(before)
    lie = await forge(house, kind, table, "listening")
    (finding,) = await house.world.findings()
    assert finding.fault is Fault.ROW_CHANGED and finding.name.endswith(the_file(house, kind).name)
    assert f"the copy {kind.value} of call {CALL}" in finding.text and finding.text.endswith(": sha256")
    # a right from before, whose own row was changed too, is to what is no copy of the recording
    with pytest.raises(HotlineError) as caught:
        await house.hear(before)
    assert caught.value.error_id == "listen-changed"
    right = await house.ask(wanted)
    assert right.sha256 == before.sha256 and await house.hear(right) == true
    told = (await made(house))[-1].detail
    assert "was not what entry" in str(told["why"]) and isinstance(told["instead_of"], dict)
    assert told["instead_of"]["sha256"] == lie
    assert await rung(house) == ["copy-changed"] and await house.world.findings() == []


@pytest.mark.parametrize("ring", ["plain"], indirect=True)
async def test_a_copy_of_which_no_entry_tells_is_made_again(house: House) -> None:
    world, spool = house.world, house.world.root.parent / "spool"
    (world.root.parent / "scratch").mkdir()
    facts, rows = two_agents(world.root.parent / "scratch"), list(world.filed.tracks)
    old = await asyncio.to_thread(make_copy, spool, world.root, facts, rows, None)
    async with world.database.transaction() as tx:
        await tx.recordings.save_copies([old.row], at(0))  # as programs did it before there were entries
    assert await world.findings() == [] and await made(house) == []
    lie = await forge(house, CopyKind.WAV, "recording")
    assert await world.findings() == [], "of this row nothing is known: nobody hears it"
    right = await house.ask(STEREO)
    assert right.sha256 == old.row.sha256 == sha256(await house.hear(right)).hexdigest()
    (told,) = await made(house)
    assert told.detail["why"] == UNTOLD and isinstance(told.detail["instead_of"], dict)
    assert told.detail["instead_of"]["sha256"] == lie
    assert await rung(house) == [] and await world.findings() == [], "another decoder may have made it"


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("harm", [flip, cut, a_link])
@pytest.mark.parametrize(("kind", "wanted"), [(CopyKind.WAV, STEREO), (CopyKind.MP3, MP3)], ids=["stereo", "mp3"])
async def test_a_damaged_copy_is_made_again_from_whole_originals(
    house: House, kind: CopyKind, wanted: ListenBody, harm: Any
) -> None:
    right = await house.ask(wanted)
    true = await house.hear(right)
    path = the_file(house, kind)
    await asyncio.to_thread(harm, path)
    assert await house.hear(right) == true, "who listens just then hears it too"
    assert not path.is_symlink()
    await asyncio.to_thread(harm, path)
    again = await house.ask(wanted)
    assert again.sha256 == right.sha256 and await house.hear(again) == true
    path.with_name("elsewhere").unlink(missing_ok=True)
    told = [one.detail for one in await made(house) if one.detail.get("why")]
    assert len(told) == 2 and all(path.name in str(one["why"]) for one in told)
    assert await rung(house) == ["copy-changed"] and await house.world.findings() == []


async def test_nothing_is_made_of_an_original_that_changes_meanwhile(house: House, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    facts, rows = two_agents(tmp_path / "scratch"), list(house.world.filed.tracks)
    world = house.world
    await asyncio.to_thread(flip, world.root / rows[0].path)
    with pytest.raises(HotlineError) as caught:
        await asyncio.to_thread(make_copy, tmp_path / "data" / "spool", world.root, facts, rows, None, keys=world.ring)
    assert caught.value.error_id == "recording-damaged" and not list(world.root.rglob("*~listen-*.wav"))


async def test_a_copy_of_a_call_that_expired_meanwhile_is_not_told(house: House) -> None:
    await house.world.attack("UPDATE track SET status = 'expired'")
    row = CopyRow(call=CALL, path="2026/11/24/copy.wav", sha256="ab" * 32, duration_ms=1)
    async with house.world.database.transaction() as tx:
        await tx.copies.save_stereo([row], at(0))
    async with house.world.database.reading() as tx:
        assert await tx.copies.stereo(CALL) is None and await tx.recordings.listening_copy(CALL) is None
    assert await made(house) == []


@pytest.mark.parametrize("ring", ["plain"], indirect=True)
async def test_the_night_rings_for_a_forged_row(house: House) -> None:
    world = house.world
    await house.ask(MP3)
    night = Nightly(world.database, world.examiner(), world.bells, calls=5)
    assert (await night.look()).ok and world.bells.rung == []
    await world.attack("UPDATE derived_copy SET bytes = bytes + 1")
    (finding,) = (await night.look()).findings
    assert finding.fault is Fault.ROW_CHANGED and finding.text.endswith(": rest")
    assert [one[0] for one in world.bells.rung] == ["evidence-damaged"]


async def test_what_is_raised_with_a_copy_is_told_and_counted_as_any_alarm(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    database = house.world.database
    bell = Bell(database, timedelta(seconds=30))
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await tx.alarms.raise_alarm("copy-changed", "rolled back", at(0), "hl1-1.1")
            raise RuntimeError
    assert bell.raised == {} and "ALARM" not in caplog.text
    for second in (0, 1):
        async with database.transaction() as tx:
            await tx.alarms.raise_alarm("copy-changed", "whole", at(second), "hl1-1.1")
    await bell.ring("disk-low", "5 %")
    assert bell.raised == {"copy-changed": 1, "disk-low": 1}
    assert caplog.text.count("ALARM copy-changed: whole hl1-1.1") == 1 and caplog.text.count("ALARM disk-low") == 1
