"""An attacker with the database and the files tampers with rows and files in every way; each is named, and `evidence verify` ends with 1."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.audit.types import Fault, Kind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.recordings.types import TrackRow
from tests.contract.database.tampering import command, hotline, ids, message, names, world
from tests.lab.chain import entries
from tests.lab.evidence_world import World
from tests.lab.flipped import flip
from tests.unit.recordings_world import CALL

__all__ = ["world"]


async def test_all_is_well_and_the_command_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(await entries(world.database))
    done = await command(world, monkeypatch)
    said = json.loads(done[1])
    assert (done[0], said["ok"], said["findings"]) == (0, True, [])
    assert (said["calls"], said["files"], said["stamps"], said["entries"]) == (1, 7, 2, count)


async def test_whoever_waits_at_a_terminal_sees_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the terminal alone: the result goes elsewhere, and a log gets no bar."""
    hotline(world, monkeypatch)
    words = [sys.executable, "-m", "hotline1022", "evidence", "verify"]
    count = len(await entries(world.database))
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        result, _ = await asyncio.wait_for(process.communicate(), 60)
        shown = (await asyncio.to_thread(terminal.read, 100_000)).decode()
    assert process.returncode == 0 and f"{count} entries" in result.decode()
    assert "entries, calls and files" in shown and "[" in shown and "entries, calls" not in result.decode()
    whole = count + 1 + 7
    assert f"0/{whole}" in shown and f"{whole}/{whole}" in shown, "from the first to the last"
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert said == b""


SEQ = 3
#: far behind it
FAR = 9


def swapped(one: int, other: int) -> list[str]:
    """Two entries have each other's numbers."""
    return [
        f"UPDATE audit_entry SET seq = 1000 WHERE seq = {one}",
        f"UPDATE audit_entry SET seq = {one} WHERE seq = {other}",
        f"UPDATE audit_entry SET seq = {other} WHERE seq = 1000",
    ]


def rows_swapped(one: str, other: str) -> list[str]:
    """Two rows of tracks have each other's ids."""
    return [
        f"UPDATE track SET id = 'aside' WHERE id = '{one}'",
        f"UPDATE track SET id = '{one}' WHERE id = '{other}'",
        f"UPDATE track SET id = '{other}' WHERE id = 'aside'",
    ]


#: what is done to the database, and what must be named: (word, name of the thing or number of the entry)
ON_ROWS: dict[str, tuple[Callable[[World], list[str]], Callable[[World], set[tuple[Fault, str]]]]] = {
    "an entry changed": (
        lambda w: [f"UPDATE audit_entry SET actor = 'token:other' WHERE seq = {SEQ}"],
        lambda w: {(Fault.CHANGED, str(SEQ))},
    ),
    "an entry deleted": (
        lambda w: [f"DELETE FROM audit_entry WHERE seq = {SEQ}"],
        lambda w: {(Fault.DELETED, str(SEQ))},
    ),
    "two entries exchanged": (
        lambda w: swapped(SEQ, SEQ + 1),
        lambda w: {(Fault.SWAPPED, str(SEQ)), (Fault.SWAPPED, str(SEQ + 1))},
    ),
    "two entries far from each other exchanged": (
        lambda w: swapped(SEQ, FAR),
        lambda w: {(Fault.SWAPPED, str(SEQ)), (Fault.SWAPPED, str(FAR))},
    ),
    "a track's hash changed": (
        lambda w: [f"UPDATE track SET sha256 = '{'a' * 64}' WHERE id = '{ids(w)[0]}'"],
        lambda w: {(Fault.ROW_CHANGED, ids(w)[0]), (Fault.FILE_CHANGED, names(w)[0])},
    ),
    "a track's start changed": (
        lambda w: [f"UPDATE track SET duration_ms = duration_ms + 1 WHERE id = '{ids(w)[0]}'"],
        lambda w: {(Fault.ROW_CHANGED, ids(w)[0])},
    ),
    "a track's row deleted": (
        lambda w: [f"DELETE FROM track WHERE id = '{ids(w)[0]}'"],
        lambda w: {(Fault.ROW_DELETED, ids(w)[0]), (Fault.FILE_EXTRA, names(w)[0])},
    ),
    "a message's hash changed": (
        lambda w: [f"UPDATE voicemail SET sha256 = '{'a' * 64}'"],
        lambda w: {(Fault.ROW_CHANGED, message(w).id), (Fault.FILE_CHANGED, message(w).path)},
    ),
    "a message's row deleted": (
        lambda w: ["DELETE FROM voicemail"],
        lambda w: {(Fault.ROW_DELETED, message(w).id), (Fault.FILE_EXTRA, message(w).path)},
    ),
    "all rows of a call deleted": (
        lambda w: [f"DELETE FROM {table} WHERE call_id = '{CALL}'" for table in ("track", "voicemail")],
        lambda w: (
            {(Fault.ROW_DELETED, one.id) for one in w.originals} | {(Fault.FILE_EXTRA, name) for name in names(w)}
        ),
    ),
    "a row of a call put in": (
        lambda w: [copied(f"'{CALL}'", "'forged-r'", ids(w)[0])],
        lambda w: {(Fault.ROW_ADDED, "forged-r"), (Fault.FILE_MISSING, "forged.wav")},
    ),
    "a call put in": (
        lambda w: [copied("'hl1-1795470999.1'", "'other-r'", ids(w)[0])],
        lambda w: {(Fault.ROW_ADDED, "other-r"), (Fault.FILE_MISSING, "forged.wav")},
    ),
    "two rows of tracks exchanged": (
        lambda w: rows_swapped(ids(w)[0], ids(w)[1]),
        lambda w: {(Fault.ROW_SWAPPED, ids(w)[0]), (Fault.ROW_SWAPPED, ids(w)[1])},
    ),
    "two rows of tracks far from each other exchanged": (
        lambda w: rows_swapped(ids(w)[0], ids(w)[-1]),
        lambda w: {(Fault.ROW_SWAPPED, ids(w)[0]), (Fault.ROW_SWAPPED, ids(w)[-1])},
    ),
    "an event of a call changed": (
        lambda w: [f"UPDATE call_event SET kind = 'Hangup' WHERE call_id = '{CALL}' AND seq = 2"],
        lambda w: {(Fault.FACTS, f"call:{CALL}")},
    ),
    "an event of a call deleted": (
        lambda w: [f"DELETE FROM call_event WHERE call_id = '{CALL}' AND seq = 4"],
        lambda w: {(Fault.FACTS, f"call:{CALL}")},
    ),
}


def copied(call: str, id: str, source: str) -> str:
    kept = "channel, kind, segment_started_at, side, sha256, bytes, duration_ms, status, gap_ms, lost_ms, detail, stored_at"
    return f"INSERT INTO track (id, call_id, path, {kept}) SELECT {id}, {call}, 'forged.wav', {kept} FROM track WHERE id = '{source}'"


@pytest.mark.parametrize("what", ON_ROWS)
async def test_rows(world: World, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    attack, wanted = ON_ROWS[what]
    await world.attack(*attack(world))
    code, out = await command(world, monkeypatch)
    found = {(one["fault"], one["name"] or str(one["seq"])) for one in json.loads(out)["findings"]}
    assert (code, found) == (1, wanted(world))


async def test_rows_of_two_calls_that_were_exchanged_are_named_in_both(world: World) -> None:
    other = CallId(ChannelId("hl1-1795470208.99"))

    def of_other(row: TrackRow) -> TrackRow:
        path = row.path.replace(CALL, other)
        (world.root / path).parent.mkdir(exist_ok=True)
        shutil.copy(world.root / row.path, world.root / path)
        return replace(row, call=other, id=row.id.replace(CALL, other), path=path)

    tracks = tuple(map(of_other, world.filed.tracks))
    await SqlRecordingStore(world.database).save([replace(world.filed, call=other, tracks=tracks, voicemails=())])
    assert await world.findings() == []
    mine, theirs = world.filed.tracks[0].id, tracks[3].id
    await world.attack(*rows_swapped(mine, theirs))
    found = {(one.fault, one.name, one.seq) for one in await world.findings()}
    (first, second) = (one.seq for one in await entries(world.database) if one.kind == Kind.RECORDING_STORED)
    assert found == {
        (Fault.ROW_DELETED, mine, first), (Fault.ROW_ADDED, theirs, first),
        (Fault.ROW_DELETED, theirs, second), (Fault.ROW_ADDED, mine, second),
    }  # fmt: skip


async def test_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    changed, gone = (world.root / name for name in names(world)[:2])
    flip(changed)
    gone.unlink()
    extra = changed.with_name("left-over.wav")
    extra.write_bytes(b"RIFF")
    code, out = await command(world, monkeypatch)
    found = {(one["fault"], one["name"]) for one in json.loads(out)["findings"]}
    assert code == 1
    assert found == {
        ("file-changed", names(world)[0]),
        ("file-missing", names(world)[1]),
        ("file-extra", extra.relative_to(world.root).as_posix()),
    }


async def test_what_cannot_be_read_and_links_to_folders_are_named_by_their_paths(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = world.root / names(world)[0]
    victim.rename(tmp_path / "elsewhere")
    victim.symlink_to(tmp_path / "elsewhere")
    (victim.parent / "linked").symlink_to(tmp_path)
    code, out = await command(world, monkeypatch)
    found = {(one["fault"], one["name"]): one["text"] for one in json.loads(out)["findings"]}
    linked = (victim.parent / "linked").relative_to(world.root).as_posix()
    assert code == 1 and found.keys() == {("file-unreadable", names(world)[0]), ("file-extra", linked)}
    assert found["file-unreadable", names(world)[0]].startswith(f"{names(world)[0]} cannot be read: ")
