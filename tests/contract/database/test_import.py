"""Recordings of another PBX: every format is kept as it was, heard by a copy, once; what cannot be taken over is told."""

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Result
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import NO_KEYS, Keys, make_key
from hotline1022.recordings.names import valid_call
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reader import pieces
from hotline1022.recordings.seal import MAGIC
from hotline1022.recordings.types import Status
from hotline1022.recordings.verify import verify
from hotline1022.service.importing.run import Importer, Outcome
from hotline1022.service.importing.table import columns_of, records
from hotline1022.service.recordings.recorder_ports import DatabaseCallBook
from tests.lab.ffmpeg import ffmpeg, run
from tests.unit.recordings_world import AGENT_TONE, CITIZEN_TONE, file, power, tone

HEAD = "calldate,src,dst,duration,billsec,uniqueid,recordingfile"
#: ending → how ffmpeg makes it from a WAV
FORMATS = {
    "gsm": "-c:a libgsm -ar 8000 -f gsm",
    "ulaw": "-c:a pcm_mulaw -f mulaw",
    "alaw": "-c:a pcm_alaw -f alaw",
    "mp3": "-c:a libmp3lame -ar 16000",
    "opus": "-c:a libopus",
    "WAV": "-c:a libgsm_ms -f wav",
}


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    one = HeavyPool(seconds=60)
    yield one
    await one.close()


class World:
    """A folder of another PBX, and our data."""

    def __init__(self, folder: Path, database: Database, pool: HeavyPool) -> None:
        self.folder, self.root, self.spool = folder / "monitor", folder / "recordings", folder / "import"
        self.folder.mkdir()
        self.database, self.pool = database, pool

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    async def take(
        self, table: str | bytes, *, dry: bool = False, given: str = "", keys: Keys = NO_KEYS
    ) -> list[Outcome]:
        importer = Importer(
            folder=self.folder,
            spool=self.spool,
            root=self.root,
            database=self.database,
            pool=self.pool,
            ffmpeg=ffmpeg(),
            actor="cli:tester",
            dry=dry,
            keys=keys,
        )
        await importer.start()
        data = table if isinstance(table, bytes) else table.encode()
        rows = records(data, columns_of("freepbx", given), ZoneInfo("Asia/Ho_Chi_Minh"))
        return [await importer.take(row) for row in rows]

    async def heard(self, call: str) -> tuple[bytes, bytes]:
        """Left and right of its listening copy."""
        whose = CallId(ChannelId(call))
        facts = await DatabaseCallBook(self.database).facts(whose)
        rows = await SqlRecordingStore(self.database).tracks(whose)
        assert facts is not None
        self.spool.mkdir(exist_ok=True)
        made = make_copy(self.spool, self.root, facts, rows, None, ffmpeg()).row
        data = (self.root / made.path).read_bytes()
        pcm = data[44 : 44 + int.from_bytes(data[40:44], "little")]
        pairs = [pcm[at : at + 4] for at in range(0, len(pcm), 4)]
        return b"".join(pair[:2] for pair in pairs), b"".join(pair[2:] for pair in pairs)


@pytest.fixture
def world(tmp_path: Path, database: Database, pool: HeavyPool) -> World:
    return World(tmp_path, database, pool)


def a_row(name: str, *, at: str = "2024-03-02 08:30:00", src: str = "0901234567", talk: int = 3) -> str:
    return f"{at},{src},1022,5,{talk},1709343000.12,{name}"


async def test_every_format_is_kept_as_it_was_and_heard_by_a_copy(world: World, tmp_path: Path) -> None:
    source = tmp_path / "source.wav"
    source.write_bytes(file(tone(CITIZEN_TONE, 3000)))
    files = {"plain.wav": file(tone(CITIZEN_TONE, 3000))}
    for ending, arguments in FORMATS.items():
        out = tmp_path / f"made.{ending}"
        run("-y", "-i", str(source), *arguments.split(), str(out))
        files[f"call-{ending.lower()}.{ending}"] = out.read_bytes()
    for name, data in files.items():
        world.put(f"2024/03/02/{name}", data)
    table = "\n".join([HEAD, *(a_row(name) for name in files)])
    done = await world.take(table)
    assert [one.outcome for one in done] == ["imported"] * len(files)
    store = SqlRecordingStore(world.database)
    for one, (name, data) in zip(done, files.items(), strict=True):
        assert valid_call(one.call) and one.call.startswith("import-1709343000.")
        (row,) = await store.tracks(CallId(ChannelId(one.call)))
        assert row.status is Status.STORED and row.sha256 == one.sha256 and 2900 <= row.duration_ms <= 3200, name
        assert (world.root / row.path).read_bytes() == data, "the original is the file's own bytes"
        left, right = await world.heard(one.call)
        inner = slice(2500 * 16, 4500 * 16)  # the call has 5 s by its row; the recording its last three
        assert power(left[inner], CITIZEN_TONE) > 0.9 and power(right[inner], CITIZEN_TONE) > 0.9, name
    async with world.database.reading() as tx:
        detail = await tx.calls.get(done[0].call)
        kinds = [entry async for part in tx.audit.entries() for entry in part]
    assert detail.call.backfilled and detail.call.mode == "" and detail.call.result is Result.ANSWERED
    assert detail.call.caller_e164 == "+84901234567" and detail.call.entered_at.hour == 1
    told = [entry for entry in kinds if entry.kind == Kind.RECORDING_IMPORTED]
    assert len(told) == len(files) and told[0].detail["sha256"] == done[0].sha256
    assert "0901234567" not in str([entry.detail for entry in told])
    assert list(world.spool.iterdir()) == []
    again = await world.take(table)
    assert [one.outcome for one in again] == ["already-there"] * len(files)
    assert [one.call for one in again] == [one.call for one in done]
    assert (await verify(store, world.root, pool=world.pool, fresh_seconds=0)).missing == []


async def test_where_recordings_are_sealed_imported_ones_are(world: World, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", datetime(2026, 11, 29, tzinfo=UTC))
    keys = Keys(folder=tmp_path / "keys", seal=True)
    ours, foreign = file(tone(CITIZEN_TONE, 3000)), tmp_path / "made.mp3"
    run("-y", "-i", str(world.put("one.wav", ours)), *FORMATS["mp3"].split(), str(foreign))
    files = {"one.wav": ours, "two.mp3": foreign.read_bytes()}
    world.put("two.mp3", files["two.mp3"])
    table = "\n".join([HEAD, *(a_row(name) for name in files)])
    done = await world.take(table, keys=keys)
    store, book = SqlRecordingStore(world.database), DatabaseCallBook(world.database)
    for one, data in zip(done, files.values(), strict=True):
        call = CallId(ChannelId(one.call))
        rows, facts = await store.tracks(call), await book.facts(call)
        (row,) = rows
        assert facts is not None and (row.sha256, row.bytes) == (one.sha256, len(data))
        assert (world.root / row.path).read_bytes().startswith(MAGIC)
        with closing(keys.open(open_below(world.root, row.path))) as stored:
            assert b"".join(pieces(stored)) == data
        await store.save_copies([make_copy(world.spool, world.root, facts, rows, None, ffmpeg(), keys=keys).row])
    assert list(world.spool.iterdir()) == []
    assert [one.outcome for one in await world.take(table, keys=keys)] == ["already-there"] * 2
    found = await verify(store, world.root, keys=keys, pool=world.pool, fresh_seconds=0)
    assert found.ok and found.checked == 4


async def test_a_stereo_file_keeps_its_sides(world: World, tmp_path: Path) -> None:
    for side, hertz in (("l", CITIZEN_TONE), ("r", AGENT_TONE)):
        (tmp_path / f"{side}.wav").write_bytes(file(tone(hertz, 3000)))
    out = world.folder / "both.wav"
    join = "[0:a][1:a]amerge=inputs=2"
    run("-y", "-i", str(tmp_path / "l.wav"), "-i", str(tmp_path / "r.wav"), "-filter_complex", join, str(out))
    (done,) = await world.take(f"{HEAD}\n{a_row('both.wav')}")
    left, right = await world.heard(done.call)
    inner = slice(2500 * 16, 4500 * 16)
    assert power(left[inner], CITIZEN_TONE) > 0.95 and power(right[inner], AGENT_TONE) > 0.95


async def test_what_cannot_be_taken_over_is_told_and_the_rest_goes_on(world: World, tmp_path: Path) -> None:
    world.put("good.wav", file(tone(CITIZEN_TONE, 1000)))
    world.put("a/same.wav", file(tone(CITIZEN_TONE, 1000)))
    world.put("b/same.wav", file(tone(CITIZEN_TONE, 1100)))
    world.put("text.wav", b"this is no sound at all, whatever it is called " * 10)
    secret = tmp_path / "secret.wav"
    secret.write_bytes(file(tone(CITIZEN_TONE, 1000)))
    (world.folder / "link.wav").symlink_to(secret)
    rows = (
        a_row("good.wav", src="anonymous"), a_row("gone.wav"), a_row("link.wav"), a_row("../secret.wav"),
        a_row("same.wav"), a_row("/var/spool/asterisk/monitor/b/same.wav"), a_row("text.wav"),
        a_row("x.wav", at="yesterday"), a_row(""), a_row("good.wav", at="2024-03-02 09:00:00"),
    )  # fmt: skip
    before = {path: path.read_bytes() for path in world.folder.rglob("*.wav")}
    dry = await world.take("\n".join([HEAD, *rows]), dry=True)
    assert dry[0].outcome == "would-import" and not world.root.exists()
    done = await world.take("\n".join([HEAD, *rows]))
    assert [one.outcome for one in done] == [
        "imported", "file-missing", "file-missing", "file-outside", "file-ambiguous", "imported", "ffmpeg-failed",
        "time-unreadable", "no-file", "file-twice",
    ]  # fmt: skip
    assert done[0].note == "number-odd" and [one.well for one in done].count(True) == 2
    assert {path: path.read_bytes() for path in world.folder.rglob("*.wav")} == before


@pytest.mark.parametrize(
    ("encoding", "separator", "form"),
    [("utf-8-sig", ";", "02/03/2024 08:30"), ("cp1258", ",", "2024-03-02T08:30:00"), ("utf-8", "\t", "1709343000")],
)
async def test_tables_of_many_makes(world: World, encoding: str, separator: str, form: str) -> None:
    world.put("a.wav", file(tone(CITIZEN_TONE, 1000)))
    head = separator.join(["Thời điểm" if encoding != "cp1258" else "Gio", "Tu", "File ghi"])
    table = f"{head}\r\n{separator.join([form, '(090) 123-4567', 'a.wav'])}\r\n".encode(encoding)
    (done,) = await world.take(table, given=f"time={head.split(separator)[0]},caller=tu,file=file ghi")
    assert done.outcome == "imported" and done.call.startswith("import-1709343000.")
    async with world.database.reading() as tx:
        assert (await tx.calls.get(done.call)).call.caller_e164 == "+84901234567"


async def test_a_run_that_was_killed_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was the last step: the same rows and files in the end, and one entry of the audit."""
    world.put("a.mp3", b"")
    source = world.folder / "s.wav"
    source.write_bytes(file(tone(CITIZEN_TONE, 1000)))
    run("-y", "-i", str(source), str(world.folder / "a.mp3"))
    source.unlink()
    table = f"{HEAD}\n{a_row('a.mp3')}"

    class Killed(Exception):
        """The process ends here."""

    async def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(SqlRecordingStore, "save", killed)
        with pytest.raises(Killed):
            await world.take(table)
    assert len(list(world.spool.iterdir())) == 1, "filed, and still in the spool"
    (done,) = await world.take(table)
    assert done.outcome == "imported"
    left = world.put(
        "../import/" + f"{done.call}~{done.call}~citizen~1709343000000-r.mp3", b"left by a kill before the release"
    )
    (again,) = await world.take(table)
    assert again.outcome == "already-there" and not left.exists()
    async with world.database.reading() as tx:
        told = [entry async for part in tx.audit.entries() for entry in part if entry.kind == Kind.RECORDING_IMPORTED]
    assert len(told) == 1 and list(world.spool.iterdir()) == []
