"""An archive under a new key: plain bytes stay, each change has its entry, and killed at any line it is finished later."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.audit.chain import Walk
from hotline1022.audit.types import Entry
from hotline1022.core.errors import Unavailable
from hotline1022.core.events import LegKind
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import files, jobs, reseal, seal
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.reader import sha256_of
from hotline1022.recordings.types import Side, StoredFile
from hotline1022.service.cli.main import main
from hotline1022.service.lock import ONE_RESEALS, locked
from tests.lab.killed import KILLED, run_until
from tests.lab.own_settings import own_settings
from tests.unit.recordings_world import CALL, CITIZEN_TONE, name, put, tone, two_agents

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SAID = name(CALL, LegKind.CITIZEN, Side.SAID)
WATCHED = {reseal.__file__, files.__file__}


def filed(data: Path, keys: Keys) -> list[StoredFile]:
    """One call of six tracks, one of them repaired."""
    spool, root = data / "spool", data / "recordings"
    spool.mkdir(parents=True)
    call = two_agents(spool)
    put(spool, SAID, bytes(44) + tone(CITIZEN_TONE, 6000), age=100)
    (outcome,) = jobs.file_calls(spool, root, [call], keys=keys)
    assert isinstance(outcome, jobs.Filed)
    rows = outcome.filed

    async def save() -> None:
        file = data / "db" / "hotline.sqlite"
        await migrate(file)
        async with Database(file) as database:
            await SqlRecordingStore(database).save([rows])

    asyncio.run(save())
    return [StoredFile(path=row.path, sha256=row.sha256) for row in rows.tracks]


def plain_hashes(data: Path, keys: Keys) -> dict[str, str]:
    """Of every file, by its name."""
    found = {}
    for path in sorted((data / "recordings").rglob("*.wav")):
        with closing(keys.open(os.open(path, os.O_RDONLY))) as stored:
            found[path.name] = sha256_of(stored)
    return found


def sealed_by(data: Path) -> set[str]:
    """Ids of the keys in use."""
    return {seal.key_of(path.read_bytes()) for path in (data / "recordings").rglob("*.wav")}


def entries(data: Path) -> list[Entry]:
    async def read() -> list[Entry]:
        async with Database(data / "db" / "hotline.sqlite") as database, database.reading() as tx:
            return [entry async for some in tx.audit.entries() for entry in some]

    found = asyncio.run(read())
    assert Walk().take(found) == []
    return found


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data", RECORDINGS_KEYS=tmp_path / "keys")
    return tmp_path / "data"


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, ["recordings", *words])


def test_a_plain_archive_is_sealed_and_sealed_again_with_a_newer_key(data: Path, tmp_path: Path) -> None:
    keys = Keys(folder=tmp_path / "keys")
    filed(data, Keys())
    before = plain_hashes(data, keys)
    assert len(before) == 7
    used: list[str] = []
    for turn in range(2):
        made = ask("key", "new")
        assert made.exit_code == 0 and "Copy it to a safe place" in made.stderr
        used.append(keys.newest().id)
        assert keys.newest().secret.hex() not in made.output
        done = ask("reseal")
        assert (done.exit_code, done.stdout) == (0, f"7 files sealed with key {used[-1]}, 0 were so already.\n")
        assert plain_hashes(data, keys) == before and sealed_by(data) == {used[-1]}
        assert not list((data / "recordings").rglob(".*"))
        last, act = entries(data)[-2:]
        assert (act.kind, act.detail["act"]) == ("act", "hotline1022 recordings reseal")
        assert (last.kind, last.subject) == ("recording-sealed", f"call:{CALL}")
        assert last.detail["key"] == used[-1] and last.detail["before"] == (["plain"] if turn == 0 else used[:1])
        assert {str(one["path"]).rpartition("/")[2]: one["sha256"] for one in last.detail["files"]} == before  # type: ignore[attr-defined]
        assert ask("verify").exit_code == 0
    told = [entry.kind for entry in entries(data) if entry.kind in ("key-made", "recording-sealed")]
    assert told == ["key-made", "recording-sealed"] * 2
    assert ask("reseal").stdout == f"0 files sealed with key {used[-1]}, 7 were so already.\n"
    listed = ask("key", "list", "--files").stdout.splitlines()
    assert [line.split()[0] for line in listed] == used and listed[1].endswith("6 files")


def test_a_full_disk_in_the_middle_leaves_no_half_made_files(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(folder=tmp_path / "keys", seal=True)
    make_key(tmp_path / "keys", NOW)
    stored = filed(data, Keys())
    before, left = plain_hashes(data, keys), [3]

    def room(root: Path, size: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise Unavailable("the recordings disk is nearly full", error_id="disk-full")

    monkeypatch.setattr(reseal, "_room", room)
    with pytest.raises(Unavailable):
        reseal.prepare(data / "recordings", stored, keys)
    assert plain_hashes(data, keys) == before
    assert [path.name for path in (data / "recordings").rglob(".*")] == []


def test_a_new_file_that_reads_back_otherwise_does_not_stay(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(folder=tmp_path / "keys", seal=True)
    make_key(tmp_path / "keys", NOW)
    stored = filed(data, Keys())
    hashes = iter(["as stored", "otherwise"])
    monkeypatch.setattr(reseal, "sha256_of", lambda file: next(hashes))
    found = reseal.prepare(data / "recordings", [StoredFile(path=stored[1].path, sha256="as stored")], keys)
    assert found.done == [] and "could not be read back" in found.failed[0]
    assert [path.name for path in (data / "recordings").rglob(".*")] == []


def test_a_file_that_is_not_what_was_stored_stays_as_it_is(data: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", NOW)
    filed(data, Keys())
    victim = next((data / "recordings").rglob(SAID))
    victim.write_bytes(victim.read_bytes()[:-1] + b"\1")
    before = victim.read_bytes()
    done = ask("reseal")
    assert done.exit_code == 1 and SAID in done.stdout and "other bytes than were stored" in done.stdout
    assert victim.read_bytes() == before and "6 files sealed" in done.stdout


def test_a_missing_old_key_stops_one_file_and_harms_none(data: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", NOW)
    filed(data, Keys(folder=tmp_path / "keys", seal=True))
    (old,) = (tmp_path / "keys").iterdir()
    old.rename(tmp_path / "away")
    make_key(tmp_path / "keys", NOW + timedelta(days=1))
    before = {path.name: path.read_bytes() for path in (data / "recordings").rglob("*.wav")}
    done = ask("reseal")
    assert done.exit_code == 1 and done.stdout.count("which is not here") == 7
    assert {path.name: path.read_bytes() for path in (data / "recordings").rglob("*.wav")} == before
    told = ask("verify")
    assert told.exit_code == 1 and told.stdout.count("key-missing") == 6
    assert not list((data / "recordings").rglob(".*"))


def test_without_keys_nothing_begins(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "recording-key-none" in ask("reseal").output
    monkeypatch.setenv("HOTLINE1022_RECORDINGS_KEYS", str(data / "keys"))
    assert "lies in paths.data" in ask("key", "new").output and not (data / "keys").exists()
    monkeypatch.delenv("HOTLINE1022_RECORDINGS_KEYS")
    assert "recording-keys-unset" in ask("key", "list").output
    monkeypatch.setenv("HOTLINE1022_RECORDINGS_SEAL", "true")
    assert "recordings.seal needs it" in ask("verify").output


def test_a_file_that_was_exchanged_meanwhile_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", NOW)
    stored = filed(data, Keys())
    root = data / "recordings"
    made = reseal.prepare(root, stored, Keys(folder=tmp_path / "keys")).done
    gone, changed = root / made[0].path, root / made[1].path
    gone.unlink()
    shutil.copy(changed, changed.with_suffix(".new"))
    changed.with_suffix(".new").rename(changed)
    assert reseal.replace(root, made) == (made[0].path, made[1].path)
    assert not gone.exists() and changed.read_bytes().startswith(b"RIFF") and not list(root.rglob(".*"))


@pytest.mark.parametrize("old_too", [True, False])
def test_a_new_file_that_went_with_its_recording_ends_nothing(data: Path, tmp_path: Path, old_too: bool) -> None:
    keys = Keys(folder=tmp_path / "keys")
    newest = make_key(tmp_path / "keys", NOW)
    root, stored = data / "recordings", filed(data, Keys())
    made = reseal.prepare(root, stored, keys).done
    gone = root / made[0].path
    gone.with_name(f".{gone.name}.reseal").unlink()
    if old_too:
        gone.unlink()
    assert reseal.replace(root, made) == (made[0].path,)
    assert gone.exists() is not old_too and not list(root.rglob(".*"))
    assert {seal.key_of((root / one.path).read_bytes()) for one in made[1:]} == {newest.id}


def test_a_second_one_beside_it_is_refused_and_takes_nothing_away(data: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", NOW)
    root, stored = data / "recordings", filed(data, Keys())
    made = reseal.prepare(root, stored, Keys(folder=tmp_path / "keys")).done
    with locked(data / ONE_RESEALS, "recordings reseal"):
        second = ask("reseal")
        assert second.exit_code == 1 and "data-locked" in second.stderr and str(os.getpid()) in second.stderr
        assert reseal.replace(root, made) == ()
    assert ask("reseal").stdout.endswith(", 7 were so already.\n")


# ---------------------------------------------------------------- kill -9


def work(root: Path, stored: Sequence[StoredFile], keys: Keys) -> None:
    reseal.replace(root, reseal.prepare(root, stored, keys).done)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_any_line_nothing_is_lost_and_it_is_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a killed process loses no writes
    make_key(tmp_path / "keys", NOW)
    old = Keys(folder=tmp_path / "keys", seal=True)
    stored = filed(tmp_path / "pristine", old)[:2]
    newer = make_key(tmp_path / "keys", NOW + timedelta(days=1))
    wanted = plain_hashes(tmp_path / "pristine", old)
    now = tmp_path / "now"
    for line in range(0, 5000, 3):
        shutil.copytree(tmp_path / "pristine", now)
        code = run_until(partial(work, now / "recordings", stored, old), WATCHED, line)
        assert code in (0, KILLED), f"at line {line}"
        assert plain_hashes(now, old) == wanted, f"killed at line {line}"
        work(now / "recordings", stored, old)
        assert plain_hashes(now, old) == wanted and not list((now / "recordings").rglob(".*")), f"killed at {line}"
        for file in stored:
            with closing(old.open(open_below(now / "recordings", file.path))) as one:
                assert isinstance(one, seal.SealedFile) and one.key_id == newer.id
        shutil.rmtree(now)
        if code == 0:
            break
    assert line > 150
