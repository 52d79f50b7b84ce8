"""Copies for the browser, levelled copies, map and peaks: made by a real ffmpeg, marked, the same bytes each time."""

import asyncio
import audioop
import base64
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.derive import Derived, derive
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.layout import Layout, Piece
from hotline1022.recordings.loudness import gain_db
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.survey import read_survey, survey
from hotline1022.recordings.types import CallFacts, CopyKind, DerivedRow, FiledCall, Side, Voice
from tests.lab.ffmpeg import ffmpeg, run, samples
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    Board,
    Book,
    facts,
    file,
    idle,
    leg,
    name,
    power,
    put,
    span,
    tone,
    two_agents,
)

AUDIO = [kind for kind in CopyKind if kind not in (CopyKind.WAV, CopyKind.SURVEY, CopyKind.SPEAKERS)]


class World:
    """A spool, an archive, a cache, and a call that is filed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.spool, self.root = folder, folder / "spool", folder / "recordings"
        self.spool.mkdir(parents=True)
        self.cache = Cache(folder=folder / "copies", most=10**9, reserve=0)

    def file(self, call: CallFacts) -> FiledCall:
        (outcome,) = jobs.file_calls(self.spool, self.root, [call])
        assert isinstance(outcome, jobs.Filed)
        self.call, self.filed = call, outcome.filed
        return outcome.filed

    def make(self, kind: CopyKind, known: DerivedRow | None = None, cache: Cache | None = None) -> Derived:
        return derive(self.spool, self.root, cache or self.cache, ffmpeg(), self.call, self.filed.tracks, kind, known)

    def originals(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*.wav")}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.file(two_agents(world.spool))
    return world


@pytest.mark.parametrize("kind", [*AUDIO, CopyKind.SURVEY, CopyKind.SPEAKERS])
def test_made_again_from_the_originals_a_copy_has_the_same_bytes(world: World, kind: CopyKind) -> None:
    before = world.originals()
    first = world.make(kind)
    data = first.path.read_bytes()
    os.utime(first.path, (1, 1))
    later = time.time()
    while int(time.time()) == int(later):  # a time stamp in the file would be of another second
        again = world.make(kind, cache=replace(world.cache, folder=world.folder / f"again-{time.monotonic_ns()}"))
    assert again.path.read_bytes() == data and again.row == first.row and again.made and not again.fault
    assert world.originals() == before, "no original is changed, and nothing is put beside them"
    assert first.path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("kind", AUDIO)
def test_a_copy_says_that_it_is_one_and_of_which_originals(world: World, kind: CopyKind) -> None:
    made = world.make(kind)
    said = run("-i", str(made.path), "-f", "null", "-")
    assert f"Bản sao, không phải bản gốc - cuộc gọi {CALL}" in said
    used = [row for row in world.filed.tracks if row.side is Side.SAID or row.kind is LegKind.CITIZEN]
    assert len(used) == 4 and all(row.sha256 in said and row.id in said for row in used)
    assert ("LUFS" in said) is kind.levelled
    assert "ban-sao" in made.path.name and made.path.name.startswith(f"{CALL}~")


@pytest.mark.parametrize("kind", [CopyKind.MP3, CopyKind.OPUS])
def test_the_sides_are_not_mixed(world: World, kind: CopyKind, tmp_path: Path) -> None:
    left, right = samples(world.make(kind).path, tmp_path)
    second = slice(1200 * 16, 2800 * 16)  # the first agent talks, the citizen too
    assert power(left[second], CITIZEN_TONE) > 0.98 and power(right[second], AGENT_TONE) > 0.98
    assert power(left[second], AGENT_TONE) < 0.001 and power(right[second], CITIZEN_TONE) < 0.001
    assert 5900 * 16 <= len(left) <= 6200 * 16


def test_a_quiet_citizen_is_as_loud_as_the_agent(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    put(world.spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(tone(CITIZEN_TONE, 5000, 250)))
    put(world.spool, name(AGENT, LegKind.AGENT, Side.SAID), file(tone(AGENT_TONE, 5000, 12_000)))
    both = span(0, 5000)
    world.file(facts(leg(CALL, LegKind.CITIZEN, 0, 5000, both), leg(AGENT, LegKind.AGENT, 0, 5000, both), ended=5000))
    plain = samples(world.make(CopyKind.MP3).path, tmp_path)
    level = samples(world.make(CopyKind.WAV_LEVELLED).path, tmp_path)
    inner = slice(1000 * 16, 4000 * 16)

    def db(sides: tuple[bytes, bytes]) -> float:
        from math import log10

        return 20 * log10(audioop.rms(sides[1][inner], 2) / audioop.rms(sides[0][inner], 2))

    assert db(plain) > 30 and abs(db(level)) < 2.5
    assert audioop.max(level[0], 2) < 32767 * 10 ** (-0.9 / 20)
    assert gain_db(-70.0) == 0 and gain_db(-60) == 0 and gain_db(-54) == 30 and gain_db(-20) == -3


def test_what_is_made_louder_does_not_clip(tmp_path: Path) -> None:
    """A whisper with one shout in it: the whisper comes up, the shout is held at -1 dBFS."""
    world = World(tmp_path / "world")
    talk = tone(CITIZEN_TONE, 8000, 300) + tone(CITIZEN_TONE, 100, 8_000) + tone(CITIZEN_TONE, 4000, 300)
    put(world.spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(talk))
    world.file(facts(leg(CALL, LegKind.CITIZEN, 0, 12_100), ended=12_100))
    left, _ = samples(world.make(CopyKind.WAV_LEVELLED).path, tmp_path)
    assert audioop.max(left, 2) <= 32767 * 10 ** (-0.95 / 20) and audioop.rms(left[16_000:64_000], 2) > 3 * 212


def test_the_cache_gives_what_it_made_and_makes_anew_what_was_changed(world: World) -> None:
    first = world.make(CopyKind.MP3)
    kept = world.make(CopyKind.MP3, first.row)
    assert not kept.made and kept.row == first.row and not kept.fault
    data = bytearray(first.path.read_bytes())
    data[-1] ^= 1
    first.path.write_bytes(data)
    mended = world.make(CopyKind.MP3, first.row)
    assert mended.made and mended.row == first.row and "other bytes" in mended.fault
    first.path.unlink()
    assert world.make(CopyKind.MP3, first.row).row == first.row
    lied = replace(first.row, sha256="0" * 64)
    first.path.unlink()
    differs = world.make(CopyKind.MP3, lied)
    assert differs.differs and not differs.fault, "nobody wrote into the cache"


def test_the_least_recently_used_copy_goes_first_and_never_an_original(world: World) -> None:
    before = world.originals()
    one, two = world.make(CopyKind.MP3), world.make(CopyKind.OPUS)
    os.utime(one.path, (100, 100))
    os.utime(two.path, (200, 200))
    world.make(CopyKind.MP3, one.row)  # used: now the other is the oldest
    small = replace(world.cache, most=one.row.bytes + 600_000)
    third = world.make(CopyKind.SURVEY, cache=replace(small, most=one.row.bytes + 210_000))
    assert one.path.exists() and third.path.exists() and not two.path.exists()
    assert world.originals() == before
    assert world.cache.forget(CALL) == 2 and not one.path.exists() and world.cache.forget(CALL) == 0


def test_a_full_disk_leaves_no_half_copy(world: World) -> None:
    full = replace(world.cache, reserve=1 << 60)
    with pytest.raises(Unavailable) as caught:
        world.make(CopyKind.MP3, cache=full)
    assert caught.value.error_id == "disk-full" and list(full.folder.iterdir()) == []


def test_without_ffmpeg_the_error_names_the_cure_and_the_map_is_made(world: World) -> None:
    def made(kind: CopyKind, tool: Ffmpeg | None) -> Derived:
        return derive(world.spool, world.root, world.cache, tool, world.call, world.filed.tracks, kind, None)

    with pytest.raises(Unavailable) as caught:
        made(CopyKind.MP3, None)
    assert caught.value.error_id == "ffmpeg-missing" and "scripts/private-root ffmpeg" in str(caught.value)
    with pytest.raises(Unavailable) as caught:
        made(CopyKind.OPUS, replace(ffmpeg(), encoders=frozenset({"libmp3lame"})))
    assert caught.value.error_id == "ffmpeg-encoder"
    with pytest.raises(Unavailable) as caught:
        made(CopyKind.MP3, replace(ffmpeg(), command=("/bin/false",)))
    assert caught.value.error_id == "ffmpeg-failed" and not list(world.cache.folder.glob("*.mp3"))
    assert made(CopyKind.SURVEY, None).made


# ---------------------------------------------------------------- map and peaks


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[tuple[Layout, Path]]:
    """Citizen 0-2 s with a breath of 0.2 s, both 2-3 s, other 3-4 s, nobody to 6 s."""
    breath = tone(CITIZEN_TONE, 900) + idle(200) + tone(CITIZEN_TONE, 1900) + idle(3000)
    other = idle(2000) + tone(AGENT_TONE, 2000, 20_000) + idle(2000)
    (tmp_path / "l.wav").write_bytes(file(breath))
    (tmp_path / "r.wav").write_bytes(file(other))
    sides = [(Piece(path=f"{side}.wav", start=0, frames=6000 * 8),) for side in "lr"]
    yield Layout(left=sides[0], right=sides[1], frames=6000 * 8), tmp_path


def test_the_map_says_who_is_heard_when(talk: tuple[Layout, Path]) -> None:
    layout, folder = talk
    found = survey(layout, lambda path: PlainFile(os.open(folder / path, os.O_RDONLY)))
    assert [(one.from_ms, one.to_ms, one.kind) for one in found.stretches] == [
        (0, 2000, Voice.CITIZEN),
        (2000, 3000, Voice.BOTH),
        (3000, 4000, Voice.OTHER),
        (4000, 6000, Voice.SILENCE),
    ]
    points = base64.b64decode(found.citizen), base64.b64decode(found.other)
    assert found.step_ms == 20 and len(points[0]) == len(points[1]) == 300
    assert points[0][10] == 5900 >> 7 or 44 <= points[0][10] <= 47
    assert points[1][10] == 0 and 150 <= points[1][110] <= 160


def test_the_map_is_read_back_as_it_was_written(world: World) -> None:
    made = world.make(CopyKind.SURVEY)
    text = made.path.read_text(encoding="utf-8")
    assert "Bản sao, không phải bản gốc" in text and all(row.sha256 in text for row in world.filed.tracks[:1])
    with closing(world.cache.open(made.row.name)) as kept:
        found = read_survey(kept)
    assert found.duration_ms == 6000 and [one.kind for one in found.stretches] == [Voice.BOTH]


# ---------------------------------------------------------------- on demand


async def test_copies_on_demand_are_made_elsewhere_and_written_down(world: World) -> None:
    store, board, pool = MemoryStore(), Board(), HeavyPool(seconds=60)
    await store.save([world.filed])

    async def tool() -> Ffmpeg:
        return ffmpeg()

    copies = CopiesOnDemand(
        spool=world.spool,
        root=world.root,
        cache=world.cache,
        store=store,
        book=Book(world.call),
        pool=pool,
        notices=board,
        ffmpeg=tool,
    )
    try:
        first, second = await asyncio.gather(copies.copy(CALL, CopyKind.MP3), copies.copy(CALL, CopyKind.MP3))
        assert first.made and not second.made and first.row == second.row == store.derived_rows[CALL, CopyKind.MP3, ""]
        first.path.write_bytes(b"something else")
        assert (await copies.copy(CALL, CopyKind.MP3)).row == first.row
        assert board.kinds() == ["copy-changed"]
        await copies.forget(CALL)
        assert not list(world.cache.folder.iterdir())
    finally:
        await pool.close()


def test_a_stereo_wav_copy_is_whole_with_its_marks(world: World, tmp_path: Path) -> None:
    said = wav.marks("tên", "một\nhai")
    data = wav.header(8, channels=2, after=len(said)) + bytes(32) + said
    (tmp_path / "x.wav").write_bytes(data)
    shown = run("-i", str(tmp_path / "x.wav"), "-f", "null", "-")
    assert "title           : tên" in shown and "một" in shown and "hai" in shown and len(said) % 2 == 0
