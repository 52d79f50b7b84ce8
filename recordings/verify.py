"""Does every stored file still have the bytes that were hashed? Reports, to the catalogue too; changes and repairs no file."""

import hashlib
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from hotline1022.core.errors import HotlineError
from hotline1022.recordings import wav
from hotline1022.recordings.below import DAY, Lying, Unread, files_of, layout_of
from hotline1022.recordings.files import Version, open_below, readable, version_of
from hotline1022.recordings.keys import NO_KEYS, KeyMissing, Keys
from hotline1022.recordings.names import call_of, original_name
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.portions import Budget
from hotline1022.recordings.ports import RecordingStore, StateBook
from hotline1022.recordings.reader import OpenFile, sha256_of
from hotline1022.recordings.seal import SealBroken
from hotline1022.recordings.types import StoredFile
from hotline1022.recordings.verdicts import Verdicts

F = TypeVar("F")
#: files are checked in portions
_PORTION = 64
#: bytes read in one go, or one file: a disk that gives 1 MB a second still answers within the worker's deadline
PORTION_BYTES = 256 * 1024**2
#: calls asked about at once
_CALLS = 500
#: a file younger than this may still be on its way to its row: a copy is made, or given up, in half of it (HeavyPool)
FRESH_SECONDS = 600.0


#: of each file its path, the SHA-256 of its row, and what the disk says; None = it cannot be opened
Versions = tuple[tuple[str, str, Version | None], ...]


#: runs a plain function off the loop: HeavyPool.run, asyncio.to_thread
Run = Callable[..., Awaitable["Verification"]]
#: what rows promise now of these files
Ask = Callable[[Sequence[str]], Awaitable[Sequence[StoredFile]]]


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
    #: could not be read: a link, a folder, no right
    unreadable: list[Unread] = field(default_factory=list)

    @property
    def wrong(self) -> frozenset[str]:
        """Paths of files that a row promises and that are not as they were stored."""
        return frozenset([*self.changed, *self.missing, *(one.path for one in self.unreadable)])

    def forget(self, paths: AbstractSet[str]) -> None:
        """What was said of these files is void: no row promises them any more."""
        self.changed = [path for path in self.changed if path not in paths]
        self.missing = [path for path in self.missing if path not in paths]
        self.unreadable = [one for one in self.unreadable if one.path not in paths]

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
    try:
        walk = _Walk(
            store=store,
            root=root,
            keys=keys,
            pool=heavy,
            fresh_seconds=fresh_seconds,
            since=since,
            progress=progress or (lambda _: None),
            verdicts=Verdicts(book) if book is not None else None,
        )
        return await walk.whole()
    finally:
        if pool is None:
            await heavy.close()


@dataclass(kw_only=True)
class _Walk:
    """All stored files, a day of the province at a time: a walk of hours needs the memory of one day.

    Calls go on meanwhile. What seems wrong is asked about once more: a row may have come, or gone, since it was read.
    """

    store: RecordingStore
    root: Path
    keys: Keys
    pool: HeavyPool
    fresh_seconds: float
    since: date | None
    progress: Callable[[int], None]
    verdicts: Verdicts | None
    result: Verification = field(default_factory=Verification)
    portion: list[StoredFile] = field(default_factory=list)

    async def whole(self) -> Verification:
        """Rows against files, and then files against rows."""
        days, nowhere = set[str](), set[str]()
        day, promised = "", nowhere
        async for file in self.store.stored():
            if _before(file.path, self.since):
                continue
            if (its := _day_of(file.path)) != day:
                await self._end_of(day, promised)
                day, promised = its, set() if its else nowhere
                days.add(its)
            promised.add(file.path)
            self.portion.append(file)
            if len(self.portion) == _PORTION:
                await self._check()
        await self._end_of(day, promised)
        if self.verdicts is not None:
            await self.verdicts.end()
        lying = await self.pool.run(layout_of, self.root, older_than=self.fresh_seconds)
        self._unread(lying)
        await self._unpromised([path for path in lying.paths if path not in nowhere], nowhere)
        for one in sorted(set(lying.days) - days):
            if not _before(one, self.since):
                await self._end_of(one, set())
        self.result.extra.sort()
        self.progress(self.result.checked)
        return self.result

    async def _end_of(self, day: str, promised: AbstractSet[str]) -> None:
        """The rest of a day's files, and what lies in its folder beside them."""
        await self._check()
        if day:
            there = await self.pool.run(files_of, self.root, day, older_than=self.fresh_seconds)
            self._unread(there)
            await self._unpromised([path for path in there.paths if path not in promised], promised)

    def _unread(self, lying: Lying) -> None:
        """Folders: what lies in them is not known."""
        self.result.unreadable += [
            one for one in lying.unread if one not in self.result.unreadable and not _before(one.path, self.since)
        ]

    async def _check(self) -> None:
        files, self.portion = self.portion, []
        if files:
            await _portion(self.result, self.pool, self.root, files, self.verdicts, self.keys, self.store.named)
            self.progress(self.result.checked)

    async def _unpromised(self, unknown: Sequence[str], promised: AbstractSet[str]) -> None:
        if not unknown:
            return
        leaving = frozenset(await self.store.leaving())
        calls = sorted({call for path in unknown if (call := call_of(path)).isascii()})
        now = {
            file.path: file
            for at in range(0, len(calls), _CALLS)
            for file in await self.store.promised(calls[at : at + _CALLS])
        }
        late = [now[path] for path in unknown if path in now]
        for at in range(0, len(late), _PORTION):
            self.portion = late[at : at + _PORTION]
            await self._check()
        rest = [path for path in unknown if path not in now and call_of(path) not in leaving]
        copies = [path for path in rest if (whose := _original(path)) and (whose in promised or whose in now)]
        self.result.extra += sorted(map(readable, set(rest) - set(copies)))
        for at in range(0, len(copies), _PORTION):
            part = copies[at : at + _PORTION]
            _join(self.result, await in_portions(self.pool.run, check_repaired, self.root, part, self.keys))
            self.progress(self.result.checked)


async def verify_calls(
    book: StateBook, root: Path, calls: Sequence[str], *, pool: HeavyPool, keys: Keys = NO_KEYS
) -> Verification:
    """Hash the originals of these calls again: a sample at night, one before it is played. The states follow."""
    result, verdicts = Verification(), Verdicts(book)
    files = await book.files(calls)

    async def ask(_: Sequence[str]) -> Sequence[StoredFile]:
        return await book.files(calls)

    for at in range(0, len(files), _PORTION):
        await _portion(result, pool, root, files[at : at + _PORTION], verdicts, keys, ask)
    await verdicts.end()
    return result


async def _portion(
    result: Verification,
    pool: HeavyPool,
    root: Path,
    files: Sequence[StoredFile],
    verdicts: Verdicts | None,
    keys: Keys,
    ask: Ask,
) -> None:
    part = await in_portions(pool.run, check, root, files, keys)
    if part.wrong:
        now = await ask(sorted(part.wrong))
        again = [file for file in now if file.path in part.wrong]
        part.forget(part.wrong - {file.path for file in again if file in files})
        # a file whose row was changed since: by what its row says now
        anew = [file for file in again if file not in files]
        _join(part, await in_portions(pool.run, check, root, anew, keys))
        part.checked -= len(anew)
    _join(result, part)
    if verdicts is not None:
        # nothing can be said of what is sealed with a key that is away: its recording stays in its state
        readable = [file for file in files if file.path not in part.key_missing]
        await verdicts.take(readable, part.wrong)


def _before(path: str, since: date | None) -> bool:
    """Whether the file lies in the folder of an earlier day; what lies in no day's folder does not."""
    day = path[:10]
    return since is not None and DAY.fullmatch(day) is not None and day < since.strftime("%Y/%m/%d")


def _day_of(path: str) -> str:
    """Its day's folder; "" = it lies in none."""
    return path[:10] if DAY.fullmatch(path[:10]) and path[10:11] == "/" else ""


def _join(result: Verification, part: Verification) -> None:
    result.checked += part.checked
    result.changed += part.changed
    result.missing += part.missing
    result.extra += part.extra
    result.key_missing += part.key_missing
    result.unreadable += part.unreadable


async def in_portions(
    run: Run, job: Callable[..., Verification], root: Path, files: Sequence[F], keys: Keys
) -> Verification:
    """`check` or `check_repaired` over all of these, PORTION_BYTES in one go."""
    result, at = Verification(), 0
    while at < len(files):
        part = await run(job, root, files[at:], keys=keys, most=PORTION_BYTES)
        at += part.checked
        _join(result, part)
    return result


def check(root: Path, files: Sequence[StoredFile], *, keys: Keys = NO_KEYS, most: int | None = None) -> Verification:
    """Hash these files and compare; no more of them than `most` bytes and the first one, in their order."""
    result, budget = Verification(), Budget(most)
    for file in files:
        with _finding(result, file.path), closing(keys.open(open_below(root, file.path))) as stored:
            if not budget.takes(stored.size):
                break
            if sha256_of(stored) != file.sha256:
                result.changed.append(file.path)
        result.checked += 1
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
        result.unreadable.append(Unread(path=path, why=str(error)))


def check_repaired(root: Path, paths: Sequence[str], *, keys: Keys = NO_KEYS, most: int | None = None) -> Verification:
    """Repaired copies have no row: they must be what their originals make. No more of them than `most` bytes and the first one."""
    result, budget = Verification(), Budget(most)
    for path in paths:
        with (
            _finding(result, path),
            closing(keys.open(open_below(root, path))) as copy,
            closing(keys.open(open_below(root, _original(path) or path))) as original,
        ):
            if not budget.takes(copy.size + original.size):
                break
            if sha256_of(copy) != _as_repaired(original):
                result.changed.append(path)
        result.checked += 1
    return result


def _original(path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    original = original_name(name)
    return None if original is None else f"{folder}/{original}"


def _as_repaired(original: OpenFile) -> str:
    digest = hashlib.sha256()
    for piece in wav.repaired(original, wav.inspect_file(original)):
        digest.update(piece)
    return digest.hexdigest()
