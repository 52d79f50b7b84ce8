"""Puts a disclosure's package together: originals or excerpts, copy, timeline, the chain's proof. Refuses recordings that are
damaged.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from hotline1022.audit.ports import Originals
from hotline1022.audit.stamps import statement
from hotline1022.audit.types import Entry, Head, Kind, written
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.evidence import package, proof
from hotline1022.evidence.excerpt import Clock
from hotline1022.evidence.package import Written
from hotline1022.evidence.types import Disclosure, Part
from hotline1022.recordings import marks
from hotline1022.recordings.apart import SECONDS as DISK_SECONDS
from hotline1022.recordings.apart import on_disk
from hotline1022.recordings.cut import tracks_in
from hotline1022.recordings.ffmpeg import Ffmpeg
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.layout import plan
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook
from hotline1022.recordings.types import CallFacts, Catalogued, CopyRow, StoredFile, TrackRow
from hotline1022.service.cli.data import as_json
from hotline1022.service.disclosure.job import (
    CopyChanged,
    Data,
    Excerpt,
    Job,
    Printed,
    Source,
    Stored,
    left_half,
    signing_of,
    write_package,
)
from hotline1022.service.disclosure.story import cut_of, notes_of, page_of, page_of_part, story_of_part
from hotline1022.service.evidence.filing_list import Listed, find_listed
from hotline1022.service.evidence.history import subjects_of
from hotline1022.service.recordings.refused import refused
from hotline1022.service.views import CallsView

#: seconds that writing one package may take
SECONDS = 1800.0
#: entries about a recording that are about its originals: the others, who listened and whom it was given to, stay with us
#: where only a part goes out
_CUSTODY = frozenset(
    {
        Kind.RECORDING_STORED,
        Kind.RECORDING_IMPORTED,
        Kind.RECORDING_VERIFIED,
        Kind.RECORDING_DAMAGED,
        Kind.RECORDING_SEALED,
    }
)


#: entries that stay with us always: they name letters of other units, and what people did here
_OURS = frozenset({Kind.RECORDING_HELD, Kind.RECORDING_RELEASED, Kind.ACT})


class Packer:
    """Packs; files are read and written in a process of its own, which is there only meanwhile."""

    def __init__(
        self,
        *,
        database: Database,
        book: CallBook,
        spool: Path,
        root: Path,
        keys: Keys,
        signing: Path,
        originals: Originals,
        copy: Callable[[str], Awaitable[CopyRow | None]],
        stamp: Callable[[], Awaitable[object]],
        ffmpeg: Callable[[], Awaitable[Ffmpeg | None]],
        roots: Callable[[], bytes] = bytes,
        pool: Callable[[], HeavyPool] = lambda: HeavyPool(seconds=SECONDS),
    ) -> None:
        self._database, self._book = database, book
        self._spool, self._root, self._keys, self._originals = spool, root, keys, originals
        self._copy, self._stamp, self._signing, self._ffmpeg = copy, stamp, signing, ffmpeg
        #: PEM of the certificates by which an authority's stamps are checked
        self._roots = roots
        self._pool = pool

    async def pack(self, one: Disclosure, path: Path, at: datetime) -> Written:
        """Write the package to `path`.

        Refused `recording-damaged`; NotFound `recording-none`; Unavailable `package-unwritable`, `package-worker`,
        `recording-copy`, and of the copies.
        """
        sources: list[Source] = []
        parts: list[dict[str, object]] = []
        for recording in one.request.recordings:
            part = next((part for part in one.request.parts if part.recording == recording), None)
            more, cut = await self._recording(one, recording, part)
            sources += more
            parts += [cut] if cut else []
        request = one.request
        about: dict[str, object] = {
            "disclosure": one.id,
            "unit": request.unit,
            "letter": request.letter,
            "letter_date": request.letter_date.isoformat(),
            "person": request.person,
            "why": request.why,
            "approved_by": one.decided_by,
            "approved_at": written(one.decided_at) if one.decided_at else None,
            "terms_sha256": request.terms,
            "packed_at": written(at),
            "excerpt": bool(parts),
            "parts": parts,
        }
        job = Job(
            path=path,
            at=at,
            about=about,
            sources=tuple(sources),
            spool=self._spool,
            root=self._root,
            keys=self._keys,
            signing=self._signing,
        )
        return await self._written(job)

    async def _written(self, job: Job) -> Written:
        pool = self._pool()
        try:
            return await pool.run(write_package, job)
        except CopyChanged as error:
            text = f"{error} while it was packed; pack it again, and look who writes to its folder"
            raise Unavailable(text, error_id="recording-copy") from error
        except package.Changed as error:
            text = f"{error}: it changed while it was packed; run hotline1022 evidence verify"
            raise Refused(text, error_id="recording-damaged") from error
        except OSError as error:
            text = f"the package cannot be written ({error.strerror}); free some space in {job.path.parent}"
            raise Unavailable(text, error_id="package-unwritable") from error
        except Unavailable as error:
            if error.error_id != "recordings-worker":
                raise
            text = "the package was not written: its worker died or took too long; pack it again"
            raise Unavailable(text, error_id="package-worker") from error
        finally:  # whoever waited is gone, or the worker is: nothing half made stays
            await pool.close(seconds=0)
            await on_disk(job.path.parent, DISK_SECONDS, left_half, job.path)

    async def clock(self, recording: str) -> Clock:
        """What ranges of a recording are held against. NotFound `recording-unknown`."""
        async with self._database.reading() as tx:
            found = await tx.catalogue.get(recording)
        facts, rows = await self._facts(found.call)
        usable = plan(facts, rows)
        whole = Part(recording=found.id, start_ms=0, end_ms=usable.duration_ms)
        tracks = frozenset(one.row.id for one in tracks_in(facts, rows, whole))
        return Clock(recording=found.id, entered_at=facts.entered_at, duration_ms=usable.duration_ms, tracks=tracks)

    def fingerprint(self) -> str:
        """Of the key that signs. Blocks."""
        return signing_of(self._signing).fingerprint

    def digest(self, path: Path) -> str:
        """SHA-256 of a package, hexadecimal; "" when it is not there. Blocks."""
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return ""

    async def _facts(self, call: str) -> tuple[CallFacts, Sequence[TrackRow]]:
        one = CallId(ChannelId(call))
        facts = await self._book.facts(one)
        if facts is None:
            text = f"the history of call {call} is gone, so its parts cannot be found; disclose it whole"
            raise NotFound(text, error_id="call-unknown")
        return facts, await SqlRecordingStore(self._database).tracks(one)

    async def _recording(
        self, one: Disclosure, recording: str, part: Part | None
    ) -> tuple[list[Source], dict[str, object]]:
        """What goes in of one recording, and what the manifest tells of an excerpt."""
        async with self._database.reading() as tx:
            found = await tx.catalogue.get(recording)
            files = await tx.recordings.originals([found.call])
        with by_the_service():
            wrong = await self._originals.check_now(found.call)
        if wrong:
            raise refused(wrong)
        if not files:
            text = f"recording {recording} has no original; hotline1022 recordings show tells why"
            raise NotFound(text, error_id="recording-none")
        cut: dict[str, object] = {}
        if part is None:
            made = await self._whole(found, files)
        else:
            made, cut = await self._part(found, part, one)
        stored, listed, others = await self._proof(found)
        if part is not None:
            others = [entry for entry in others if entry.kind in _CUSTODY]
        said = statement(Head(seq=listed.stamp.seq, sha256=listed.stamp.sha256), listed.stamp.at)
        roots = await asyncio.to_thread(self._roots)
        told = proof.files_of([stored, listed.entry], listed.text, others, listed.stamp, said, roots)
        return [*made, *(Data(name=f"{found.call}/{name}", kind=kind, data=data) for name, kind, data in told)], cut

    async def _whole(self, found: Catalogued, files: Sequence[StoredFile]) -> list[Source]:
        folder = found.call
        made: list[Source] = [Stored(folder=f"{folder}/goc", kind="original", file=file) for file in files]
        if (copy := await self._copy(found.call)) is not None:
            stored = StoredFile(path=copy.path, sha256=copy.sha256)
            made.append(Stored(folder=f"{folder}/ban-sao", kind="copy", file=stored))
        if (detail := await CallsView(self._database).get(found.call)) is not None:
            made.append(_story(folder, detail))
            made.append(Printed(name=f"{folder}/dien-bien.pdf", page=page_of(found, detail)))
        return made

    async def _part(self, found: Catalogued, part: Part, one: Disclosure) -> tuple[list[Source], dict[str, object]]:
        folder, by = found.call, one.decided_by
        facts, rows = await self._facts(found.call)
        tracks = tracks_in(facts, rows, part)
        if not tracks:
            text = f"recording {found.id} has no audio any more in the part that was allowed; look at it, and ask anew"
            raise Refused(text, error_id="excerpt-outside")
        foreign = any(track.row.foreign is not None for track in tracks)
        notes = notes_of(facts.entered_at, part, one.request.letter, by)
        cut = cut_of(facts.entered_at, part, tracks)
        made: list[Source] = [
            Excerpt(
                folder=f"{folder}/trich-doan",
                facts=facts,
                rows=tuple(rows),
                part=part,
                ffmpeg=await self._ffmpeg() if foreign else None,
                marks=marks.excerpt(facts.call, [track.row for track in tracks], *notes),
            ),
            Data(name=f"{folder}/trich-doan.json", kind="cut", data=(as_json(cut) + "\n").encode()),
        ]
        if (detail := await CallsView(self._database).get(found.call)) is not None:
            made.append(_story(folder, story_of_part(detail, facts.entered_at, part)))
            page = page_of_part(detail, facts.entered_at, part, tracks, by)
            made.append(Printed(name=f"{folder}/dien-bien.pdf", page=page))
        return made, cut | {"call": found.call}

    async def _proof(self, one: Catalogued) -> tuple[Entry, Listed, Sequence[Entry]]:
        """The entry that tells of the originals, the first stamped list that has it, the others about call and recording."""
        async with self._database.reading() as tx:
            about = await tx.audit.about(*subjects_of(one), limit=10_000)
        stored = [entry for entry in about if entry.kind == Kind.RECORDING_STORED]
        if not stored:
            text = f"the audit does not tell of the originals of {one.call}; run hotline1022 evidence verify"
            raise Refused(text, error_id="recording-untold")
        listed = await find_listed(self._database, stored[-1])
        if listed is None:
            await self._stamp()
            listed = await find_listed(self._database, stored[-1])
        if listed is None or not proof.whole(stored[-1], listed.entry):
            raise Refused("the chain is not whole; run hotline1022 evidence verify", error_id="chain-broken")
        others = [entry for entry in about if entry.seq != stored[-1].seq and entry.kind not in _OURS]
        return stored[-1], listed, others


def _story(folder: str, value: object) -> Data:
    return Data(name=f"{folder}/dien-bien.json", kind="timeline", data=(as_json(value) + "\n").encode())
