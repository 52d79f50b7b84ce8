"""Writes down what is heard before it is sent, and brings it into the chain. Refuses to give a byte that is not written down.

A range grows by a piece at a time, each in a transaction of its own before its bytes go out. Every half minute what the
chain does not know yet goes into it, ranges of one listener joined; after a kill the next start does that. So an entry may
tell of a piece too much, never of one too little.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from hotline1022.accounts.types import Permission
from hotline1022.audit.played import Sound, told
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.db.listening import Listening, SentRange
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database, Work
from hotline1022.recordings.reasons import VOICEMAIL
from hotline1022.service.recordings.asker_stands import stands
from hotline1022.web.listening_port import ByteSource

log = logging.getLogger(__name__)

#: bytes that are written down ahead: 16 s of the stereo WAV
PIECE = 512 * 1024
#: seconds between two visits to the chain
EVERY = 30.0
#: ranges of one visit
PORTION = 1000


class ListeningBook:
    """`run` in the service's TaskGroup; `flush` once more at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                while await self.flush() == PORTION:
                    pass
            except Unavailable as error:
                log.warning("what was heard waits for the audit: %s", error)
            await asyncio.sleep(EVERY)

    async def flush(self) -> int:
        """Tell the chain of what it does not know; how many ranges."""
        async with self._database.reading() as tx:
            if not await tx.listening.unnoted(1):
                return 0
        async with self._database.transaction() as tx:
            ranges = await tx.listening.unnoted(PORTION)
            groups: dict[tuple[str, str], list[SentRange]] = {}
            for one in ranges:
                groups.setdefault((one.listening_id, one.origin), []).append(one)
            for (listening, origin), parts in groups.items():
                right = await tx.listening.get(listening)
                assert right is not None, "a range refers to its listening"
                tx.audit.add(_heard(right, origin, parts))
            await tx.listening.noted(ranges)
        return len(ranges)

    async def drawn(self, right: Listening, what: str, origin: str) -> None:
        """Tell the chain that the map or the peaks of a recording are looked at."""
        detail = {"step": "drawn", **about(right), "drawn": what}
        fact = Fact(
            at=datetime.now(UTC),
            kind=Kind.RECORDING_PLAYED,
            actor=right.actor,
            origin=origin,
            subject=subject_of(right.call_id),
            detail=detail,
        )
        async with self._database.transaction() as tx:
            tx.audit.add(fact)

    def stream(self, right: Listening, origin: str, source: ByteSource) -> "NotedSource":
        """The source, each range of which is written down first."""
        return NotedSource(self._database, right, origin, source)


class NotedSource:
    """web.listening_port.RangeSource."""

    def __init__(self, database: Database, right: Listening, origin: str, source: ByteSource) -> None:
        self._database, self._right, self._origin, self._source = database, right, origin, source
        self._range = 0
        self._sent = self._written = 0

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self._source.size

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """The bytes, each written down before it is given. Unavailable: the database is away, and nothing is given.

        NotFound `listen-unknown`, Refused `listen-expired`: the right has ended meanwhile.
        """
        if first >= after:
            return
        self._sent, self._written = first, min(after, first + PIECE)
        self._range = await self._begin(first, self._written)
        async for piece in self._source.read(first, after):
            sent = self._sent + len(piece)
            if sent > self._written:
                written = min(after, max(sent, self._written + PIECE))
                async with self._database.transaction() as tx:
                    await still_stands(tx, self._right.id, datetime.now(UTC))
                    await tx.listening.extend(self._range, written)
                self._written = written
            self._sent = sent  # only now: a listener who goes away while it is being written down has not had it
            yield piece

    async def check(self) -> None:
        """Whether the right still stands; the same errors."""
        async with self._database.reading() as tx:
            await still_stands(tx, self._right.id, datetime.now(UTC))

    async def close(self) -> None:
        """Close it; what was written down and not sent is taken back, unless the chain has it already."""
        await self._source.close()
        if not self._range or self._sent >= self._written:
            return
        try:
            async with self._database.transaction() as tx:
                await tx.listening.ended(self._range, self._sent)
        except Unavailable as error:
            log.warning("a range of listening %s is told up to %d bytes too long: %s", self._right.id, PIECE, error)

    async def _begin(self, first: int, after: int) -> int:
        at = datetime.now(UTC)
        async with self._database.transaction() as tx:
            await still_stands(tx, self._right.id, at)
            if await tx.listening.begun(self._right.id, at):
                tx.audit.add(_begun(self._right, self._origin, at))
            return await tx.listening.sending(self._right.id, self._origin, at, first, after)


async def still_stands(tx: Work, id: str, at: datetime) -> Listening:
    """A right that is good for something then. NotFound `listen-unknown`: none, or whose it is has it no more; Refused
    `listen-expired`.
    """
    right = await tx.listening.get(id)
    if right is None or right.expires_at is None or not await _has(tx, right, at):
        raise NotFound("there is no such right to listen; ask for one", error_id="listen-unknown")
    if right.expires_at <= at:
        raise Refused("this right to listen has ended; ask for another one", error_id="listen-expired")
    return right


async def _has(tx: Work, right: Listening, at: datetime) -> bool:
    """A message is the agents' work, a recording is not."""
    needs = Permission.ANSWER if right.what == VOICEMAIL else Permission.LISTEN
    return await stands(tx, right.token_id, needs, at, heard=right.call_id)


def _begun(right: Listening, origin: str, at: datetime) -> Fact:
    """It is about to be heard for the first time."""
    detail = {"step": "begun", **about(right), "duration_ms": right.duration_ms}
    return Fact(
        at=at,
        kind=Kind.RECORDING_PLAYED,
        actor=right.actor,
        origin=origin,
        subject=subject_of(right.call_id),
        detail=detail,
    )


def _heard(right: Listening, origin: str, parts: Sequence[SentRange]) -> Fact:
    """These ranges were heard, or are about to be."""
    sound = Sound(bytes=right.bytes, duration_ms=right.duration_ms, wav=right.path.endswith(".wav"))
    ranges = told(((one.noted, one.after) for one in parts), sound)
    detail = {"step": "heard", "listening": right.id, "reason": right.reason, "ranges": ranges, **_of(right)}
    return Fact(
        at=datetime.now(UTC),
        kind=Kind.RECORDING_PLAYED,
        actor=right.actor,
        origin=origin,
        subject=subject_of(right.call_id),
        detail=detail,
    )


def about(right: Listening) -> dict[str, object]:
    """A right as entries tell of it: of the words, which may name people, the hash alone."""
    return {
        "listening": right.id,
        "recording": right.recording_id,
        "reason": right.reason,
        "words_sha256": sha256(right.words.encode()).hexdigest(),
        "what": right.what,
        "name": right.name,
        "sha256": right.sha256,
        **_of(right),
    }


def _of(right: Listening) -> dict[str, object]:
    """Who alone is heard, where not all are."""
    return {"speakers": right.speakers.split()} if right.speakers else {}
