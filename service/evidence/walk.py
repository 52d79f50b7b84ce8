"""Walks the chain, its stamps, the rows and files that it tells of, and names everything that is not as it was. Changes nothing.

In portions, so that it needs the same memory for a year as for a day.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path

from hotline1022.audit.chain import Walk
from hotline1022.audit.originals import added, compare, compare_copy
from hotline1022.audit.types import EMPTY, Entry, Facts, Fault, Finding, Head, Kind, Original, facts_of
from hotline1022.core.clock import day_begins
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database, Work
from hotline1022.recordings.apart import SECONDS, on_disk
from hotline1022.recordings.keys import NO_KEYS, Keys
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import StateBook
from hotline1022.recordings.types import Status, StoredFile, Verdict
from hotline1022.recordings.verify import Verification, Versions, check, in_portions, verify, versions
from hotline1022.service.evidence.row_check import RowCheck
from hotline1022.service.evidence.stamp_check import StampCheck, Trust, held_against

#: findings that are kept; more are counted
MOST = 10_000
#: files hashed in one go
FILES = 8
_OF_FILES = {
    "changed": (Fault.FILE_CHANGED, "has other bytes than were stored"),
    "missing": (Fault.FILE_MISSING, "is promised by a row and not there"),
    "extra": (Fault.FILE_EXTRA, "is there and no row promises it"),
    "key_missing": (Fault.KEY_MISSING, "is sealed with a key that is not here: put it back into recordings.keys"),
}


@dataclass(slots=True)
class Evidence:
    """What was looked at, and what is wrong."""

    entries: int = 0
    stamps: int = 0
    calls: int = 0
    files: int = 0
    #: the last entry that was seen
    head: Head = EMPTY
    #: recordings from before the chain have their entries; else rows without one are no fault
    begun: bool = True
    findings: list[Finding] = field(default_factory=list)
    #: findings beyond those that are kept
    more: int = 0
    #: what is no fault and is told for ever: restores that put an older state back
    remarks: list[Finding] = field(default_factory=list)
    #: numbers of those that cut off what a stamp vouches for
    cuts: frozenset[int] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether everything is as it was."""
        return not self.findings

    def add(self, found: Iterable[Finding]) -> None:
        """Keep these, or count them."""
        for one in found:
            if len(self.findings) < MOST:
                self.findings.append(one)
            else:
                self.more += 1

    def join(self, part: "Evidence") -> None:
        """What another look at calls and files found, too."""
        self.calls += part.calls
        self.files += part.files
        self.add(part.findings)
        self.more += part.more


class Examiner:
    """Looks; every part adds to one Evidence. `progress` is told how much was done, in entries, calls and files."""

    def __init__(
        self,
        database: Database,
        root: Path,
        trust: Trust,
        *,
        keys: Keys = NO_KEYS,
        pool: HeavyPool | None = None,
        progress: Callable[[int], None] = lambda _: None,
        book: StateBook | None = None,
    ) -> None:
        self._database, self._root, self._trust, self._keys = database, root, trust, keys
        self._pool, self._progress = pool, progress
        #: the catalogue, whose states follow what is found of single calls; None: nothing is changed
        self._book = book

    async def work(self) -> int:
        """How much `everything` has to do, about."""
        async with self._database.reading() as tx:
            return await tx.audit.last_number() + await tx.originals.count_calls() + await tx.originals.count()

    async def everything(self, since: date | None = None) -> Evidence:
        """All of it; `since`: what was written from that day in the province on. Stamps, holds and disclosures are always all
        looked at.
        """
        evidence = Evidence()
        start = EMPTY
        if since is not None:
            async with self._database.reading() as tx:
                start = await tx.audit.before(day_begins(since).astimezone(UTC))
        await self.chain(evidence, start)
        await self.stamps(evidence)
        await self.holds(evidence)
        await self.rows_of_everything(evidence, start.seq, since)
        await self.copies(evidence)
        done = 0

        def hashed(count: int) -> None:
            nonlocal done
            self._progress(count - done)
            done = count

        store = SqlRecordingStore(self._database)
        found = await verify(store, self._root, keys=self._keys, pool=self._pool, since=since, progress=hashed)
        evidence.add(_files(evidence, found))
        return evidence

    async def chain(self, evidence: Evidence, start: Head) -> None:
        """The entries that follow `start`, which must still be what it was."""
        async with self._database.reading() as tx:
            if start.seq:
                evidence.add(held_against(start.seq, start.sha256, await tx.audit.hash_at(start.seq), "", "a check"))
            walk = Walk(start)
            async for portion in tx.audit.entries(start.seq):
                evidence.add(walk.take(portion))
                evidence.entries += len(portion)
                self._progress(len(portion))
        evidence.head = walk.head

    async def stamps(self, evidence: Evidence) -> None:
        """Those of the database, and those of the second place."""
        check = StampCheck(self._database, self._trust)
        count, found = await check.look()
        evidence.stamps += count
        evidence.add(found)
        evidence.remarks, evidence.cuts = check.remarks, check.cuts

    async def holds(self, evidence: Evidence) -> None:
        """All holds and disclosures, whatever their age."""
        evidence.add(await RowCheck(self._database).look())

    async def _each(self, evidence: Evidence, calls: Callable[[Work], AsyncIterator[Sequence[str]]]) -> None:
        async with self._database.reading() as tx:
            async for portion in calls(tx):
                evidence.add(await self.rows(portion))
                evidence.calls += len(portion)
                self._progress(len(portion))

    async def rows_of_everything(self, evidence: Evidence, after: int = 0, since: date | None = None) -> None:
        """Rows and histories of all calls of which entries above `after` tell, and rows of which none tells at all."""
        async with self._database.reading() as tx:
            evidence.begun = await tx.audit.last(Kind.CHAIN_BEGUN) is not None
        await self._each(evidence, lambda tx: tx.originals.told(since=after))
        if evidence.begun:
            await self._each(evidence, lambda tx: tx.originals.untold(since=since))

    async def rows(self, calls: Sequence[str]) -> list[Finding]:
        """The rows and histories of these calls against their last entries."""
        found = await self._rows_once(calls)
        if not found:
            return []
        # a call that was filed anew between our questions is told apart from a changed one by asking again
        return await self._rows_once(calls)

    async def _rows_once(self, calls: Sequence[str]) -> list[Finding]:
        async with self._database.reading() as tx:
            last = await tx.originals.last(calls)
            rows = await tx.originals.rows(calls)
            begun = await tx.originals.beginnings({call: _count(entry) for call, entry in last.items()})
        found: list[Finding] = []
        for call in calls:
            found += _of_call(last.get(call), rows[call], begun.get(call))
        return found

    async def copies(self, evidence: Evidence) -> None:
        """The rows of all copies against the entries of their making. One from before there were any is no fault: nobody hears
        it before it is made again.
        """
        async with self._database.reading() as tx:
            portions = [portion async for portion in tx.copies.calls()]
        for portion in portions:
            found: list[Finding] = []
            for _ in range(2):  # made again between our questions: told apart from a changed one by asking again
                async with self._database.reading() as tx:
                    rows, told = await tx.copies.both(portion)
                found = [
                    one
                    for (call, kind), row in sorted(rows.items())
                    if (entry := told.get((call, kind))) is not None
                    for one in compare_copy(entry.seq, call, entry.copy, row)
                ]
                if not found:
                    break
            evidence.add(found)

    async def versions(self, call: str) -> Versions:
        """What the rows promise of a call, and what the disk says of these files without reading them. Unavailable
        `recordings-disk-hangs`.
        """
        async with self._database.reading() as tx:
            rows = await tx.originals.rows([call])
        return await on_disk(self._root, SECONDS, versions, self._root, _promised(rows))

    async def originals(self, evidence: Evidence, calls: Sequence[str]) -> None:
        """Rows and files of these calls."""
        evidence.add(await self.rows(calls))
        evidence.calls += len(calls)
        async with self._database.reading() as tx:
            rows = await tx.originals.rows(calls)
        promised = _promised(rows)
        wrong: set[str] = set()
        unread: set[str] = set()
        for at in range(0, len(promised), FILES):
            part = promised[at : at + FILES]
            run = self._pool.run if self._pool else asyncio.to_thread
            found = await in_portions(run, check, self._root, part, self._keys)
            if found.wrong:  # a row may have gone since it was read: retention takes files away while we look
                async with self._database.reading() as tx:
                    now = _promised(await tx.originals.rows(calls))
                found.forget(found.wrong - {one.path for one in now if one in part})
            wrong |= found.wrong
            unread |= set(found.key_missing)
            evidence.add(_files(evidence, found))
        if self._book is not None:
            verdicts = [_verdict(call, of_call, wrong, unread) for call, of_call in rows.items()]
            await self._book.judge(verdicts)


def _promised(rows: Mapping[str, Sequence[Original]]) -> list[StoredFile]:
    return [
        StoredFile(path=one.path, sha256=one.sha256)
        for of_call in rows.values()
        for one in of_call
        if one.path and Status(one.status).promised
    ]


def _verdict(call: str, rows: Sequence[Original], wrong: AbstractSet[str], unread: AbstractSet[str]) -> Verdict:
    """What the catalogue is told; of a file whose key is away nothing can be said."""
    there = [one.path for one in rows if one.path and Status(one.status).promised and one.path not in unread]
    return Verdict(call=call, checked=len(there), wrong=tuple(path for path in there if path in wrong))


def _of_call(last: Entry | None, rows: Sequence[Original], begun: Facts | None) -> list[Finding]:
    return added(rows) if last is None else compare(last, rows, begun)


def _count(entry: Entry) -> int:
    try:
        return facts_of(entry).count
    except (KeyError, TypeError, ValueError):
        return 0


def _files(evidence: Evidence, found: Verification) -> Iterable[Finding]:
    evidence.files += found.checked
    for kind, (fault, meaning) in _OF_FILES.items():
        for path in getattr(found, kind):
            yield Finding(fault=fault, seq=0, name=path, text=f"{path} {meaning}")
    for one in found.unreadable:
        text = f"{one.path} cannot be read: {one.why}"
        yield Finding(fault=Fault.FILE_UNREADABLE, seq=0, name=one.path, text=text)
