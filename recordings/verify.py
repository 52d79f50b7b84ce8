"""Does every stored file still have the bytes that were hashed? Reports, to the catalogue too; changes and repairs no file."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hotline1022.core.errors import HotlineError
from hotline1022.recordings import wav
from hotline1022.recordings.files import Version, open_below, version_of
from hotline1022.recordings.keys import NO_KEYS, KeyMissing, Keys
from hotline1022.recordings.names import call_of, original_name
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import RecordingStore, StateBook
from hotline1022.recordings.reader import OpenFile, sha256_of
from hotline1022.recordings.seal import SealBroken
from hotline1022.recordings.types import StoredFile
from hotline1022.recordings.verdicts import Verdicts

_DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
#: files are checked in portions
_PORTION = 64
#: a file younger than this may still be on its way to its row
FRESH_SECONDS = 600.0


#: of each file its path, the SHA-256 of its row, and what the disk says; None = it cannot be opened
Versions = tuple[tuple[str, str, Version | None], ...]


@dataclass(slots=True)
class Verification:
    """What a check found; paths are relative to the recordings folder."""

    checked: int = 0
    #: other bytes than were hashed
    changed: list[str] = field(default_factory=list)
    #: a row promises it, it is not there
    missing: list[str] = field(default_factory=list)
    #: it is there, no row promises it
    extra: list[str] = field(default_factory=list)
    #: sealed with a key that is not here: nothing can be said of it
    key_missing: list[str] = field(default_factory=list)
    #: could not be read: a link, a folder, no right; with the reason
    unreadable: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> frozenset[str]:
        """Paths of files that a row promises and that are not as they were stored."""
        return frozenset([*self.changed, *self.missing, *(text.partition(": ")[0] for text in self.unreadable)])

    @property
    def ok(self) -> bool:
        """Whether every file is as it was stored, and no other."""
        return not (self.changed or self.missing or self.extra or self.key_missing or self.unreadable)


async def verify(
    store: RecordingStore,
    root: Path,
    *,
    keys: Keys = NO_KEYS,
    pool: HeavyPool | None = None,
    fresh_seconds: float = FRESH_SECONDS,
    since: date | None = None,
    progress: Callable[[int], None] | None = None,
    book: StateBook | None = None,
) -> Verification:
    """Hash everything again and compare with the rows, and look for files that no row knows.

    `since` leaves out the folders of earlier days; `progress` is told how many files were checked, now and then; what was
    found goes to the states in `book`.
    """
    heavy = pool or HeavyPool()
    result = Verification()
    verdicts = Verdicts(book) if book is not None else None
    try:
        promised: set[str] = set()
        portion: list[StoredFile] = []
        async for file in store.stored():
            if _before(file.path, since):
                continue
            promised.add(file.path)
            portion.append(file)
            if len(portion) == _PORTION:
                await _portion(result, heavy, root, portion, verdicts, keys)
                portion = []
                _tell(progress, result)
        await _portion(result, heavy, root, portion, verdicts, keys)
        _tell(progress, result)
        if verdicts is not None:
            await verdicts.end()
        there = await heavy.run(files_of, root, older_than=fresh_seconds)
        leaving = frozenset(await store.leaving())
        unknown = [
            path for path in there if path not in promised and not _before(path, since) and call_of(path) not in leaving
        ]
        copies = [path for path in unknown if (whose := _original(path)) and whose in promised]
        result.extra += sorted(set(unknown) - set(copies))
        for at in range(0, len(copies), _PORTION):
            _join(result, await heavy.run(check_repaired, root, copies[at : at + _PORTION], keys=keys))
            _tell(progress, result)
    finally:
        if pool is None:
            await heavy.close()
    return result


async def verify_calls(
    book: StateBook, root: Path, calls: Sequence[str], *, pool: HeavyPool, keys: Keys = NO_KEYS
) -> Verification:
    """Hash the originals of these calls again: a sample at night, one before it is played. The states follow."""
    result, verdicts = Verification(), Verdicts(book)
    files = await book.files(calls)
    for at in range(0, len(files), _PORTION):
        await _portion(result, pool, root, files[at : at + _PORTION], verdicts, keys)
    await verdicts.end()
    return result


async def _portion(
    result: Verification,
    pool: HeavyPool,
    root: Path,
    files: Sequence[StoredFile],
    verdicts: Verdicts | None,
    keys: Keys,
) -> None:
    part = await pool.run(check, root, files, keys=keys)
    _join(result, part)
    if verdicts is not None:
        # nothing can be said of what is sealed with a key that is away: its recording stays in its state
        readable = [file for file in files if file.path not in part.key_missing]
        await verdicts.take(readable, part.wrong)


def _before(path: str, since: date | None) -> bool:
    """Whether the file lies in the folder of an earlier day; what lies in no day's folder does not."""
    day = path[:10]
    return since is not None and _DAY.fullmatch(day) is not None and day < since.strftime("%Y/%m/%d")


def _tell(progress: Callable[[int], None] | None, result: Verification) -> None:
    if progress is not None:
        progress(result.checked)


def _join(result: Verification, part: Verification) -> None:
    result.checked += part.checked
    result.changed += part.changed
    result.missing += part.missing
    result.extra += part.extra
    result.key_missing += part.key_missing
    result.unreadable += part.unreadable


def check(root: Path, files: Sequence[StoredFile], *, keys: Keys = NO_KEYS) -> Verification:
    """Hash these files and compare."""
    result = Verification()
    for file in files:
        result.checked += 1
        with _finding(result, file.path), closing(keys.open(open_below(root, file.path))) as stored:
            if sha256_of(stored) != file.sha256:
                result.changed.append(file.path)
    return result


def versions(root: Path, files: Sequence[StoredFile]) -> Versions:
    """What the disk says of these files, without reading them: the same as long as nobody wrote to one."""
    found: list[tuple[str, str, Version | None]] = []
    for file in files:
        try:
            fd = open_below(root, file.path)
        except (OSError, HotlineError):  # what is wrong with it, hashing tells
            found.append((file.path, file.sha256, None))
            continue
        try:
            found.append((file.path, file.sha256, version_of(fd)))
        finally:
            os.close(fd)
    return tuple(found)


@contextmanager
def _finding(result: Verification, path: str) -> Iterator[None]:
    """Turn what goes wrong with one file into its finding."""
    try:
        yield
    except FileNotFoundError:
        result.missing.append(path)
    except KeyMissing:
        result.key_missing.append(path)
    except SealBroken:
        result.changed.append(path)
    except (HotlineError, OSError) as error:
        result.unreadable.append(f"{path}: {error}")


def check_repaired(root: Path, paths: Sequence[str], *, keys: Keys = NO_KEYS) -> Verification:
    """Repaired copies have no row: they must be what their originals make."""
    result = Verification()
    for path in paths:
        result.checked += 1
        with (
            _finding(result, path),
            closing(keys.open(open_below(root, path))) as copy,
            closing(keys.open(open_below(root, _original(path) or path))) as original,
        ):
            if sha256_of(copy) != _as_repaired(original):
                result.changed.append(path)
    return result


def files_of(root: Path, *, older_than: float, now: float | None = None) -> tuple[str, ...]:
    """Every file below the root that was put there so many seconds ago or earlier."""
    now = time.time() if now is None else now
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            try:
                changed = path.lstat().st_ctime
            except FileNotFoundError:
                continue
            if now - changed >= older_than:
                found.append(path.relative_to(root).as_posix())
    return tuple(found)


def _original(path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    original = original_name(name)
    return None if original is None else f"{folder}/{original}"


def _as_repaired(original: OpenFile) -> str:
    digest = hashlib.sha256()
    for piece in wav.repaired(original, wav.inspect_file(original)):
        digest.update(piece)
    return digest.hexdigest()
