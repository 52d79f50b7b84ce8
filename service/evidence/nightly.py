"""Once a day looks at the chain's new part, all stamps, holds, disclosures and rows of copies, the day's recordings and a sample of
the others. Repairs nothing; what is wrong rings until somebody has seen it, and so does a look that comes to no end.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from hotline1022.audit.nights import ahead
from hotline1022.audit.types import EMPTY, Entry, Fact, Fault, Finding, Head, Kind
from hotline1022.core.clock import is_over, to_come, utc_now
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.said import said
from hotline1022.db.originals import PORTION
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.alarms import Daily
from hotline1022.service.evidence.nights import LATE_ALARM
from hotline1022.service.evidence.walk import Evidence, Examiner

log = logging.getLogger(__name__)

#: seconds between two looks at the calendar; the first is that long after the start
EVERY = 60.0
#: the pause after a look that came to no end is doubled up to this, seconds
MOST = 3600.0
#: looks in a row that came to no end: from then on it rings
RINGS = 2
#: calls in a row whose files were not read in time: then the disk is gone, and the look ends
GIVE_UP = 3
#: alarms of one night; what else is wrong is in their last one
MOST_ALARMS = 20


class Nightly:
    """The nightly look."""

    def __init__(
        self,
        database: Database,
        examiner: Examiner,
        bell: AlarmBell,
        *,
        calls: int,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._examiner, self._bell = database, examiner, bell
        self._calls, self._clock = calls, clock
        self._daily = Daily(bell, clock)
        self._unread = 0

    async def run(self) -> None:
        """Until cancelled. A database that is away only delays it."""
        failed = 0
        while True:
            await asyncio.sleep(min(EVERY * 2**failed, MOST))
            try:
                if not await self.due():
                    failed = 0
                    continue
            except HotlineError as error:
                log.warning("the nightly look at the evidence waits: %s", error)
                continue
            failed = 0 if await self.tried() else failed + 1
            if failed >= RINGS:
                await self._daily.ring("nightly-failed", said("alarm-said.no-end"))

    async def tried(self) -> bool:
        """Look; whether it came to its end."""
        try:
            await self.look()
        except (HotlineError, OSError) as error:
            log.warning("the nightly look at the evidence comes to no end: %s", error)
            return False
        except (
            Exception
        ):  # a row that no program of ours writes must be told, and must not end the service: calls go on
            log.exception("the nightly look at the evidence cannot read a row")
            await self._bell.ring("evidence-damaged", said("alarm-said.row"))
            return False
        return True

    async def due(self) -> bool:
        """Whether the day of the last look is over; while there was none yet: the day on which the chain began. A look of a
        time to come rings, and counts for none.
        """
        now = self._clock()
        async with self._database.reading() as tx:
            last = await tx.audit.last(Kind.CHAIN_CHECKED)
            since = last.at if last else await tx.audit.oldest()
        if last is not None and to_come(last.at, now):
            await self._bell.ring(LATE_ALARM, ahead("look", last.at))
        return since is not None and is_over(since, now)

    async def look(self) -> Evidence:
        """Look now, write down what was found, ring."""
        async with self._database.reading() as tx:
            last = await tx.audit.last(Kind.CHAIN_CHECKED)
            start = _end_of(last)
            begun = await tx.audit.last(Kind.CHAIN_BEGUN)
            sample = await tx.originals.sample(self._calls)
        # what was there before the chain is only sampled; after a look whose entry somebody changed, what came since it
        since = start.seq or (last or begun or EMPTY).seq
        evidence = Evidence()
        await self._examiner.chain(evidence, start)
        await self._examiner.stamps(evidence)
        await self._examiner.holds(evidence)
        await self._examiner.copies(evidence)
        await self._grown(start)
        seen: set[str] = set()
        async with self._database.reading() as tx:
            new = [portion async for portion in tx.originals.told(since=since)]
        self._unread = 0
        for portion in [*new, sample]:
            calls = sorted(set(portion) - seen)
            seen.update(calls)
            await self._originals(evidence, calls)
        await self._tell(evidence, start)
        return evidence

    async def _originals(self, evidence: Evidence, calls: Sequence[str]) -> None:
        """One call that cannot be read in time is found by itself, and holds up none of the others."""
        part = Evidence()
        try:
            await self._examiner.originals(part, calls)
        except Unavailable as error:
            if error.error_id != "recordings-worker":
                raise
            if len(calls) > 1:
                for call in calls:
                    await self._originals(evidence, [call])
                return
            self._unread += 1
            if self._unread >= GIVE_UP:
                raise
            text = f"the files of call {calls[0]} could not be read: {error}"
            evidence.add([Finding(fault=Fault.FILE_UNREADABLE, seq=0, name=calls[0], text=text)])
            return
        self._unread = 0
        evidence.join(part)

    async def _grown(self, start: Head) -> None:
        """Calls whose history went on after they were filed: another entry tells of it."""
        async with self._database.reading() as tx:
            new = [portion async for portion in tx.originals.told(since=start.seq)]
        for portion in new:
            for at in range(0, len(portion), PORTION):
                async with self._database.transaction() as tx:
                    await tx.originals.attest_grown(portion[at : at + PORTION], self._clock())

    async def _tell(self, evidence: Evidence, start: Head) -> None:
        at = self._clock()
        detail = {
            "after": start.seq,
            "seq": evidence.head.seq,
            "sha256": evidence.head.sha256,
            "entries": evidence.entries,
            "stamps": evidence.stamps,
            "calls": evidence.calls,
            "files": evidence.files,
            "findings": [
                {"fault": one.fault.value, "seq": one.seq, "name": one.name} for one in evidence.findings[:MOST_ALARMS]
            ],
            "wrong": len(evidence.findings) + evidence.more,
            "restores": [one.seq for one in evidence.remarks],
        }
        async with self._database.transaction() as tx:
            tx.audit.add(Fact(at=at, kind=Kind.CHAIN_CHECKED, actor="service", subject="chain", detail=detail))
        for one in evidence.remarks:
            if one.seq in evidence.cuts and one.seq > start.seq:  # once: the bell repeats it until somebody has seen it
                await self._bell.ring("chain-cut", said("alarm-said.fault", fault=one.fault, text=one.text))
        for one in evidence.findings[:MOST_ALARMS]:
            await self._bell.ring("evidence-damaged", said("alarm-said.fault", fault=one.fault, text=one.text))
        left = len(evidence.findings) + evidence.more - MOST_ALARMS
        if left > 0:
            await self._bell.ring("evidence-damaged", said("alarm-said.findings-more", found=left))


def _end_of(check: Entry | None) -> Head:
    """Where a check ended; the beginning when there was none, or when somebody changed its entry."""
    if check is None:
        return EMPTY
    try:
        return Head(seq=int(str(check.told["seq"])), sha256=str(check.told["sha256"]))
    except (KeyError, ValueError):
        return EMPTY
