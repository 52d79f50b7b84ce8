"""Writes the originals of a recording into a folder, with SHA256SUMS that `sha256sum -c` checks. Refuses damaged ones, and a
folder in which something lies already. The audit has it before the first byte is written.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from secrets import token_hex

from hotline1022.audit.ports import Originals
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.db.listening import Listening
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database
from hotline1022.recordings.files import OPEN_FOLDER, open_below, write_file
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reader import pieces
from hotline1022.recordings.reasons import Reasons
from hotline1022.recordings.types import Catalogued, StoredFile
from hotline1022.service.listening_book import about
from hotline1022.service.listening_desk import refused

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
class Exporter:
    """Exports the recordings of one hotline."""

    database: Database
    root: Path
    #: nothing is written below here
    data: Path
    originals: Originals
    reasons: Reasons
    keys: Keys

    async def export(self, recording: str, reason: str, words: str, folder: Path, *, actor: str) -> Exported:
        """Write them.

        NotFound `recording-unknown`, `recording-none`; Invalid `reason-…`, `export-inside-data`; Refused
        `recording-damaged`, `export-not-empty`; Unavailable `disk-full`.
        """
        said = self.reasons.check(reason, words)
        await asyncio.to_thread(_outside, folder, self.data)
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
        await asyncio.to_thread(_make, folder)
        why = Why(reason=reason, words=said, actor=actor, origin="cli", at=datetime.now(UTC))
        right = right_of(found, files, why)
        async with self.database.transaction() as tx:
            await tx.listening.add(right)
            tx.audit.add(fact_of(right, files))
        size = await asyncio.to_thread(_write, self.root, self.keys, files, folder)
        return Exported(folder=folder, files=tuple(_name(one) for one in files), bytes=size)


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
    detail = about(right) | {"files": [{"name": _name(one), "sha256": one.sha256} for one in files]}
    return Fact(
        at=right.asked_at,
        kind=Kind.RECORDING_EXPORTED,
        actor=right.actor,
        origin=right.origin,
        subject=subject_of(right.call_id),
        detail=detail,
    )


def _name(file: StoredFile) -> str:
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


def _write(root: Path, keys: Keys, files: Sequence[StoredFile], folder: Path) -> int:
    """The files, and at last their sums: a folder without SHA256SUMS is not a whole export. When it fails, nothing stays."""
    total = 0
    inside = os.open(folder, OPEN_FOLDER)
    try:
        for one in files:
            digest = hashlib.sha256()
            write_file(inside, _name(one), _hashed(root, keys, one.path, digest))
            if digest.hexdigest() != one.sha256:
                text = f"{one.path} changed while it was exported; run hotline1022 evidence verify"
                raise Refused(text, error_id="recording-damaged")
            total += os.stat(_name(one), dir_fd=inside).st_size
        lines = "".join(f"{one.sha256}  {_name(one)}\n" for one in files)
        write_file(inside, SUMS, [lines.encode()])
        os.fsync(inside)
    except HotlineError as error:
        for name in (*(_name(one) for one in files), SUMS):
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=inside)
        if error.error_id != "disk-full":
            raise
        text = f"the disk of {folder} is full, and nothing was left there; free some space and export again"
        raise Unavailable(text, error_id="disk-full") from error
    finally:
        os.close(inside)
    return total


def _hashed(root: Path, keys: Keys, path: str, digest: "hashlib._Hash") -> Iterator[bytes]:
    with closing(keys.open(open_below(root, path))) as file:
        for piece in pieces(file):
            digest.update(piece)
            yield piece
