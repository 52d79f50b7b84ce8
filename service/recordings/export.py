"""Gives out the originals of a recording, with SHA256SUMS that `sha256sum -c` checks: into a folder here, over the API in
export_desk.py. Refuses damaged ones, and a folder in which something lies already. The audit has it before the first byte.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from secrets import token_hex

from hotline1022.audit.ports import Originals
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting, by_the_service
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.db.listening import Listening
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.files import OPEN_FOLDER, write_file
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reasons import Reasons
from hotline1022.recordings.types import Catalogued, StoredFile
from hotline1022.service.recordings.checked import Changed, Opener, checked, open_original, opener
from hotline1022.service.recordings.listening_book import about
from hotline1022.service.recordings.original_check import note_changed
from hotline1022.service.recordings.refused import refused

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    folder: Path
    files: tuple[str, ...]
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who takes originals away, from where, and why."""

    #: of the list
    reason: str
    #: what it is about: never in the chain, which is kept for ever
    words: str
    actor: str
    origin: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A recording that is given out, and its originals."""

    found: Catalogued
    files: tuple[StoredFile, ...]

    @property
    def sums(self) -> bytes:
        """What SHA256SUMS says."""
        return sums_of(self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """Exports the recordings of one hotline."""

    database: Database
    root: Path
    #: nothing is written below here
    data: Path
    originals: Originals
    bell: AlarmBell
    reasons: Reasons
    keys: Keys

    async def export(self, recording: str, reason: str, words: str, folder: Path) -> Exported:
        """Write them.

        NotFound `recording-unknown`, `recording-none`; Invalid `reason-…`, `export-inside-data`; Refused
        `recording-damaged`, `recording-expired`, `export-not-empty`, `export-unwritable`; Unavailable `disk-full`,
        `export-unwritable`.
        """
        why = why_of(self.reasons, reason, words)
        await asyncio.to_thread(_outside, folder, self.data)
        taken = await self.take(recording)
        await asyncio.to_thread(_make, folder)
        await self.tell(taken, why)
        try:
            size = await asyncio.to_thread(write_originals, opener(self.root, self.keys), taken.files, folder)
        except Changed as error:
            if await note_changed(self.database, self.bell, error.path) is None:
                raise expired() from error
            raise
        return Exported(folder=folder, files=tuple(map(name_of, taken.files)), bytes=size)

    async def take(self, recording: str) -> Taken:
        """Its originals, looked at now. NotFound `recording-unknown`, `recording-none`; Refused `recording-damaged`,
        `recording-expired`: meanwhile; Unavailable `recording-key-missing`.
        """
        async with self.database.reading() as tx:
            found = await tx.catalogue.get(recording)
            files = await tx.recordings.originals([found.call])
        if not files:
            text = "this recording has no original; hotline1022 recordings show tells why"
            raise NotFound(text, error_id="recording-none")
        with by_the_service():
            wrong = await self.originals.check_now(found.call)
        if wrong:
            raise refused(wrong)
        async with self.database.reading() as tx:  # the look takes long
            files = await tx.recordings.originals([found.call])
        if not files:
            raise expired()
        return Taken(found=found, files=tuple(files))

    async def tell(self, taken: Taken, why: Why) -> None:
        """Write into the audit that they are given out, and the words beside it; nothing may be given before."""
        right = right_of(taken.found, taken.files, why)
        async with self.database.transaction() as tx:
            await tx.listening.add(right)
            tx.audit.add(fact_of(right, taken.files))


def expired() -> Refused:
    """Its time was over while it was looked at or given out: no damage."""
    text = "a recording expired meanwhile: its files are gone, row and hashes stay; export again what is left"
    return Refused(text, error_id="recording-expired")


def why_of(reasons: Reasons, reason: str, words: str) -> Why:
    """Why whoever acts now takes something away. Invalid `reason-…`."""
    act = acting()
    return Why(
        reason=reason,
        words=reasons.check(reason, words),
        actor=act.actor if act else "service",
        origin=act.origin if act else "service",
        at=datetime.now(UTC),
    )


def right_of(found: Catalogued, files: Sequence[StoredFile], why: Why) -> Listening:
    """Originals of one recording that somebody takes away: no key, no end."""
    return Listening(
        id=token_hex(8),
        key_sha256=None,
        token_id="",
        actor=why.actor,
        origin=why.origin,
        recording_id=found.id,
        call_id=found.call,
        what="originals",
        name="",
        reason=why.reason,
        words=why.words,
        asked_at=why.at,
        expires_at=None,
        path="",
        sha256=sha256("".join(one.sha256 for one in files).encode()).hexdigest(),
        bytes=found.bytes,
        duration_ms=found.duration_ms,
        played_at=None,
    )


def fact_of(right: Listening, files: Sequence[StoredFile]) -> Fact:
    """Its entry `recording-exported`, about the call."""
    detail = about(right) | {"files": [{"name": name_of(one), "sha256": one.sha256} for one in files]}
    return Fact(
        at=right.asked_at,
        kind=Kind.RECORDING_EXPORTED,
        actor=right.actor,
        origin=right.origin,
        subject=subject_of(right.call_id),
        detail=detail,
    )


def name_of(file: StoredFile) -> str:
    """What an original is called where it is given out."""
    return PurePosixPath(file.path).name


def _outside(folder: Path, data: Path) -> None:
    if folder.resolve().is_relative_to(data.resolve()):
        text = f"{folder} lies in the data folder, where nothing else belongs; choose one outside"
        raise Invalid(text, error_id="export-inside-data")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        there = any(folder.iterdir())
    except OSError as error:
        text = f"{folder} cannot be used ({error.strerror}); choose another folder"
        raise Refused(text, error_id="export-unwritable") from error
    if there:
        raise Refused(f"something lies in {folder} already; name a new folder", error_id="export-not-empty")


def sums_of(files: Sequence[StoredFile]) -> bytes:
    """SHA256SUMS of these."""
    return "".join(f"{one.sha256}  {name_of(one)}\n" for one in files).encode()


def write_originals(opened: Opener, files: Sequence[StoredFile], folder: Path) -> int:
    """The files, and at last their sums: a folder without SHA256SUMS is not a whole export; how many bytes. Blocks.

    When it fails, nothing stays. Changed; Unavailable `disk-full`, `export-unwritable`.
    """
    try:
        inside = os.open(folder, OPEN_FOLDER)
        try:
            return _write(opened, files, inside)
        except (HotlineError, OSError):
            _take_away(files, inside)
            raise
        finally:
            os.close(inside)
    except OSError as error:
        text = f"a file could not be read, or {folder} not written ({error.strerror}), and nothing was left there"
        text += "; see to both disks and export again"
        raise Unavailable(text, error_id="export-unwritable") from error
    except Unavailable as error:
        if error.error_id != "disk-full":
            raise
        text = f"the disk of {folder} is full, and nothing was left there; free some space and export again"
        raise Unavailable(text, error_id="disk-full") from error


def _write(opened: Opener, files: Sequence[StoredFile], inside: int) -> int:
    total = 0
    for one in files:
        with closing(open_original(one.path, opened)) as original:
            write_file(inside, name_of(one), checked(one, original))
        total += os.stat(name_of(one), dir_fd=inside).st_size
    write_file(inside, SUMS, [sums_of(files)])
    os.fsync(inside)
    return total


def _take_away(files: Sequence[StoredFile], inside: int) -> None:
    """What was written; on a disk that was pulled out nothing can be."""
    for name in (*map(name_of, files), SUMS):
        for written in (name, f".{name}.part"):
            with suppress(OSError):
                os.unlink(written, dir_fd=inside)
