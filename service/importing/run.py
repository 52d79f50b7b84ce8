"""Takes over the recordings of another PBX row by row: what was done is left, what went wrong is reported, nothing is lost.

Order for one row: hash → call and its entry of the audit, in one transaction → file → rows → spool. A run that was killed
goes on where it was; a run over the same rows changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings import jobs
from hotline1022.recordings.facts import facts_of
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.foreign import ending_of
from hotline1022.recordings.importing import (
    Examined,
    Written,
    clear,
    closed,
    examine,
    index,
    still_there,
    take_over,
    written_below,
)
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.names import ENDINGS
from hotline1022.recordings.pool import HeavyPool
from hotline1022.service.importing.call import Imported, imported
from hotline1022.service.importing.table import Record

#: outcomes that are well
DONE = frozenset({"imported", "would-import", "already-there"})
#: folders that one row names
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one row."""

    line: int
    file: str
    #: imported, would-import, already-there, file-missing, file-unreadable, file-ambiguous, file-outside, file-twice,
    #: time-unreadable, no-file, or the error_id of what went wrong
    outcome: str
    call: str = ""
    sha256: str = ""
    #: number-odd, or what went wrong, or where a file that is missing may lie
    note: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing is to be done about it."""
        return self.outcome in DONE


class Importer:
    """One run over one folder, or over the one of the name `below` in it: nothing else of it is read then."""

    def __init__(
        self,
        *,
        folder: Path,
        spool: Path,
        root: Path,
        database: Database,
        pool: HeavyPool,
        ffmpeg: Ffmpeg | None,
        actor: str,
        origin: str = "cli",
        below: str = "",
        citizen: int = 0,
        dry: bool = False,
        tried: Mapping[str, Written] | None = None,
        keys: Keys = NO_KEYS,
    ) -> None:
        self._keys, self._origin, self._below = keys, origin, below
        self._folder, self._spool, self._root = folder, spool, root
        self._database, self._store, self._pool = database, SqlRecordingStore(database), pool
        self._ffmpeg, self._actor, self._citizen, self._dry = ffmpeg, actor, citizen, dry
        self._tried = tried
        self._files: Mapping[str, Sequence[str]] = {}
        self._seen: set[str] = set()
        self._closed: tuple[str, ...] | None = None

    async def start(self) -> None:
        """Look what lies in the folder."""
        self._files = by_name(await self._pool.run(index, self._folder, self._below))

    async def take(self, record: Record) -> Outcome:
        """One row. Unavailable when going on makes no sense: no database, no room on the disk, the folder gone."""
        if record.problem:
            return Outcome(line=record.line, file=record.file, outcome=record.problem)
        try:
            path = find(self._files, record.file)
            if path in self._seen:
                return Outcome(
                    line=record.line, file=record.file, outcome="file-twice", note="another row has this file"
                )
            self._seen.add(path)
            return await self._take(record, path)
        except FileNotFoundError:
            await self._pool.run(still_there, self._folder, self._below)
            return Outcome(line=record.line, file=record.file, outcome="file-missing", note=await self._unlisted())
        except Unavailable as error:
            if error.error_id not in ("ffmpeg-missing", "ffmpeg-failed"):
                raise
            return Outcome(line=record.line, file=record.file, outcome=error.error_id, note=str(error))
        except HotlineError as error:
            if error.error_id == "file-unreadable":  # where that is the whole folder's fault, it is told once
                await self._pool.run(still_there, self._folder, self._below)
            return Outcome(line=record.line, file=record.file, outcome=error.error_id, note=str(error))

    async def _take(self, record: Record, path: str) -> Outcome:
        ending = ending_of(path, ENDINGS)
        seen = await self._pool.run(
            examine, self._folder, self._opened(path), f"x.{ending}", self._ffmpeg, self._citizen
        )
        if self._tried is not None:
            now = await self._pool.run(written_below, self._folder, self._opened(path))
            if now != self._tried.get(path):
                text = f"{path} changed since it was tried; see who writes there, and try again"
                raise Refused(text, error_id="import-changed")
        one = imported(record, path, seen)
        note = "number-odd" if record.odd else ""
        known = await self._store.tracks(one.call.id)
        there = any(row.sha256 == seen.sha256 for row in known)
        outcome = "already-there" if there else "would-import" if self._dry else "imported"
        if there and not self._dry:
            await self._pool.run(clear, self._spool, one.call.id)
        if outcome == "imported":
            await self._write(one, path, f"{one.stem}-r.{ending}", seen)
        return Outcome(
            line=record.line, file=record.file, outcome=outcome, call=one.call.id, sha256=seen.sha256, note=note
        )

    async def _unlisted(self) -> str:
        """Where a file that is missing may lie all the same."""
        if self._closed is None:
            self._closed = await self._pool.run(closed, self._folder, self._below)
        if not self._closed:
            return ""
        more = f" and {len(self._closed) - NAMED} more" if len(self._closed) > NAMED else ""
        return f"folders that cannot be read: {', '.join(self._closed[:NAMED])}{more}; let the service's user read them"

    def _opened(self, path: str) -> str:
        """Where it is opened: a call's number comes from `path`, which is the same whoever imports the folder."""
        return f"{self._below}/{path}" if self._below else path

    async def _write(self, one: Imported, path: str, name: str, seen: Examined) -> None:
        detail = {"sha256": seen.sha256, "bytes": seen.bytes, "codec": seen.foreign.codec or "pcm_s16le"}
        fact = Fact(
            at=datetime.now(UTC),
            kind=Kind.RECORDING_IMPORTED,
            actor=self._actor,
            origin=self._origin,
            subject=f"call:{one.call.id}",
            detail=detail,
        )
        async with self._database.transaction() as tx:
            if not await tx.calls.load([one.call.id]):
                await tx.calls.save(one.batch)
                tx.audit.add(fact)
        facts = facts_of(one.call)
        job = (self._folder, self._opened(path), name, self._spool, self._root, facts, seen)
        taken = await self._pool.run(take_over, *job, keys=self._keys)
        await self._store.save([taken.filed])
        await self._pool.run(jobs.release, self._spool, self._root, taken.marks)


def by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    """Paths by file name, and by file name without its ending, in small letters."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        name = path.rpartition("/")[2].lower()
        for key in {name, name.rpartition(".")[0] or name}:
            found[key].append(path)
    return dict(found)


def find(files: Mapping[str, Sequence[str]], wanted: str) -> str:
    """The file that a row means: by its name, and by as much of its path as is needed to tell it from others.

    FileNotFoundError; HotlineError `file-outside`, `file-ambiguous`.
    """
    parts = [part for part in wanted.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise HotlineError(f"{wanted!r} leads out of the folder", error_id="file-outside")
    found = list(files.get(parts[-1].lower(), ()))
    for kept in range(1, len(parts) + 1):
        if len(found) < 2:
            break
        tail = _bare("/".join(parts[-kept:]))
        found = [path for path in found if f"/{_bare(path)}".endswith(f"/{tail}")] or found
    if not found:
        raise FileNotFoundError(wanted)
    if len(found) > 1:
        raise HotlineError(f"{wanted!r} is there {len(found)} times: {', '.join(found[:3])}", error_id="file-ambiguous")
    return found[0]


def _bare(path: str) -> str:
    """In small letters, without the ending of its name."""
    folders, mark, name = path.lower().rpartition("/")
    return f"{folders}{mark}{name.rpartition('.')[0] or name}"
