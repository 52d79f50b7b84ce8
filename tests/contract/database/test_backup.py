"""A backup while somebody writes, put back elsewhere: every row has its files, every file its hash, on both databases."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.stamps import fingerprint
from hotline1022.core.errors import HotlineError
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.keys import make_key
from hotline1022.recordings.types import CopyKind, DerivedRow
from hotline1022.service.backup.make import KeyFile
from hotline1022.service.backup.restore import restore
from hotline1022.service.backup.shelf import UNFINISHED, backups
from hotline1022.service.cli.main import main
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.service.evidence.stamper import stamper_of
from hotline1022.service.settings.recordings import Recordings
from tests.contract.database.backup_world import PASSPHRASE, House, call_of, calls, house, kinds, record, sound
from tests.lab.evidence_world import Bells
from tests.lab.flipped import flip
from tests.lab.forked import forked

__all__ = ["house"]


async def test_a_backup_while_calls_are_filed_is_whole_elsewhere(house: House) -> None:
    await record(house, 3, 5)
    writing = asyncio.create_task(record(house, 100, 20))
    made = await house.back_up()
    assert not writing.done(), "it was made while somebody wrote"
    await writing
    assert made.copies.missing == made.copies.changed == []
    stranger = await asyncio.create_subprocess_exec("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=made.folder)
    assert await stranger.wait() == 0, "a stranger checks it with stock tools"
    restored = await house.put_back(made.folder)
    count = await sound(house.elsewhere)
    assert 8 <= count < 28 and restored.before == restored.after
    assert (await kinds(house.settings)).count("backup-made") == 1
    rows = [await calls(settings) for settings in (house.elsewhere, house.settings)]
    assert 8 <= rows[0] < rows[1] == 28, "calls came while it was made"
    assert (await kinds(house.elsewhere))[-1] == "backup-restored"
    lies = house.elsewhere.paths.data / "restored-settings"
    assert (lies / "menu.toml").read_text() == "# thực đơn\n" and (lies / "studio" / "vi" / "chào.wav").is_file()
    assert not (house.elsewhere.paths.data / ".restore").exists()
    assert await sound(house.settings) == 56, "the live one has all, with listening copies"


async def test_with_listening_copies(house: House) -> None:
    made = await house.back_up(copies=True)
    await house.put_back(made.folder)
    assert await sound(house.elsewhere) == 6


async def test_the_next_one_takes_no_room_for_what_is_there(house: House) -> None:
    first = await house.back_up()
    await record(house, 50, 1)
    second = await house.back_up()
    assert second.folder != first.folder and backups(house.shelf) == [first.folder, second.folder]
    assert 0 < second.copies.linked < second.copies.size
    shared = [path for path in (second.folder / "recordings").rglob("*.wav") if path.stat().st_nlink == 2]
    assert len(shared) == 3
    await house.put_back(second.folder)
    assert await sound(house.elsewhere) == 4
    for path in (house.elsewhere.paths.recordings).rglob("*.wav"):
        assert path.stat().st_nlink == 1, "what is restored hangs on no backup"


async def test_sealed_recordings_and_their_keys(house: House, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", datetime(2026, 11, 29, tzinfo=UTC))
    sealing = Recordings(seal=True, keys=str(tmp_path / "keys"))
    house = House(replace(house.settings, recordings=sealing), house.elsewhere, house.shelf)
    await record(house, 10, 2)
    house.settings.paths.secrets.mkdir(mode=0o700)
    (house.settings.paths.secrets / "line-101").write_text("bí mật\n")
    box = tmp_path / "keys.box"
    made = await house.back_up(keys=KeyFile(path=box, passphrase=PASSPHRASE))
    assert box.stat().st_mode & 0o777 == 0o600 and b"line-101" not in box.read_bytes()
    assert not [path for path in made.folder.rglob("*") if "key" in path.name or "line-101" in path.name]
    there = Recordings(keys=str(tmp_path / "keys-elsewhere"))
    house = House(house.settings, replace(house.elsewhere, recordings=there), house.shelf)
    with pytest.raises(HotlineError) as caught:
        await house.put_back(made.folder, KeyFile(path=box, passphrase="một câu khác hẳn"))
    assert caught.value.error_id == "key-box-refused" and not house.elsewhere.paths.recordings.exists()
    restored = await house.put_back(made.folder, KeyFile(path=box, passphrase=PASSPHRASE))
    assert len(restored.keys) == 2 and await sound(house.elsewhere) == 5
    secret = house.elsewhere.paths.secrets / "line-101"
    assert secret.read_text() == "bí mật\n" and secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
async def test_what_is_restored_passes_evidence_verify(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed: bool
) -> None:
    there = Recordings()
    if sealed:
        make_key(tmp_path / "keys", datetime(2026, 11, 29, tzinfo=UTC))
        there = Recordings(keys=str(tmp_path / "keys-elsewhere"))
        sealing = Recordings(seal=True, keys=str(tmp_path / "keys"))
        house = House(replace(house.settings, recordings=sealing), house.elsewhere, house.shelf)
    house = House(house.settings, replace(house.elsewhere, recordings=there), house.shelf)
    await record(house, 30, 2)
    cached = DerivedRow(call=call_of(30), kind=CopyKind.MP3, name="x.mp3", sha256="0" * 64, bytes=9)
    async with Database(house.settings.database_url) as database:
        await SqlRecordingStore(database).save_derived(cached)
        await stamper_of(house.settings, database, Bells()).stamp()
    box = KeyFile(path=tmp_path / "keys.box", passphrase=PASSPHRASE)
    made = await house.back_up(keys=box)
    await house.put_back(made.folder, box)
    signing, signed = (ensure_key(one.keys_folder).public_key() for one in (house.elsewhere, house.settings))
    assert fingerprint(signing) == fingerprint(signed), "the key that signs stamps is back"
    async with Database(house.elsewhere.database_url) as database:
        assert await SqlRecordingStore(database).derived(cached.call, cached.kind) is None, "its file is not there"
    assert await sound(house.elsewhere) == 5
    for setting, value in (
        ("PATHS_DATA", house.elsewhere.paths.data),
        ("DATABASE_URL", house.elsewhere.database.url),
        ("RECORDINGS_KEYS", there.keys),
    ):
        monkeypatch.setenv(f"HOTLINE1022_{setting}", str(value))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    said = json.loads(done.stdout)
    assert (done.exit_code, said["ok"], said["calls"], said["files"], said["stamps"]) == (0, True, 5, 5, 1)
    flip(next(house.elsewhere.paths.recordings.glob("*/*/*/*/*-r.wav")))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    assert [one["fault"] for one in json.loads(done.stdout)["findings"]] == ["file-changed"] and done.exit_code == 1


async def test_what_is_not_as_promised_is_told(house: House) -> None:
    victims = sorted(path for path in house.settings.paths.recordings.rglob("*.wav") if "listen" not in path.name)
    victims[0].unlink()
    victims[1].write_bytes(b"RIFF")
    made = await house.back_up()
    assert len(made.copies.missing) == len(made.copies.changed) == 1
    assert victims[0].name in made.copies.missing[0] and victims[1].name in made.copies.changed[0]


@pytest.mark.parametrize("victim", ["database.*", "recordings/*/*/*/*/*-r.wav", "SHA256SUMS", "manifest.json", "gone"])
async def test_a_broken_backup_changes_nothing(house: House, victim: str) -> None:
    made = await house.back_up()
    if victim == "gone":
        next(made.folder.glob("recordings/*/*/*/*/*-r.wav")).unlink()
    else:
        flip(next(made.folder.glob(victim)))
    with pytest.raises(HotlineError) as caught:
        await house.put_back(made.folder)
    assert caught.value.error_id == "backup-broken"
    left = [path for path in house.elsewhere.paths.data.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert [path.name for path in left if path.stat().st_size > 16] == []
    whole = await house.back_up()
    if victim not in ("gone", "recordings/*/*/*/*/*-r.wav"):  # those have the file in common with the broken one
        await house.put_back(whole.folder)
        assert await sound(house.elsewhere) == 3


async def test_only_into_an_empty_place(house: House) -> None:
    made = await house.back_up()
    for settings in (house.settings, replace(house.elsewhere, paths=house.settings.paths)):
        with pytest.raises(HotlineError) as caught:
            await restore(settings, made.folder, keys=None, watch=lambda _done, _total: None)
        assert caught.value.error_id == "restore-not-empty"
    if house.settings.database.url:
        other = replace(house.settings, paths=house.elsewhere.paths)
        with pytest.raises(HotlineError) as caught:
            await restore(other, made.folder, keys=None, watch=lambda _done, _total: None)
        assert caught.value.error_id == "restore-not-empty" and "createdb" in str(caught.value)
    assert await sound(house.settings) == 6
    with pytest.raises(HotlineError) as caught:
        await house.put_back(house.shelf)
    assert caught.value.error_id == "backup-none" and str(made.folder) in str(caught.value)


async def test_killed_in_the_middle_nothing_looks_whole_and_the_next_goes_on(house: House) -> None:
    await record(house, 20, 10)
    data, url = str(house.settings.paths.data), house.settings.database.url
    for until in (1, 5, 12):
        async with forked("backup_process", data, url, str(house.shelf), str(until)) as running:
            assert await asyncio.wait_for(running.stdout.readline(), 60) == f"{until} of 13\n".encode()
        assert backups(house.shelf) == [], "half a backup looks whole"
        with pytest.raises(HotlineError) as caught:
            await house.put_back(house.shelf / UNFINISHED)
        assert caught.value.error_id == "backup-none"
    kept = {path.stat().st_ino for path in (house.shelf / UNFINISHED / "recordings").rglob("*-r.wav")}
    made = await house.back_up()
    again = {path.stat().st_ino for path in (made.folder / "recordings").rglob("*-r.wav")}
    assert len(kept) == 12 and kept < again, "what was copied is not copied again"
    await house.put_back(made.folder)
    assert await sound(house.elsewhere) == 13
