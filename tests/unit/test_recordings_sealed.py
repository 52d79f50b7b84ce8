"""Recordings filed under a key: nothing plain is left, everything that reads them reads the same, and a missing key says so."""

import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs, seal, wav
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.copies import make_copy
from hotline1022.recordings.derive import Derived, derive
from hotline1022.recordings.files import open_below, write_file
from hotline1022.recordings.keys import KeyMissing, Keys, key_files, make_key, outside
from hotline1022.recordings.memory import MemoryStore
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reader import PlainFile, pieces, sha256_of
from hotline1022.recordings.seal import MAGIC
from hotline1022.recordings.stream import open_stream
from hotline1022.recordings.types import CallFacts, CopyKind, DerivedRow, FiledCall, Side
from hotline1022.recordings.verify import verify
from tests.lab.ffmpeg import ffmpeg
from tests.lab.memory import forget_peak, peak_kib
from tests.unit.recordings_world import (
    CALL,
    CITIZEN_TONE,
    START,
    facts,
    file,
    leg,
    name,
    names_in,
    put,
    tone,
    two_agents,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SAID = name(CALL, LegKind.CITIZEN, Side.SAID)


@dataclass(frozen=True, slots=True)
class World:
    spool: Path
    root: Path
    keys: Keys
    call: CallFacts

    @property
    def folder(self) -> Path:
        return self.root / "2026/11/24" / CALL

    def plain(self, path: str) -> bytes:
        with closing(self.keys.open(open_below(self.root, path))) as stored:
            return b"".join(pieces(stored))

    def filed(self) -> FiledCall:
        (outcome,) = jobs.file_calls(self.spool, self.root, [self.call], keys=self.keys)
        assert isinstance(outcome, jobs.Filed), outcome
        assert jobs.release(self.spool, self.root, outcome.marks) == ()
        return outcome.filed

    @property
    def cache(self) -> Cache:
        return Cache(folder=self.root.parent / "copies", most=10**9, reserve=0, keys=self.keys)

    def derived(self, kind: CopyKind, filed: FiledCall, known: DerivedRow | None = None, speakers: str = "") -> Derived:
        return derive(self.spool, self.root, self.cache, ffmpeg(), self.call, filed.tracks, kind, known, speakers)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Six tracks, one of them with a blank header, and a message, in the spool; a key."""
    spool = tmp_path / "spool"
    spool.mkdir()
    call = two_agents(spool)
    put(spool, SAID, bytes(44) + tone(CITIZEN_TONE, 6000), age=100)
    put(spool, name(CALL, None, None, START + 10), file(tone(CITIZEN_TONE, 100)))
    make_key(tmp_path / "keys", NOW)
    return World(spool, tmp_path / "recordings", Keys(folder=tmp_path / "keys", seal=True), call)


@pytest.fixture
async def pool() -> AsyncIterator[HeavyPool]:
    made = HeavyPool(lambda: ThreadPoolExecutor(1), seconds=20)
    yield made
    await made.close()


def test_what_is_filed_is_sealed_and_comes_back_bit_for_bit(world: World) -> None:
    originals = {path.name: path.read_bytes() for path in world.spool.iterdir()}
    filed = world.filed()
    rows = [(row.id, row.path, row.sha256) for row in filed.tracks]
    rows += [(row.id, row.path, row.sha256) for row in filed.voicemails]
    assert len(rows) == 7 and names_in(world.spool) == []
    for title, place, sha256 in rows:
        whole = originals[f"{title}.wav"]
        assert sha256 == hashlib.sha256(whole).hexdigest() and world.plain(place) == whole
    assert {row.bytes for row in filed.tracks} == {
        len(whole) for title, whole in originals.items() if "~v" not in title
    }
    copy = make_copy(world.spool, world.root, world.call, filed.tracks, None, keys=world.keys).row
    assert hashlib.sha256(world.plain(copy.path)).hexdigest() == copy.sha256
    stored = list(world.folder.iterdir())
    assert len(stored) == 9, "seven originals, a repaired copy, the listening copy"
    assert all(path.read_bytes().startswith(MAGIC) and path.stat().st_mode & 0o777 == 0o640 for path in stored)
    assert not [
        path for path in stored if b"RIFF" in path.read_bytes()[:200] or tone(CITIZEN_TONE, 100) in path.read_bytes()
    ]


def test_the_same_as_without_a_key(world: World, tmp_path: Path) -> None:
    plain_spool = tmp_path / "plain-spool"
    plain_spool.mkdir()
    for path in world.spool.iterdir():
        put(plain_spool, path.name, path.read_bytes(), age=100)
    (outcome,) = jobs.file_calls(plain_spool, tmp_path / "plain", [world.call])
    assert isinstance(outcome, jobs.Filed)
    sealed = world.filed()
    assert sealed == outcome.filed
    made = make_copy(world.spool, world.root, world.call, sealed.tracks, None, keys=world.keys).row
    assert made == make_copy(plain_spool, tmp_path / "plain", world.call, sealed.tracks, None).row
    for kind in (CopyKind.SURVEY, CopyKind.OPUS, CopyKind.WAV_LEVELLED):
        plain = Cache(folder=tmp_path / "plain-copies", most=10**9, reserve=0)
        same = derive(plain_spool, tmp_path / "plain", plain, ffmpeg(), world.call, sealed.tracks, kind, None)
        assert world.derived(kind, outcome.filed).row == same.row and same.path.stat().st_size == same.row.bytes


def test_copies_in_the_cache_are_sealed_too(world: World) -> None:
    filed = world.filed()
    for kind, speakers in (
        (CopyKind.SURVEY, ""),
        (CopyKind.MP3, ""),
        (CopyKind.WAV, "citizen"),
        (CopyKind.SPEAKERS, ""),
    ):
        made = world.derived(kind, filed, speakers=speakers)
        assert made.path.read_bytes().startswith(MAGIC) and made.path.stat().st_mode & 0o777 == 0o640
        assert [path.name for path in world.cache.folder.iterdir()] == [made.row.name], "nothing plain lies beside it"
        again = world.derived(kind, filed, made.row, speakers)
        assert not again.made and again.row == made.row
        touched = bytearray(made.path.read_bytes())
        touched[len(touched) // 2] ^= 1
        made.path.write_bytes(touched)
        mended = world.derived(kind, filed, made.row, speakers)
        assert mended.made and "other bytes" in mended.fault and mended.row == made.row
        with closing(world.cache.open(made.row.name)) as kept:
            made.path.write_bytes(b"".join(pieces(kept)))
        mended = world.derived(kind, filed, made.row, speakers)
        assert mended.made and not mended.fault, "from before sealing: made again, no fault of anybody"
        assert world.cache.forget_others(world.keys.newest().id) == 0
        assert world.cache.forget_others("another key") == 1 and not list(world.cache.folder.iterdir())


def test_without_its_key_a_copy_in_the_cache_is_as_good_as_gone(world: World) -> None:
    filed = world.filed()
    made = world.derived(CopyKind.SURVEY, filed)
    assert world.cache.look(made.row.name) is not None
    strange = replace(world.cache, keys=Keys(folder=world.root.parent / "no-keys", seal=True))
    assert strange.look(made.row.name) is None
    with pytest.raises(Unavailable) as caught, strange.making("x", 1):
        pytest.fail("nothing is begun without a key")
    assert caught.value.error_id == "recording-key-none"


async def test_verify_reads_sealed_files_and_tells_a_missing_key_from_a_changed_file(
    world: World, pool: HeavyPool
) -> None:
    store, filed = MemoryStore(), world.filed()
    await store.save([filed])
    await store.save_copies([make_copy(world.spool, world.root, world.call, filed.tracks, None, keys=world.keys).row])
    whole = await verify(store, world.root, keys=world.keys, pool=pool, fresh_seconds=0)
    assert whole.ok and whole.checked == 9
    for pattern in ("*-t.wav", "*.repaired.wav"):
        victim = next(world.folder.glob(pattern))
        before = victim.read_bytes()
        victim.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        found = await verify(store, world.root, keys=world.keys, pool=pool, fresh_seconds=0)
        assert found.changed == [victim.relative_to(world.root).as_posix()] and not found.key_missing
        victim.write_bytes(before)
    without = await verify(store, world.root, pool=pool, fresh_seconds=0)
    assert len(without.key_missing) == 9 and not (without.changed or without.missing or without.extra)
    assert not without.ok


async def test_a_missing_key_says_so_and_the_file_stays(world: World) -> None:
    filed = world.filed()
    path = filed.tracks[0].path
    before = (world.root / path).read_bytes()
    for keys, cure in (
        (Keys(), "set recordings.keys"),
        (Keys(folder=world.root.parent / "other"), "put its file back"),
    ):
        with pytest.raises(KeyMissing, match=cure):
            await open_stream(world.root, path, keys)
        with pytest.raises(KeyMissing):
            make_copy(world.spool, world.root, world.call, filed.tracks, None, keys=keys)
    assert (world.root / path).read_bytes() == before


def test_without_any_key_nothing_is_stored_plain_and_the_spool_keeps_it(world: World) -> None:
    for path in (world.keys.folder or Path()).iterdir():
        path.unlink()
    (outcome,) = jobs.file_calls(world.spool, world.root, [world.call], keys=world.keys)
    assert isinstance(outcome, jobs.Failed) and outcome.error_id == "recording-key-none"
    assert len(names_in(world.spool)) == 7 and not [path for path in world.root.rglob("*") if path.is_file()]
    make_key(world.keys.folder or Path(), NOW)
    assert len(world.filed().tracks) == 6


def test_what_was_filed_plain_stays_and_is_filed_again_as_the_same(world: World) -> None:
    (outcome,) = jobs.file_calls(world.spool, world.root, [world.call])
    assert isinstance(outcome, jobs.Filed)
    assert world.filed() == outcome.filed
    assert not any(path.read_bytes().startswith(MAGIC) for path in world.folder.glob("*-[rt].wav"))


def test_a_sealed_file_that_is_there_is_compared_by_its_plain_bytes(world: World) -> None:
    before = {path.name: path.read_bytes() for path in world.spool.iterdir()}
    world.filed()
    sealed = (world.folder / SAID).read_bytes()
    put(world.spool, SAID, before[SAID], age=100)
    world.filed()
    assert names_in(world.spool) == [] and (world.folder / SAID).read_bytes() == sealed
    put(world.spool, SAID, before[SAID][:-1] + b"\1", age=100)
    (outcome,) = jobs.file_calls(world.spool, world.root, [world.call], keys=world.keys)
    assert isinstance(outcome, jobs.Failed) and outcome.error_id == "recording-conflict"


@pytest.mark.parametrize("sealing", [True, False])
def test_what_looks_sealed_is_not_taken_from_the_spool(world: World, sealing: bool) -> None:
    put(world.spool, SAID, MAGIC + bytes(500), age=100)
    keys = world.keys if sealing else Keys()
    (outcome,) = jobs.file_calls(world.spool, world.root, [world.call], keys=keys)
    assert isinstance(outcome, jobs.Failed) and outcome.error_id == "recording-looks-sealed" and outcome.name == SAID


def test_what_cannot_be_read_back_does_not_cost_the_original(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = AESGCM

    class Broken:
        """A cipher of a broken machine: it loses a bit of what it encrypts."""

        def __init__(self, key: bytes) -> None:
            self.real = real(key)

        def encrypt(self, nonce: bytes, data: bytes, about: bytes | None) -> bytes:
            return self.real.encrypt(nonce, data if about else bytes([data[0] ^ 1]) + data[1:], about)

        def decrypt(self, nonce: bytes, data: bytes, about: bytes | None) -> bytes:
            return self.real.decrypt(nonce, data, about)

    monkeypatch.setattr(seal, "AESGCM", Broken)
    (outcome,) = jobs.file_calls(world.spool, world.root, [world.call], keys=world.keys)
    assert isinstance(outcome, jobs.Failed) and len(names_in(world.spool)) == 7


# ---------------------------------------------------------------- keys


def test_the_newest_key_seals_and_older_ones_still_open(world: World) -> None:
    filed = world.filed()
    folder = world.keys.folder or Path()
    newer = make_key(folder, NOW + timedelta(days=1))
    assert world.keys.newest() == newer and len(world.keys.all()) == 2
    assert sha256_of(world.keys.open(open_below(world.root, filed.tracks[0].path))) == filed.tracks[0].sha256
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600, 0o600]


@pytest.mark.parametrize(
    ("spoil", "error_id"),
    [
        (lambda path: path.chmod(0o640), "recording-key-mode"),
        (lambda path: path.write_text("00" * 31), "recording-key-invalid"),
        (lambda path: path.write_text("no key"), "recording-key-invalid"),
        (lambda path: path.write_text("00" * 32), "recording-key-invalid"),
    ],
)
def test_a_spoilt_key_is_refused_with_its_cure(world: World, spoil: object, error_id: str) -> None:
    folder = world.keys.folder or Path()
    assert callable(spoil)
    spoil(folder / key_files(folder)[0])
    make_key(folder, NOW + timedelta(days=1))  # the folder is another one: it is read anew
    with pytest.raises(Unavailable) as caught:
        world.keys.all()
    assert caught.value.error_id == error_id


def test_keys_in_the_data_are_refused_by_whatever_link(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "hidden").mkdir(parents=True)
    (tmp_path / "elsewhere").symlink_to(data / "hidden")
    for inside in (data / "keys", tmp_path / "elsewhere"):
        with pytest.raises(ConfigError) as caught:
            outside(inside, data)
        assert caught.value.error_id == "keys-inside-data"
    outside(tmp_path / "keys", data)


# ---------------------------------------------------------------- streaming


@pytest.mark.parametrize("sealing", [True, False])
async def test_any_range_is_streamed(world: World, sealing: bool) -> None:
    keys = world.keys if sealing else Keys()
    whole = bytes(range(256)) * 3000
    world.root.mkdir()
    folder = os.open(world.root, os.O_RDONLY)
    write_file(folder, "one.wav", keys.written([whole]))
    os.close(folder)
    stream = await open_stream(world.root, "one.wav", keys)
    assert stream.size == len(whole)
    for first, after in ((0, len(whole)), (5, 6), (65_535, 65_537), (600_000, len(whole)), (7, 7)):
        assert b"".join([piece async for piece in stream.read(first, after)]) == whole[first:after]
    await stream.close()
    for path in ("gone.wav", "../spool/x.wav", "one.wav/x"):
        with pytest.raises(Unavailable) as caught:
            await open_stream(world.root, path, keys)
        assert caught.value.error_id == "recording-missing"


def test_of_a_file_that_breaks_off_nothing_is_left(tmp_path: Path) -> None:
    """What it comes from may fail by itself, as the disk of another exchange does: plain speech must not stay behind."""

    def pieces() -> Iterator[bytes]:
        yield b"x" * 100
        raise Unavailable("the file cannot be read", error_id="file-unreadable")

    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(Unavailable):
        write_file(folder, "one.wav", pieces())
    os.close(folder)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- size and speed


@pytest.mark.slow
def test_half_a_gigabyte_is_sealed_and_read_in_flat_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over four hours of stereo, filed as one track; 200 times real time of one track is 3.2 MB/s."""
    size = 500_000_000
    make_key(tmp_path / "keys", NOW)
    keys = Keys(folder=tmp_path / "keys", seal=True)
    block = os.urandom(1 << 20)

    def content() -> Iterator[bytes]:
        yield wav.header(size // 2)
        for at in range(0, size, len(block)):
            yield block[: size - at]

    (tmp_path / "spool").mkdir()
    spool = os.open(tmp_path / "spool", os.O_RDONLY)
    write_file(spool, SAID, content())
    os.close(spool)
    fd = os.open(tmp_path / "spool" / SAID, os.O_RDONLY)
    wanted = sha256_of(PlainFile(fd))
    os.close(fd)

    call = facts(leg(CALL, LegKind.CITIZEN, 0, size // 16), ended=size // 16)
    before = forget_peak()
    begun = time.perf_counter()
    (outcome,) = jobs.file_calls(tmp_path / "spool", tmp_path / "recordings", [call], keys=keys)
    took = time.perf_counter() - begun
    grown = peak_kib() - before
    assert isinstance(outcome, jobs.Filed)
    said = next(row for row in outcome.filed.tracks if row.path)
    assert said.sha256 == wanted
    with capsys.disabled():
        print(
            f"\n  intake with sealing: {size / took / 1e6:.0f} MB/s = {size / took / 16_000:.0f} x real time; +{grown} kB"
        )
    assert size / took > 3_200_000 and grown < 30_000
    with closing(keys.open(open_below(tmp_path / "recordings", said.path))) as stored:
        begun = time.perf_counter()
        for at in range(0, size, 9_999_991):
            stored.pread(100, at)
        assert (time.perf_counter() - begun) < 5, "a range costs its segments, not the file"
