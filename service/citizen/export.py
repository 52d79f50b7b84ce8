"""Everything that is kept of one citizen, given out for a reason: as rows, or as a ZIP, with originals where asked for.

Refuses without a reason, and to give out an original that is not what was stored. The chain has it before a byte is
written. Numbers of offices and of other people are left out.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from hotline1022.audit.ports import Originals
from hotline1022.audit.types import Fact, Finding, Kind
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import local
from hotline1022.core.errors import Unavailable
from hotline1022.db.listening import Listening
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reasons import Reasons
from hotline1022.recordings.types import StoredFile
from hotline1022.service.citizen.desk import digits_of
from hotline1022.service.citizen.steps import forms_of
from hotline1022.service.citizen.zip import Stop, must_be_new, write_zip
from hotline1022.service.recordings.checked import Changed, opener
from hotline1022.service.recordings.export import Why, expired, fact_of, right_of, why_of
from hotline1022.service.recordings.original_check import note_changed

Data = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    counts: Mapping[str, int]
    #: originals in it
    audio: int
    #: calls whose originals are not in it: one is damaged, or cannot be opened
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is given out: the audit has it."""

    #: times as texts
    data: Data
    files: tuple[StoredFile, ...]
    #: calls whose originals are not in it
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenExporter:
    """Gives out the data of citizens of one hotline."""

    database: Database
    root: Path
    originals: Originals
    bell: AlarmBell
    reasons: Reasons
    keys: Keys

    async def rows(self, number: str, reason: str, words: str) -> Data:
        """All rows, times as texts, and the entry that they were given out. Invalid `number-invalid`, `reason-…`."""
        return (await self.prepare(number, reason, words, audio=False)).data

    async def to_zip(self, number: str, reason: str, words: str, to: Path, *, audio: bool) -> Exported:
        """Write the ZIP, and its entries: one without the number, and one for each call whose originals are in it.

        Invalid `file-exists`, `number-invalid`, `reason-…`; Refused `recording-damaged`, `recording-expired`: one
        changed, or went, meanwhile; Unavailable `export-unwritable`, `disk-full`, `recording-not-listed`.
        """
        why_of(self.reasons, reason, words)
        digits_of(number)
        await asyncio.to_thread(must_be_new, to)
        given = await self.prepare(number, reason, words, audio=audio)
        await self._write(to, given)
        return Exported(
            counts={name: len(rows) for name, rows in given.data.items()},
            audio=len(given.files),
            left_out=given.left_out,
        )

    async def prepare(self, number: str, reason: str, words: str, *, audio: bool) -> Prepared:
        """What goes out, with the originals or without, looked at now; its entries are written. Invalid, Unavailable as above."""
        why = why_of(self.reasons, reason, words)
        data = await self._read(number)
        left_out = [call for call in _by_call(data) if await self._wrong(call)] if audio else []
        if audio:  # the look takes long: what expired meanwhile is given out no more
            data = await self._read(number)
        sound = {call: some for call, some in _by_call(data).items() if call not in left_out} if audio else {}
        await self._note(data, why, sound, left_out, audio=audio)
        files = tuple(one for some in sound.values() for one in some)
        return Prepared(data=_plain_rows(data), files=files, left_out=tuple(left_out))

    async def _read(self, number: str) -> Data:
        async with self.database.reading() as tx:
            return await tx.citizen_data.all(forms_of(digits_of(number)))

    async def _wrong(self, call: str) -> Sequence[Finding]:
        with by_the_service():
            return await self.originals.check_now(call)

    async def _note(
        self,
        data: Data,
        why: Why,
        sound: Mapping[str, Sequence[StoredFile]],
        left_out: Sequence[str],
        *,
        audio: bool,
    ) -> None:
        """All entries, and the words of the reason beside the chain, in one transaction."""
        whole = _whole(why)
        detail: dict[str, object] = {
            "listening": whole.id,
            "counts": {name: len(rows) for name, rows in data.items()},
            "audio": audio,
            "calls": len(sound),
            "left_out": list(left_out),
            "reason": why.reason,
            "words_sha256": sha256(why.words.encode()).hexdigest(),
        }
        fact = Fact(at=why.at, kind=Kind.CITIZEN_EXPORTED, actor=why.actor, origin=why.origin, detail=detail)
        async with self.database.transaction() as tx:
            await tx.listening.add(whole)
            for call, files in sound.items():
                found = await tx.catalogue.find(call)
                if found is None:
                    text = f"the recording of {call} is not in the catalogue yet; try again in a minute"
                    raise Unavailable(text, error_id="recording-not-listed")
                right = right_of(found, files, why)
                await tx.listening.add(right)
                tx.audit.add(fact_of(right, files))
            tx.audit.add(fact)

    async def _write(self, to: Path, given: Prepared) -> None:
        stop = Stop()
        work = asyncio.ensure_future(
            asyncio.to_thread(
                write_zip,
                to,
                given.data,
                given.files,
                given.left_out,
                opener(self.root, self.keys),
                stop,
            )
        )
        try:
            await asyncio.shield(work)
        except Changed as error:
            if await note_changed(self.database, self.bell, error.path) is None:
                raise expired() from error
            raise
        except asyncio.CancelledError:  # nobody waits any more: it ends, and takes away what it made
            stop.now()
            await asyncio.gather(work, return_exceptions=True)
            raise


def _whole(why: Why) -> Listening:
    """The export itself, with the words that stand in no entry."""
    return Listening(
        id=token_hex(8),
        key_sha256=None,
        token_id="",
        actor=why.actor,
        origin=why.origin,
        recording_id="",
        call_id="",
        what="citizen",
        name="",
        reason=why.reason,
        words=why.words,
        asked_at=why.at,
        expires_at=None,
        path="",
        sha256="",
        bytes=0,
        duration_ms=0,
        played_at=None,
    )


def _by_call(data: Data) -> dict[str, list[StoredFile]]:
    found: dict[str, list[StoredFile]] = {}
    for one in data["recordings"]:
        if one["path"]:
            found.setdefault(one["call_id"], []).append(StoredFile(path=one["path"], sha256=one["sha256"]))
    return found


def _plain_rows(data: Data) -> Data:
    return {name: [{key: _plain(value) for key, value in row.items()} for row in rows] for name, rows in data.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return local(value).isoformat(timespec="seconds")
        case None | str() | int() | bool() | list() | dict():
            return value
    return str(value)
