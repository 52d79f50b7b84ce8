"""A backup while somebody writes, put back elsewhere: every row has its files, every file its hash, on both databases."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.audit.stamps import fingerprint
from hotline1022.core.errors import HotlineError
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.keys import Keys, make_key
from hotline1022.recordings.types import CopyKind, DerivedRow, Side
from hotline1022.recordings.verify import verify
from hotline1022.service.backup import KeyFile, Made, make_backup
from hotline1022.service.backup_shelf import UNFINISHED, backups
from hotline1022.service.cli import main
from hotline1022.service.evidence import Examiner, trust_of
from hotline1022.service.evidence_parts import begin
from hotline1022.service.restore import Restored, restore
from hotline1022.service.settings import Settings
from hotline1022.service.settings_recordings import Recordings
from hotline1022.service.stamp_key import ensure_key
from hotline1022.service.stamper import stamper_of
from tests.lab.backup_process import settings_for
from tests.lab.evidence_world import Bells
from tests.lab.forked import forked
from tests.lab.postgres import TemporaryPostgres
from tests.unit.recordings_world import CITIZEN_TONE, EPOCH, facts, file, leg, name, put, tone

_numbers = itertools.count(1)
PASSPHRASE = "một câu thật dài"


@dataclass(frozen=True, slots=True)
class House:
    """A hotline with recordings, and a place for another one of the same kind."""

    settings: Settings
    elsewhere: Settings
    shelf: Path

    async def back_up(self, **changes: object) -> Made:
        given: dict[str, object] = {"copies": False, "keys": None, "watch": lambda _done, _total: None}
        return await make_backup(self.settings, None, self.shelf, **(given | changes))  # type: ignore[arg-type]

    async def put_back(self, backup: Path, keys: KeyFile | None = None) -> Restored:
        return await restore(self.elsewhere, backup, keys=keys, watch=lambda _done, _total: None)

    @property
    def keys(self) -> Keys:
        return self.settings.recordings.ring


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    urls = ["", ""]
    if request.param == "postgresql":
        cluster: TemporaryPostgres = request.getfixturevalue("cluster")
        urls = [await cluster.make(f"backup{next(_numbers)}") for _ in range(2)]
    menu, studio = tmp_path / "own-menu.toml", tmp_path / "studio"
    menu.write_text("# thực đơn\n")
    (studio / "vi").mkdir(parents=True)
    (studio / "vi" / "chào.wav").write_bytes(file(tone(CITIZEN_TONE, 100)))
    settings = settings_for(tmp_path / "data", urls[0], menu=menu, prompts_studio=studio)
    (tmp_path / "data" / "spool").mkdir(parents=True)
    await migrate(settings.database_url)
    async with Database(settings.database_url) as database:
        await begin(database)
    made = House(settings, settings_for(tmp_path / "else", urls[1]), tmp_path / "shelf")
    await record(made, 0, 3)
    yield made


def call_of(number: int) -> CallId:
    return CallId(ChannelId(f"hl1-{EPOCH}.{1000 + number}"))


async def record(house: House, first: int, count: int) -> None:
    """So many calls of one track each, filed as the service does, each with a listening copy."""
    paths = house.settings.paths
    async with Database(house.settings.database_url) as database:
        store = SqlRecordingStore(database)
        for number in range(first, first + count):
            call = call_of(number)
            title = name(call, LegKind.CITIZEN, Side.SAID, call=call)
            await asyncio.to_thread(put, paths.spool, title, file(tone(CITIZEN_TONE, 500 + number)))
            told = facts(leg(call, LegKind.CITIZEN, 0, 500 + number), ended=500 + number, call=call)
            (outcome,) = await asyncio.to_thread(
                jobs.file_calls, paths.spool, paths.recordings, [told], keys=house.keys
            )
            assert isinstance(outcome, jobs.Filed), outcome
            await store.save([outcome.filed])
            jobs.release(paths.spool, paths.recordings, outcome.marks)
            copy = make_copy(paths.spool, paths.recordings, told, outcome.filed.tracks, None, keys=house.keys)
            await store.save_copies([copy])


async def sound(settings: Settings, keys: Keys | None = None) -> int:
    """Every file as its row promises, no file too many, the chain whole; how many files."""
    async with Database(settings.database_url) as database:
        found = await verify(
            SqlRecordingStore(database),
            settings.paths.recordings,
            keys=keys or settings.recordings.ring,
            fresh_seconds=0,
        )
        ring = keys or settings.recordings.ring
        examiner = Examiner(database, settings.paths.recordings, trust_of(settings), keys=ring)
        evidence = await examiner.everything()
    assert found.ok, found
    assert evidence.findings == [] and evidence.begun and evidence.entries == evidence.head.seq > 0
    return found.checked


async def kinds(settings: Settings) -> list[str]:
    async with Database(settings.database_url) as database, database.reading() as tx:
        return [entry.kind async for some in tx.audit.entries() for entry in some]


async def test_a_backup_while_calls_are_filed_is_whole_elsewhere(house: House) -> None:
    await record(house, 3, 5)
    writing = asyncio.create_task(record(house, 100, 20))
    made = await house.back_up()
    assert not writing.done(), "it was made while somebody wrote"
    await writing
    assert made.missing == made.changed == ()
    stranger = await asyncio.create_subprocess_exec("sha256sum", "--quiet", "-c", "SHA256SUMS", cwd=made.folder)
    assert await stranger.wait() == 0, "a stranger checks it with stock tools"
    restored = await house.put_back(made.folder)
    count = await sound(house.elsewhere)
    assert 8 <= count < 28 and restored.before == restored.after
    assert (await kinds(house.settings)).count("backup-made") == 1
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
    assert 0 < second.linked < second.size
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
    _flip(next(house.elsewhere.paths.recordings.glob("*/*/*/*/*-r.wav")))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["evidence", "verify", "--json"])
    assert [one["fault"] for one in json.loads(done.stdout)["findings"]] == ["file-changed"] and done.exit_code == 1


async def test_what_is_not_as_promised_is_told(house: House) -> None:
    victims = sorted(path for path in house.settings.paths.recordings.rglob("*.wav") if "listen" not in path.name)
    victims[0].unlink()
    victims[1].write_bytes(b"RIFF")
    made = await house.back_up()
    assert len(made.missing) == len(made.changed) == 1
    assert victims[0].name in made.missing[0] and victims[1].name in made.changed[0]


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("victim", ["database.*", "recordings/*/*/*/*/*-r.wav", "SHA256SUMS", "manifest.json", "gone"])
async def test_a_broken_backup_changes_nothing(house: House, victim: str) -> None:
    made = await house.back_up()
    if victim == "gone":
        next(made.folder.glob("recordings/*/*/*/*/*-r.wav")).unlink()
    else:
        _flip(next(made.folder.glob(victim)))
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
