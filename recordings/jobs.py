"""The heavy work on ended calls, as plain functions for another process: file, hash, measure, judge; take off the spool.

No row is written here and nothing leaves the spool before the caller says that the rows are durable.
"""

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from hotline1022.core.errors import HotlineError, Invalid, Refused
from hotline1022.core.ids import CallId
from hotline1022.recordings import wav
from hotline1022.recordings.files import open_regular
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.levels import Levels, Meter
from hotline1022.recordings.names import parse_name, repaired_name
from hotline1022.recordings.ports import Readable
from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.rows import Found, call_rows
from hotline1022.recordings.store import QUARANTINE, Archive, Folder, Mark
from hotline1022.recordings.types import CallFacts, FiledCall, SpoolFile

#: a file that nobody closed and nobody wrote to for so long belongs to a recorder that died
PATIENCE_SECONDS = 60.0
#: read at once: whole blocks of levels, and small enough that memory is used again
_BLOCK = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A call that was filed: rows to write, and what may leave the spool after that."""

    filed: FiledCall
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A call that the recorder has not finished; nothing was done."""

    call: CallId
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A call that could not be filed; its files are where they were."""

    call: CallId
    error_id: str
    text: str
    #: the spool name that is to blame, where it is one
    name: str = ""


Outcome = Filed | Unsettled | Failed


class _Taken(NamedTuple):
    call: CallFacts
    folder: Folder
    marks: tuple[Mark, ...]


def file_calls(
    spool: Path, root: Path, calls: Sequence[CallFacts], *, now: float | None = None, keys: Keys = NO_KEYS
) -> tuple[Outcome, ...]:
    """File ended calls. One that fails does not stop the others; the names of all are durable on return."""
    now = time.time() if now is None else now
    outcomes: list[Outcome] = []
    with Archive(spool, root, keys=keys) as archive:
        waiting = _by_call(archive, {call.call for call in calls})
        taken: list[_Taken] = []
        for call in calls:
            with _failing(call.call, outcomes):
                match _take(archive, call, waiting.get(call.call, []), now):
                    case _Taken() as one:
                        taken.append(one)
                    case Unsettled() | Failed() as other:
                        outcomes.append(other)
        archive.settle(one.folder for one in taken)
        for one in taken:
            with _failing(one.call.call, outcomes):
                outcomes.append(_file(archive, one))
    return tuple(outcomes)


@contextmanager
def _failing(call: CallId, outcomes: list[Outcome]) -> Iterator[None]:
    """Turn what goes wrong with one call into its outcome."""
    try:
        yield
    except HotlineError as error:
        outcomes.append(Failed(call=call, error_id=error.error_id, text=str(error)))
    except OSError as error:
        outcomes.append(Failed(call=call, error_id="recording-io", text=f"{error.strerror}: {error.filename or call}"))
    except Exception as error:  # noqa: BLE001 -- what nobody thought of stays with its call: the others are filed
        outcomes.append(Failed(call=call, error_id="internal", text=f"{type(error).__name__}: {error}"))


def release(spool: Path, root: Path, marks: Sequence[Mark]) -> tuple[str, ...]:
    """Take filed files off the spool, after their rows are durable; returns the names that had changed and stay."""
    with Archive(spool, root) as archive:
        return archive.release(marks)


def quarantine(spool: Path, root: Path, names: Sequence[str]) -> tuple[str, ...]:
    """Put spool entries aside; returns their new names."""
    with Archive(spool, root) as archive:
        return tuple(archive.quarantine(name) for name in names)


def set_aside(spool: Path) -> tuple[int, int]:
    """Number and bytes of the files in the quarantine. No link is followed."""
    number = size = 0
    for folder, _, names in os.walk(spool / QUARANTINE):
        for name in names:
            with suppress(OSError):  # taken away meanwhile
                size += Path(folder, name).lstat().st_size
                number += 1
    return number, size


def scan(spool: Path, *, older_than: float, now: float | None = None) -> tuple[str, ...]:
    """Names in the spool that nobody wrote to for so many seconds, whatever they are, oldest name first."""
    now = time.time() if now is None else now
    found = []
    with os.scandir(spool) as entries:
        for entry in entries:
            if entry.name == QUARANTINE:
                continue
            with suppress(FileNotFoundError):  # taken away meanwhile
                if now - entry.stat(follow_symlinks=False).st_mtime >= older_than:
                    found.append(entry.name)
    return tuple(sorted(found))


def _by_call(archive: Archive, calls: AbstractSet[str]) -> Mapping[CallId, list[tuple[str, SpoolFile]]]:
    """What lies in the spool of these calls."""
    found: defaultdict[CallId, list[tuple[str, SpoolFile]]] = defaultdict(list)
    for name in sorted(os.listdir(archive.spool)):  # noqa: PTH208 -- by descriptor
        file = parse_name(name) if name.partition("~")[0] in calls else None
        if file is not None:
            found[file.call].append((name, file))
    return found


def _take(
    archive: Archive, call: CallFacts, waiting: Sequence[tuple[str, SpoolFile]], now: float
) -> "_Taken | Unsettled | Failed":
    """Give every file of the call its filed name, or touch none of them."""
    sources: dict[str, int] = {}
    try:
        for name, _ in waiting:
            try:
                sources[name] = open_regular(name, archive.spool)
            except Invalid as error:
                return Failed(call=call.call, error_id=error.error_id, text=str(error), name=name)
        unsettled = tuple(name for name, fd in sources.items() if not _settled(fd, now))
        if unsettled:
            return Unsettled(call=call.call, names=unsettled)
        folder = archive.folder(call.call)
        marks: list[Mark] = []
        for name, fd in sources.items():
            try:
                marks.append(archive.take(fd, name, folder))
            except Refused as error:
                return Failed(call=call.call, error_id=error.error_id, text=str(error), name=name)
        return _Taken(call, folder, tuple(marks))
    finally:
        for fd in sources.values():
            os.close(fd)


def _file(archive: Archive, taken: _Taken) -> Filed:
    """Hash and measure what lies in the call's folder, and judge it."""
    folder = taken.folder
    found = [_look(archive, folder, name, file) for name, file in _originals(folder)]
    if any(one.copy for one in found):
        archive.settle([folder])
    return Filed(filed=call_rows(taken.call, found), marks=taken.marks)


def _settled(fd: int, now: float) -> bool:
    """Whether the recorder closed the file, or died long ago."""
    return wav.inspect_file(PlainFile(fd)).closed or now - os.fstat(fd).st_mtime >= PATIENCE_SECONDS


def _originals(folder: Folder) -> list[tuple[str, SpoolFile]]:
    """What is filed of the call, whenever that was."""
    return [(name, file) for name in sorted(folder.names()) if (file := parse_name(name)) is not None]


def _look(archive: Archive, folder: Folder, name: str, file: SpoolFile) -> Found:
    """Hash an original, measure it in the same pass, and make the repaired copy if it needs one."""
    stored = folder.open(name)
    try:
        facts = wav.inspect_file(stored)
        sha256, levels = hash_and_measure(stored, facts)
        copy = None
        if facts.needs_repair:
            archive.need(facts.size)
            again = repaired_name(name)
            copy = (f"{folder.relative}/{again}", repair(stored, facts, folder, again))
    finally:
        stored.close()
    path = f"{folder.relative}/{name}"
    return Found(file=file, path=path, facts=facts, sha256=sha256, levels=levels, copy=copy)


def hash_and_measure(file: Readable, facts: wav.WavFacts) -> tuple[str, Levels | None]:
    """SHA-256 of all bytes, and the levels of the audio among them, in one pass and in pieces."""
    digest, meter = hashlib.sha256(), Meter()
    start, after = facts.offset, facts.offset + facts.frames * wav.WIDTH
    at = 0
    while piece := file.pread(start if at < start else _BLOCK, at):
        digest.update(piece)
        if start <= at < after:
            meter.feed(piece if at + len(piece) <= after else piece[: after - at])
        at += len(piece)
    return digest.hexdigest(), meter.done() if facts.readable else None


def repair(file: Readable, facts: wav.WavFacts, folder: Folder, name: str) -> str:
    """Write the copy with a right header; returns its SHA-256. Doing it again gives the same plain bytes."""
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in wav.repaired(file, facts):
            digest.update(piece)
            yield piece

    folder.write(name, hashed())
    return digest.hexdigest()
