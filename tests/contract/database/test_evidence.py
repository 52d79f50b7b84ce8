"""An attacker with the database and the files tampers in every way; each is named, and `evidence verify` ends with 1."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.types import Entry, Fact, Fault, Kind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.recordings.types import State, TrackRow, VoicemailRow
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.nightly import Nightly
from hotline1022.service.evidence.parts import begin
from hotline1022.service.evidence.stamp_check import Trust
from hotline1022.service.evidence.walk import Evidence, Examiner
from hotline1022.service.recordings.original_check import OriginalCheck
from tests.contract.database.made import a_fact, answered, at, of_calls
from tests.contract.database.test_recordings import a_track, filed
from tests.lab.evidence_world import World, build, everything_now
from tests.unit.recordings_world import CALL


@pytest.fixture
async def world(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    everything_now(monkeypatch)
    await migrate(address)
    async with Database(address) as database:
        yield await build(address, database, tmp_path)


async def entries(database: Database) -> list[Entry]:
    async with database.reading() as tx:
        return [entry async for portion in tx.audit.entries() for entry in portion]


def names(world: World) -> list[str]:
    return sorted(one.path for one in world.originals)


def message(world: World) -> VoicemailRow:
    (one,) = world.filed.voicemails
    return one


def ids(world: World) -> list[str]:
    return sorted(one.id for one in world.filed.tracks)


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


async def command(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    hotline(world, monkeypatch)
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    return done.exit_code, done.stdout


def hotline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in [one for one in os.environ if one.startswith("HOTLINE1022_") and one != "HOTLINE1022_ROOT"]:
        monkeypatch.delenv(one)
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(world.root.parent))
    monkeypatch.setenv("HOTLINE1022_DATABASE_URL", world.address)
    monkeypatch.setenv("HOTLINE1022_AUDIT_SECOND_PLACE", str(world.place))


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


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


async def test_a_tail_that_was_cut_is_seen_by_the_stamp_outside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.attack("DELETE FROM audit_entry WHERE seq > 4", "DELETE FROM audit_stamp")
    code, out = await command(world, monkeypatch)
    found = [one["fault"] for one in json.loads(out)["findings"]]
    # the key's entry went with the tail; ours is still in its folder, so the stamp is believed
    assert (code, found) == (1, ["tail-cut"])


async def test_a_chain_that_was_written_anew_is_seen_by_the_stamp(world: World) -> None:
    told = await entries(world.database)
    await world.attack("DELETE FROM audit_entry")
    async with world.database.transaction() as tx:
        for one in told:
            more = {name: getattr(one, name) for name in ("at", "origin", "subject", "detail")}
            actor = "token:nobody" if one.seq == 3 else one.actor
            tx.audit.add(Fact(kind=Kind(one.kind), actor=actor, **more))
    async with world.database.reading() as tx:
        assert (await tx.audit.head()).seq == len(told)
    found = {one.fault for one in await world.findings()}
    assert found == {Fault.REWRITTEN}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_stamp SET seq = seq - 1", Fault.STAMP),
        ("UPDATE audit_stamp SET proof = 'AAAA'", Fault.STAMP),
        ("UPDATE audit_stamp SET method = 'tsa', proof = 'AAAA'", Fault.STAMP),
        ("DELETE FROM audit_stamp", Fault.STAMP_DELETED),
    ],
)
async def test_stamps_in_the_database(world: World, statement: str, fault: Fault) -> None:
    await world.attack(statement)
    assert {one.fault for one in await world.findings()} == {fault}


async def test_stamps_in_the_second_place(world: World) -> None:
    (file,) = world.place.glob("stamp-*.json")
    whole = file.read_text()
    file.write_text(whole.replace('"seq": ', '"seq": 1'))
    assert {one.fault for one in await world.findings()} == {Fault.STAMP}
    file.write_text(whole[: len(whole) // 2])
    assert {one.fault for one in await world.findings()} == {Fault.STAMP}
    file.write_text(whole)
    assert await world.findings() == []
    world.place.rename(world.place.with_name("unmounted"))
    assert {one.fault for one in await world.findings()} == {Fault.PLACE}


async def test_stamps_taken_out_of_the_second_place(world: World) -> None:
    """The newest, one in the middle, all: each is told. Those from before the place's first are somewhere else."""
    (first,) = world.place.glob("stamp-*.json")
    for number in range(3):
        await world.act(f"POST /api/c{number}")
        await world.stamper().stamp()
    files = sorted(world.place.glob("stamp-*.json"))
    assert len(files) == 4 and files[0] == first and await world.findings() == []
    for gone in (files[3], files[1]):
        whole = gone.read_bytes()
        gone.unlink()
        (found,) = await world.findings()
        assert (found.fault, found.name) == (Fault.STAMP_MISSING, gone.stem) and "evidence stamp" in found.text
        gone.write_bytes(whole)
    for file in files[:2]:
        file.unlink()
    assert await world.findings() == []
    for file in files[2:]:
        file.unlink()
    (found,) = await world.findings()
    assert (found.fault, found.name) == (Fault.STAMP_MISSING, files[3].stem)


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
